"""Make the recogniser's grammar, and cache the name of its decoding graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from voicecoach.asr.decoder.bigram import Bigram, read_arpa
from voicecoach.asr.decoder.graph import Costs, Grammar
from voicecoach.asr.decoder.vosk_recognizer import SpeechModel
from voicecoach.content.language import Language, content
from voicecoach.runtime.object_cache import cached_object, key_of
from voicecoach.runtime.paths import GRAPH_NAMES

if TYPE_CHECKING:  # the name of a graph that is there is wanted before the intents are loaded
    from voicecoach.nlu.intents import IntentSet

_FILES = ("decoys.txt", "background.arpa")


def make_grammar(language: Language, intents: IntentSet) -> Grammar:
    """Return the sentences of `intents`, with everyday talk to tell apart from them."""
    return Grammar(
        intents.word_graph(),
        _decoys(language.code),
        _background(language.code),
        intents.fillers,
        intents.cautions,
        intents.beside,
        (*language.links.joining, *language.links.correcting),
    )


def cached_graph_name(
    model: SpeechModel,
    language: Language,
    costs: Costs,
    intents: str | None,
    make: Callable[[], Grammar],
) -> str:
    """Return the name of the graph for the grammar that `make` returns.

    To make the grammar and to hash it takes half a second, which an unchanged state of the intents
    saves.

    Args:
        model: The model that the graph is for.
        language: The language, whose content is part of the grammar.
        costs: Costs that the graph is weighed with.
        intents: A key of the state of the intents; None if it is not known.
        make: Makes the grammar.
    """
    if intents is None:
        return model.graph_name(make(), costs)
    files = [content(language.code, name) for name in _FILES]
    key = key_of(intents, language.links, costs, str(model.folder.resolve()), files=files)
    folder = GRAPH_NAMES.path
    return cached_object(str, lambda: model.graph_name(make(), costs), key, folder)


def _decoys(language: str) -> tuple[str, ...]:
    """Return single words that sound like commands; a language may have none.

    Without them "no" is recognised as "next" and "down" as "don't". The matcher rejects them.
    """
    file = content(language, "decoys.txt")
    return tuple(file.read_text(encoding="utf-8").split()) if file.is_file() else ()


def _background(language: str) -> Bigram:
    """Return a bigram of everyday talk (made by tools/background.py).

    A language may have none.
    """
    file = content(language, "background.arpa")
    return read_arpa(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else Bigram()
