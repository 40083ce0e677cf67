"""Files of OpenFst's vector type with standard arcs: as much of the format as the decoding graph
needs.

Written by hand because the well-kept writers (kaldifst, pynini) bring an OpenFst library of their
own, and two of those in one process do not go together: importing kaldifst before vosk never
returns and eats all memory. The layout is that of OpenFst 1.6 and later (`fst.cc`,
`symbol-table.cc`), little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

FST_MAGIC = 2125659606
SYMBOLS_MAGIC = 2125658996
_VERSION = 2
_HAS_INPUT_SYMBOLS, _HAS_OUTPUT_SYMBOLS = 1, 2
_EXPANDED_MUTABLE_SORTED = 0x3 | 0x10000000
"""Properties: expanded, mutable; sorted by input label."""

Arc = tuple[int, int, float, int]
"""Input label, output label, cost, next state."""


@dataclass(slots=True)
class Fst:
    """A weighted automaton; state 0 is the start."""

    arcs: list[list[Arc]] = field(default_factory=lambda: [[]])
    final: dict[int, float] = field(default_factory=dict)

    def add_state(self) -> int:
        """A new state's number."""
        self.arcs.append([])
        return len(self.arcs) - 1

    def add_arc(self, source: int, label: int, cost: float, target: int) -> None:
        """From `source` to `target` on `label` (0 would be epsilon) at `cost` nats."""
        self.arcs[source].append((label, label, cost, target))

    def add_backoff(self, source: int, label: int, cost: float, target: int) -> None:
        """From `source` to `target` at `cost` nats without a word. Kaldi's graphs have a label for
        it that is read, but never written."""
        self.arcs[source].append((label, 0, cost, target))

    def labels(self) -> set[int]:
        """All labels of arcs."""
        return {label for arcs in self.arcs for label, *_ in arcs}

    def write(self, path: Path) -> None:
        """Write it, each state's arcs sorted by label."""
        with path.open("wb") as file:
            file.write(struct.pack("<i", FST_MAGIC) + _string("vector") + _string("standard"))
            counts = (len(self.arcs), sum(map(len, self.arcs)))
            file.write(struct.pack("<iiQqqq", _VERSION, 0, _EXPANDED_MUTABLE_SORTED, 0, *counts))
            for state, arcs in enumerate(self.arcs):
                file.write(struct.pack("<fq", self.final.get(state, float("inf")), len(arcs)))
                for arc in sorted(arcs):
                    file.write(struct.pack("<iifi", *arc))


def read_symbols(path: Path) -> dict[str, int] | None:
    """Word -> id of the symbol table inside an FST file; None when it has none, ValueError when it
    is no FST, or a damaged one."""
    try:
        return _read_symbols(path)
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"{path} ends too early or is damaged") from error


def _read_symbols(path: Path) -> dict[str, int] | None:
    with path.open("rb") as file:
        if _int(file) != FST_MAGIC:
            raise ValueError(f"{path} is not an OpenFst file")
        _read_string(file), _read_string(file), _int(file)
        flags = _int(file)
        file.read(8 * 4)
        if not flags & (_HAS_INPUT_SYMBOLS | _HAS_OUTPUT_SYMBOLS):
            return None
        if _int(file) != SYMBOLS_MAGIC:
            raise ValueError(f"{path} has a damaged symbol table")
        _read_string(file), file.read(8)
        (size,) = struct.unpack("<q", file.read(8))
        return {_read_string(file): struct.unpack("<q", file.read(8))[0] for _ in range(size)}


def _string(text: str) -> bytes:
    return struct.pack("<i", len(text.encode())) + text.encode()


def _int(file: BinaryIO) -> int:
    return int(struct.unpack("<i", file.read(4))[0])


def _read_string(file: BinaryIO) -> str:
    return file.read(_int(file)).decode()
