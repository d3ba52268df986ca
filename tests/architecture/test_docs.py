"""What the pages say can be done: links lead somewhere, commands parse, targets exist, dependencies have reasons."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from core.cli.parser import parse
from tests.architecture.source import ROOT

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
names = {"ids": lambda path: str(path.relative_to(ROOT))}


def anchors(page: Path) -> set[str]:
    """The names under which a page's headings can be linked to, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, **names)
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, **names)
def test_commands_parse(page: Path) -> None:
    """Every line of the form `proofward ...` in a block of commands is one that the program takes."""
    for line in re.findall(r"^(?:    |\$ )(proofward .+)$", page.read_text(encoding="utf-8"), re.MULTILINE):
        for command in line.split(" ; "):
            words = shlex.split(command, comments=True)
            parse(words[1:])  # raises InputError for a command line that does not exist


@pytest.mark.parametrize("page", PAGES, **names)
def test_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


def test_every_dependency_has_a_record() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    records = "".join(page.read_text(encoding="utf-8").lower() for page in (ROOT / "docs" / "adr").glob("*.md"))
    missing = {re.split(r"[<>=]", entry)[0] for entry in wanted} - {"numpy"}
    assert {name for name in missing if name.lower() not in records} == set()
