"""Results as Markdown: the times, the sizes, what we aim at, how time grows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

Result = dict[str, Any]

STAGES = {
    "import": "import",
    "commit": "commit",
    "train": "train",
    "validity": "prove validity",
    "optimum": "prove optimum",
    "prove": "commit + prove",
    "verify": "verify",
    "verify_reference": "verify, reference",
    "torch": "torch's training alone",
    "scikit_learn": "scikit-learn's fit",
}
GROWING = ("commit", "validity", "optimum", "prove", "verify")
SLOPE_FROM = 1000
"""Rows from which on constant costs no longer hide how time grows."""

AIMS: dict[tuple[int, int], dict[str, float]] = {
    (569, 30): {"prove": 1.5, "verify": 0.3, "verify_reference": 15, "proof_kb": 60},
    (10_000, 32): {"prove": 6, "verify": 1.5, "verify_reference": 60, "proof_kb": 100},
    (100_000, 64): {"prove": 60, "verify": 10, "proof_kb": 200},
}
"""Seconds and 10^3 bytes on two cores."""
SLOPE_AIM, ROWS_AIM, THREADS_AIM = 1.05, 3.0, 1.7

STARTS = {
    "version": "`proofward version`, until it has printed it",
    "worker": "the worker, until it has taken a job and answered",
    "kernels": "until the kernels are loaded and each has been used once",
    "training": "the same and torch, as for an attestation",
}
START_AIMS = {"version": 2.0, "worker": 2.0, "kernels": 2.0}
"""Seconds, of later starts: the first one of a version compiles."""


def name(result: Result) -> str:
    return f"{result['records']:,} x {result['features']}"


def times(results: Sequence[Result], kind: str = "seconds") -> str:
    """Median seconds, one line a size; kind: "seconds" of the clock or "cpu_seconds"."""
    lines = [["records x features", *STAGES.values()]]
    for result in results:
        seconds = result[kind]
        lines.append([name(result), *(_seconds(seconds.get(stage)) for stage in STAGES)])
    return table(lines)


def sizes(results: Sequence[Result]) -> str:
    """Bytes, memory and the proven distance, one line a size."""
    heads = ("records x features", "both proofs, kB", "bundle, kB", "peak memory proving, MB", "verifying, MB")
    lines = [[*heads, "proven distance to the optimum, at most"]]
    for result in results:
        peak = result["peak_mb"]
        figures = (result["proof_bytes"] / 1e3, result["bundle_bytes"] / 1e3, peak["prove"], peak["verify"])
        large = [f"{value:,.0f}" for value in figures[1:]]
        lines.append([name(result), f"{figures[0]:.1f}", *large, result["distance"]])
    return table(lines)


def aims(results: Sequence[Result]) -> str:
    """Each aim beside what was measured; "missed" where the figure is above it."""
    what = {"prove": "commit + prove", "verify": "verify", "verify_reference": "verify, reference"}
    lines = [["work", "aim", "measured", "", "processor seconds"]]
    for result in results:
        for key, aim in AIMS.get((result["records"], result["features"]), {}).items():
            if key == "proof_kb":
                value, unit, label, spent = result["proof_bytes"] / 1e3, "kB", "both proofs", ""
            elif key in result["seconds"]:
                value, unit, label, spent = result["seconds"][key], "s", what[key], _seconds(result["cpu_seconds"][key])
            else:
                continue
            lines.append(
                [f"{name(result)}, {label}", f"{aim:g} {unit}", f"{value:.3g} {unit}", _met(value <= aim), spent]
            )
    return table(lines)


def rows(measured: Result) -> str:
    """The row commitments of each width beside arkworks."""
    threads = measured["threads"]
    lines = [["16-bit entries", "us an entry", "times as fast as", "aim", ""]]
    for found in measured["widths"]:
        us, times_arkworks, times_one = found["us"], found["times_arkworks"], found["times_one_thread"]
        shape = f"{found['rows']} rows of {found['width']:,}"
        lines.append(
            [f"{shape}: arkworks' multi-scalar multiplication, one thread", f"{us['arkworks']:.2f}", "", "", ""]
        )
        lines.append(
            [
                f"{shape}: our row commitments, one thread",
                f"{us['kernel']:.2f}",
                f"{times_arkworks:.1f} (arkworks)",
                f"{ROWS_AIM:g}",
                _met(times_arkworks >= ROWS_AIM),
            ]
        )
        if threads > 1:
            lines.append(
                [
                    f"{shape}: our row commitments, {threads} threads",
                    f"{us['kernel_threads']:.2f}",
                    f"{times_one:.1f} (one thread)",
                    f"{THREADS_AIM:g}" if threads == 2 else "",
                    _met(times_one >= THREADS_AIM) if threads == 2 else "",
                ]
            )
    return table(lines)


def starts(measured: Result) -> str:
    """How long later starts take."""
    lines = [["a process, from its start", "seconds", "processor seconds", "aim", ""]]
    for name, text in STARTS.items():
        seconds, aim = measured["seconds"][name], START_AIMS.get(name)
        lines.append(
            [
                text,
                f"{seconds:.2f}",
                f"{measured['cpu_seconds'][name]:.2f}",
                "" if aim is None else f"{aim:g}",
                "" if aim is None else _met(seconds < aim),
            ]
        )
    return table(lines)


def slopes(results: Sequence[Result], kind: str) -> dict[str, float]:
    """Least-squares slope of log seconds against log(records * features) by stage; empty for fewer than two sizes."""
    large = [result for result in results if result["records"] >= SLOPE_FROM]
    found = {}
    for stage in GROWING:
        points = [
            (math.log(result["records"] * result["features"]), math.log(result[kind][stage]))
            for result in large
            if result[kind].get(stage)
        ]
        middle = sum(x for x, _ in points) / len(points) if points else 0.0
        spread = sum((x - middle) ** 2 for x, _ in points)
        if spread > 0:
            found[stage] = sum((x - middle) * y for x, y in points) / spread
    return found


def growth(found: dict[str, dict[str, float]]) -> str:
    """The slopes as a table."""
    lines = [["stage", "seconds on the clock", "processor seconds", "aim", ""]]
    for stage, slope in found["seconds"].items():
        both = (f"{slope:.2f}", f"{found['cpu_seconds'][stage]:.2f}")
        lines.append([STAGES[stage], *both, f"{SLOPE_AIM:g}", _met(slope <= SLOPE_AIM)])
    return table(lines)


def _met(met: bool) -> str:
    return "met" if met else "missed"


def _seconds(value: float | None) -> str:
    if value is None:
        return "not run"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(lines: Sequence[Sequence[str]]) -> str:
    """Markdown, the head first."""
    head, *body = (f"| {' | '.join(cells)} |" for cells in lines)
    return "\n".join([head, f"|{'---|' * len(lines[0])}", *body])
