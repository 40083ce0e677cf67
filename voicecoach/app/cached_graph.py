"""What the recogniser listens for: the sentences of the intents, and what else is said."""

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
    """The sentences of `intents`, with what people say beside them."""
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
    model: SpeechModel, language: Language, costs: Costs, intents: str | None, make: Callable[[], Grammar]
) -> str:
    """The name of the graph for what `make` makes. `intents` tells their state from any other; None: that is not
    known. To make the grammar and to read through all of it takes half a second, and comes to the same as long as
    nothing has changed."""
    if intents is None:
        return model.graph_name(make(), costs)
    files = [content(language.code, name) for name in _FILES]
    key = key_of(intents, language.links, costs, str(model.folder.resolve()), files=files)
    folder = GRAPH_NAMES.path
    return cached_object(str, lambda: model.graph_name(make(), costs), key, folder)


def _decoys(language: str) -> tuple[str, ...]:
    """Single words that sound like commands: without them "no" is heard as "next" and "down" as "don't"; the matcher
    turns them away. A language may have none."""
    file = content(language, "decoys.txt")
    return tuple(file.read_text(encoding="utf-8").split()) if file.is_file() else ()


def _background(language: str) -> Bigram:
    """Everyday talk (tools/background.py makes it). A language may have none."""
    file = content(language, "background.arpa")
    return read_arpa(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else Bigram()
