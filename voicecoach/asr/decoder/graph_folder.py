"""The folder that Vosk loads: a model, with a decoding graph of our own in the place of its
language model.

Vosk loads `graph/Gr.fst` from the model's folder, so that a folder of links with a graph of our own
gives true finite-state decoding (docs/decisions/0003-decoding-graph.md). It is built once for each
graph and kept in a cache.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path

from voicecoach.asr.decoder.graph import BACKOFF, UNKNOWN, Costs, Grammar, build
from voicecoach.asr.decoder.openfst import read_symbols

FORMAT = 9
"""Part of the cache's key: to be raised when the construction changes."""

OWN_SETTINGS = {
    Path("conf/mfcc.conf"): ("--dither=0",),
    Path("conf/model.conf"): ("--lattice-beam=6.0",),
}
"""What is added to Kaldi's settings (the last of a name counts). Its dither, random numbers,
differs from one utterance to the next: the same sound is to be heard the same each time (the
recogniser adds a dither that is). The lattice keeps what is up to so many nats less probable than
the best, as alternatives (2 in the model)."""

KEPT = 8
"""Graphs that stay in the cache."""

OWN_FILES = (Path("graph/Gr.fst"), Path("graph/words.txt"), *OWN_SETTINGS)
"""What the folder of links has of its own."""


def vocabulary(model: Path) -> dict[str, int]:
    """Word -> id: from `graph/words.txt`, or, where a model has none, from the symbol table of its
    `Gr.fst`.

    Raises ValueError when that is damaged, or lacks a sign that the graph needs."""
    words = model / "graph" / "words.txt"
    ids = _word_list(words) if words.exists() else read_symbols(model / "graph" / "Gr.fst") or {}
    for symbol in (UNKNOWN, BACKOFF):
        if symbol not in ids:
            raise ValueError(f"its vocabulary does not have {symbol}")
    return ids


def _word_list(path: Path) -> dict[str, int]:
    with path.open(encoding="utf-8") as lines:
        pairs = [line.split() for line in lines if line.strip()]
    return {word: int(number) for word, number in pairs}


def graph_name(model: Path, grammar: Grammar, costs: Costs | None = None) -> str:
    """What tells the folder for a model, a grammar and costs from any other."""
    kinds = [(state, sorted(found)) for state, found in grammar.sentences.final.items()]
    weighed = costs or Costs()
    parts = (
        FORMAT,
        model.resolve(),
        weighed,
        grammar.sentences.arcs,
        kinds,
        grammar.decoys,
        grammar.background,
    )
    told = (
        f"{parts} {grammar.skip_words} {grammar.cautions} {sorted(grammar.extra)} {grammar.links}"
    )
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def known_folder(cache: Path, name: str) -> Path | None:
    """The folder `name`, where it was made before."""
    folder = cache / name
    if not (folder / "graph" / "Gr.fst").exists():
        return None
    with suppress(OSError):
        os.utime(folder)
    return folder


def model_with_graph(
    model: Path,
    grammar: Grammar,
    cache: Path,
    costs: Costs | None = None,
    words: Callable[[], Mapping[str, int]] | None = None,
) -> Path:
    """A folder in `cache` that is `model` with the graph of `grammar`: links for all other files.

    Built once for each model, grammar and costs, and put in place whole; only then `words` are
    asked for, the model's own vocabulary where nothing is given.
    """
    costs = costs or Costs()
    name = graph_name(model, grammar, costs)
    if known := known_folder(cache, name):
        return known
    folder = cache / name
    ids = words() if words else vocabulary(model)
    graph = build(grammar, ids, costs)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".building-") as building:
        copy = Path(building) / "model"
        for source in sorted(path for path in model.rglob("*") if path.is_file()):
            target = copy / source.relative_to(model)
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.relative_to(copy) not in OWN_FILES:
                _link(source.resolve(), target)
        graph.write(copy / "graph" / "Gr.fst")
        _write_words(copy / "graph" / "words.txt", ids, graph.labels())
        for path, settings in OWN_SETTINGS.items():
            if (model / path).exists():
                (copy / path).write_text(
                    "\n".join([(model / path).read_text().rstrip(), *settings, ""])
                )
        _put_in_place(copy, folder)
    _prune(cache)
    return folder


def _prune(cache: Path) -> None:
    """Keep the graphs that were used last: each is some megabytes, and every change of the intents
    makes one."""
    folders = [path for path in cache.iterdir() if path.is_dir() and not path.name.startswith(".")]
    for old in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _put_in_place(copy: Path, folder: Path) -> None:
    """Another process may have been faster: then its folder is as good. One without a graph is
    debris."""
    try:
        copy.rename(folder)
    except OSError:
        if (folder / "graph" / "Gr.fst").exists():
            return
        if not folder.is_dir():
            raise
        shutil.rmtree(folder)
        copy.rename(folder)


def _write_words(path: Path, ids: Mapping[str, int], labels: Collection[int]) -> None:
    """The words of the graph. The other fourteen of fifteen that the model knows take Vosk a fifth
    of its start, and nine megabytes."""
    kept = {0, ids[UNKNOWN], ids[BACKOFF], *labels}
    text = "".join(f"{word} {number}\n" for word, number in ids.items() if number in kept)
    path.write_text(text, encoding="utf-8")


def _link(source: Path, target: Path) -> None:
    """A symbolic link; where the system has none for everybody (Windows) a hard link, or a copy."""
    for way in (os.symlink, os.link, shutil.copyfile):
        try:
            way(source, target)
        except OSError:
            continue
        return
    raise OSError(f"{target} can be neither linked nor copied")
