"""What a benchmark found: rows with 95 % intervals, as a table and as JSON."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from voicecoach.runtime.atomic_file import TextFile

_Z = 1.959964
"""Standard score of a two-sided 95 % interval."""

_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one figure, from `n` trials.

    `low` and `high` bound its 95 % interval, if there is one.
    """

    case: str
    metric: str
    value: float
    unit: str
    n: int
    low: float | None = None
    high: float | None = None


def share(case: str, metric: str, hits: int, n: int) -> Row:
    """Return a row with the share of `hits` in `n` trials."""
    low, high = wilson(hits, n)
    return Row(case, metric, hits / n, "", n, low, high)


def per_hour(case: str, metric: str, events: int, hours: float, n: int) -> Row:
    """Return a row with the `events` per hour, of `hours` in `n` recordings."""
    low, high = poisson(events)
    return Row(case, metric, events / hours, "/h", n, low / hours, high / hours)


def wilson(hits: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    The method is that of E. B. Wilson 1927, without correction for continuity.
    """
    p = hits / n
    centre = p + _Z**2 / (2 * n)
    half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def poisson(events: int) -> tuple[float, float]:
    """Return the exact 95 % interval of the mean of a count (F. Garwood 1936)."""

    def at_most(count: int, mean: float) -> float:
        return sum(
            math.exp(-mean + i * math.log(mean) - math.lgamma(i + 1)) for i in range(count + 1)
        )

    most = events + 10 * math.sqrt(events + 1) + 10
    low = _falls_to(0.975, lambda mean: at_most(events - 1, mean), most) if events else 0.0
    return low, _falls_to(0.025, lambda mean: at_most(events, mean), most)


def _falls_to(level: float, falling: Callable[[float], float], most: float) -> float:
    """Find by bisection where a falling function of 0..`most` reaches `level`."""
    low, high = 0.0, most
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > level else (low, middle)
    return high


def table(rows: Sequence[Row]) -> str:
    """Format the rows as text."""
    cells = [("case", "metric", "value", "95 % interval", "n")]
    cells += [
        (row.case, row.metric, _figure(row.value, row.unit), _interval(row), str(row.n))
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        f"{case:{widths[0]}}  {metric:{widths[1]}}  {value:>{widths[2]}}  {interval:>{widths[3]}}  {n:>{widths[4]}}"
        for case, metric, value, interval, n in cells
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _interval(row: Row) -> str:
    return (
        "" if row.low is None or row.high is None else f"{_number(row.low)} - {_number(row.high)}"
    )


def _figure(value: float, unit: str) -> str:
    return f"{_number(value)} {unit}".strip()


def _number(value: float) -> str:
    return (
        str(value) if isinstance(value, int) else f"{value:.3f}" if value < 10 else f"{value:.1f}"
    )


def write_json(
    path: Path,
    name: str,
    rows: Sequence[Row],
    seed: int,
    options: Mapping[str, object] | None = None,
) -> None:
    """Write the rows of benchmark `name` to `path`.

    `options` are the other options of the run.

    Raises:
        VoicecoachError: The file cannot be written.
    """
    found = {
        "name": name,
        "commit": commit(),
        "machine": machine(),
        "seed": seed,
        **(options or {}),
    }
    found["rows"] = [asdict(row) for row in rows]
    with TextFile(path) as file:
        file.write(json.dumps(found, indent=2) + "\n")


def commit() -> str:
    """Return the commit that is checked out; empty outside a repository.

    It ends in `-dirty` when files have been changed since.
    """
    head = _git("rev-parse", "--short=12", "HEAD")
    return head + (
        "-dirty" if head and _git("status", "--porcelain", "--untracked-files=no") else ""
    )


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=_PROJECT, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def machine() -> dict[str, object]:
    """Describe the machine that the benchmark ran on."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    """Return the processor's name.

    Python knows it on Windows and macOS; on Linux it is in a file.
    """
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        for line in cpus.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
