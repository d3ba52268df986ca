"""docs/performance.md: the prose stays, the measured part between two marks is replaced."""

from __future__ import annotations

from typing import Any

from tests.bench import tables

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
QUIET = 0.1
"""Cores busy with other work that are not worth a word."""


def measured(document: dict[str, Any]) -> str:
    """Everything that one run found, as Markdown."""
    machine, results = document["machine"], document["sizes"]
    libraries = ", ".join(f"{name} {number}" for name, number in machine["libraries"].items())
    parts = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']:g} GB of memory, {machine['system']},"
        f" Python {machine['python']}; {libraries}. {document['day']}; the run took {document['minutes']:.0f} minutes."
        f" {_neighbours(document)}",
        "Median seconds on the clock:",
        tables.times(results),
        "The same in processor seconds, all cores together; other work on the machine hardly touches these:",
        tables.times(results, "cpu_seconds"),
        "Sizes:",
        tables.sizes(results),
    ]
    if document["rows"]:
        parts += ["Row commitments:", tables.rows(document["rows"])]
    if document["starts"]:
        parts += ["Later starts, the kernels being compiled:", tables.starts(document["starts"])]
    if document["slopes"]["seconds"]:
        parts += [
            f"Log-log slope of time against records x features, from {tables.SLOPE_FROM:,} records up:",
            tables.growth(document["slopes"]),
        ]
    aims = tables.aims(results)
    if aims.count("\n") > 1:
        parts += ["What we aim at on two cores:", aims]
    return "\n\n".join(parts)


def _neighbours(document: dict[str, Any]) -> str:
    cores = document["other_work_cores"]
    if cores is None:
        return "What else ran on the machine is not known."
    if cores < QUIET:
        return "Nothing else ran on the machine."
    of = document["machine"]["cores"]
    return (
        f"Other work kept {cores:.1f} of the {of} cores busy meanwhile, so times on the clock are longer than need be."
    )


def replace(page: str, text: str, marks: tuple[str, str] = (BEGIN, END)) -> str:
    """The page with a new part between two marks; ValueError if it has no place for one."""
    begin, end = marks
    before, found, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError("the page has no marks for the measured part")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"
