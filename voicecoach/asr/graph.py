"""The decoding graph: the sentences that may be said, and beside them everyday words for all other speech.

Vosk's phrase lists become a bigram model, in which phrases recombine: "start leg routine" was heard as "start
left routine" from most synthetic voices. Vosk also loads `graph/Gr.fst` from the model's folder, so that a
folder of links with a graph of our own gives true finite-state decoding: a sentence is heard whole, or the sound
finds its home among the background words (design).
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voicecoach.asr.openfst import Acceptor, read_symbols

_LOG = logging.getLogger(__name__)

UNKNOWN = "[unk]"
"""What the recogniser writes for sound that is none of its words."""

BACKGROUND_ENTRY = 5.0
"""Cost (nats) of leaving the sentences for the background."""

BACKGROUND_WORD = 5.5
"""Cost of each background word: less than the log of their number, since speech that is no command is common."""

UNKNOWN_COST = 6.5
"""Cost of `[unk]` in the background."""

SKIP_WORD = 3.0
"""Cost of a word that may come before or after a sentence without changing it ("please")."""

ATTRACTORS: Mapping[str, float] = {"glute": 8.0}
"""Words that the model hears in the place of others, and what they cost more. Without it, twelve renderings of "start
quick routine" (synthetic voices in a room) were heard as "start glute routine" five times, from 5 on never, in the
coach's own loop from 8 on never; "start glute routine" itself was heard every time up to 11, and no more at 15."""

FORMAT = 2
"""Part of the cache's key: to be raised when the construction changes."""

FEATURES = Path("conf/mfcc.conf")
"""Kaldi's features. Ours are without its dither, random numbers that differ from one utterance to the next: the same
sound is to be heard the same each time (the recogniser adds a dither that is)."""

KEPT = 8
"""Graphs that stay in the cache."""

OWN_FILES = (Path("graph/Gr.fst"), FEATURES)
"""What the folder of links has of its own."""


@dataclass(slots=True)
class _Node:
    """A state of the sentences' prefix tree."""

    state: int
    children: dict[int, _Node] = field(default_factory=dict)
    is_end: bool = False


def vocabulary(model: Path) -> dict[str, int]:
    """Word -> id: from `graph/words.txt`, or, where a model has none, from the symbol table of its `Gr.fst`.

    Raises ValueError when that is damaged, or has no sign for what is none of its words."""
    words = model / "graph" / "words.txt"
    ids = _word_list(words) if words.exists() else read_symbols(model / "graph" / "Gr.fst") or {}
    if UNKNOWN not in ids:
        raise ValueError(f"its vocabulary does not have {UNKNOWN}")
    return ids


def _word_list(path: Path) -> dict[str, int]:
    with path.open(encoding="utf-8") as lines:
        pairs = [line.split() for line in lines if line.strip()]
    return {word: int(number) for word, number in pairs}


class GraphBuilder:
    """Builds the graph of `sentences` over the word ids `ids`. Sentences must consist of known words."""

    def __init__(self, ids: Mapping[str, int]):
        self._ids = ids
        self._fst = Acceptor()
        self._root = _Node(0)
        self._dearer = {ids[word]: cost for word, cost in ATTRACTORS.items() if word in ids}

    def build(self, sentences: Iterable[str], background: Iterable[str], skip_words: Iterable[str]) -> Acceptor:
        """The graph."""
        skip = [self._ids[word] for word in skip_words]
        for sentence in sentences:
            self._add_sentence([self._ids[word] for word in sentence.split()])
        self._weigh(skip)
        self._add_background([self._ids[word] for word in background])
        return self._fst

    def _add_sentence(self, words: Sequence[int]) -> None:
        node = self._root
        for word in words:
            if word not in node.children:
                node.children[word] = _Node(self._fst.add_state())
            node = node.children[word]
        node.is_end = True

    def _weigh(self, skip: Sequence[int]) -> None:
        """Each branch of the tree is as probable as its siblings: "stop" is not made improbable by the
        thousands of ways to say a number."""
        after = self._fst.add_state()
        self._fst.final[after] = 0.0
        for word in skip:
            self._fst.add_arc(after, word, SKIP_WORD, after)
            self._fst.add_arc(self._root.state, word, SKIP_WORD, self._root.state)
        nodes = [self._root]
        while nodes:
            node = nodes.pop()
            cost = math.log(max(1, len(node.children) + node.is_end))
            for word, child in node.children.items():
                self._fst.add_arc(node.state, word, cost + self._dearer.get(word, 0.0), child.state)
                nodes.append(child)
            if node.is_end:
                self._fst.final[node.state] = cost
                for word in skip:
                    if word not in node.children:
                        self._fst.add_arc(node.state, word, cost + SKIP_WORD, after)

    def _add_background(self, words: Sequence[int]) -> None:
        loop = self._fst.add_state()
        self._fst.final[loop] = 0.0
        costs = {**dict.fromkeys(words, BACKGROUND_WORD), self._ids[UNKNOWN]: UNKNOWN_COST}
        for word, cost in costs.items():
            self._fst.add_arc(self._root.state, word, BACKGROUND_ENTRY + cost, loop)
            self._fst.add_arc(loop, word, cost, loop)


def known_sentences(sentences: Iterable[str], ids: Mapping[str, int]) -> list[str]:
    """The sentences that the model has all words of; the others are logged, for they can never be heard."""
    kept = []
    for sentence in sentences:
        strangers = [word for word in sentence.split() if word not in ids]
        if strangers:
            _LOG.warning("the recogniser does not know %s: it cannot hear %r", ", ".join(strangers), sentence)
        else:
            kept.append(sentence)
    return kept


def model_with_graph(
    model: Path, sentences: Sequence[str], background: Sequence[str], skip_words: Sequence[str], cache: Path
) -> Path:
    """A folder in `cache` that is `model` with a graph of its own: links for all other files.

    Built once for each model and set of sentences, and put in place whole.
    """
    costs = f"{BACKGROUND_ENTRY} {BACKGROUND_WORD} {UNKNOWN_COST} {SKIP_WORD} {ATTRACTORS}"
    told = "\n".join([str(FORMAT), costs, str(model.resolve()), *sentences, "", *background, "", *skip_words])
    folder = cache / hashlib.sha256(told.encode()).hexdigest()[:20]
    if (folder / "graph" / "Gr.fst").exists():
        os.utime(folder)
        return folder
    ids = vocabulary(model)
    known = known_sentences(sentences, ids)
    others = [word for word in dict.fromkeys(background) if word in ids]
    graph = GraphBuilder(ids).build(known, others, [word for word in skip_words if word in ids])
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".building-") as building:
        copy = Path(building) / "model"
        for source in sorted(path for path in model.rglob("*") if path.is_file()):
            target = copy / source.relative_to(model)
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.relative_to(copy) not in OWN_FILES:
                _link(source.resolve(), target)
        graph.write(copy / "graph" / "Gr.fst")
        if not (copy / "graph" / "words.txt").exists():
            _write_words(copy / "graph" / "words.txt", ids)
        if (model / FEATURES).exists():
            (copy / FEATURES).write_text(f"{(model / FEATURES).read_text().rstrip()}\n--dither=0\n")
        _put_in_place(copy, folder)
    _prune(cache)
    return folder


def _prune(cache: Path) -> None:
    """Keep the graphs that were used last: each is some megabytes, and every change of the intents makes one."""
    folders = [path for path in cache.iterdir() if path.is_dir() and not path.name.startswith(".")]
    for old in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _put_in_place(copy: Path, folder: Path) -> None:
    """Another process may have been faster: then its folder is as good. One without a graph is debris."""
    try:
        copy.rename(folder)
    except OSError:
        if (folder / "graph" / "Gr.fst").exists():
            return
        if not folder.is_dir():
            raise
        shutil.rmtree(folder)
        copy.rename(folder)


def _write_words(path: Path, ids: Mapping[str, int]) -> None:
    """The words that the model kept in the graph which ours replaces."""
    path.write_text("".join(f"{word} {number}\n" for word, number in ids.items()), encoding="utf-8")


def _link(source: Path, target: Path) -> None:
    """A symbolic link; where the system has none for everybody (Windows) a hard link, or a copy."""
    for way in (os.symlink, os.link, shutil.copyfile):
        try:
            way(source, target)
        except OSError:
            continue
        return
    raise OSError(f"{target} can be neither linked nor copied")
