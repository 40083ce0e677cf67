"""Checks that find, before anybody speaks, what would go wrong when they do."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from voicecoach.content.language import DEFAULT
from voicecoach.content.yaml_schema import Content, ContentError, load_yaml
from voicecoach.core.understanding import Understanding, Verdict
from voicecoach.nlu import sampling
from voicecoach.nlu.intents import IntentsError, IntentSet
from voicecoach.nlu.matcher import Matcher
from voicecoach.nlu.numbers import spoken
from voicecoach.nlu.sentence import TemplateSentence

_PAUSE = re.compile(r"[.,;:!?…()\"\n]+|\s[-–—]+\s|[–—]")
"""Where a speaker pauses: what stands between two of these may be heard alone."""


@dataclass(frozen=True, slots=True)
class TestSentence:
    """What somebody says, and what it must be taken for in each of `states` (none given: whatever
    the state).

    With `confirm` the coach must ask back; without an `intent` it must not obey.
    """

    __test__: ClassVar[bool] = False  # not a class of tests for pytest

    text: str
    intent: str | None
    slots: Mapping[str, object] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    confirm: bool = False


class _Case(Content):
    sentences: tuple[str, ...] = Field(min_length=1)
    intent: str | None = None
    slots: dict[str, Any] = Field(default_factory=dict)
    states: tuple[str, ...] = ()
    confirm: bool = False


class _Tests(Content):
    tests: tuple[_Case, ...]


def load_tests(path: Path) -> list[TestSentence]:
    """The test sentences in the YAML file at `path`; IntentsError lists its mistakes."""
    try:
        cases = load_yaml(path, _Tests).tests
    except ContentError as error:
        raise IntentsError(error.mistakes) from None
    return [
        TestSentence(text, case.intent, case.slots, case.states, case.confirm)
        for case in cases
        for text in case.sentences
    ]


def lint(
    intents: IntentSet,
    known_word: Callable[[str], bool] | None,
    tests: Sequence[TestSentence] | None = None,
    states: Collection[str] | None = None,
) -> list[str]:
    """Problems of `intents`, each in one sentence.

    `known_word` tells whether the recogniser's model knows a word, every template needs one of
    `tests`, `states` are all states of the session; None leaves out that check. A file with more
    sentences than `LIMIT` is checked for ambiguity in a sample only.
    """
    problems = [*_ambiguous(intents)]
    if known_word is not None:
        problems += _unknown_words(intents, known_word)
    if states is not None:
        problems += _unknown_states(intents, states)
    if tests is not None:
        problems += [*_untested(intents, tests), *_misunderstood(Matcher(intents), tests)]
    return problems


def lint_prompts(prompts: Iterable[tuple[str, str]], matcher: Matcher) -> list[str]:
    """What of `prompts` (id, text) the coach would obey, or take for a red flag, if it heard
    itself: the whole, or a part between pauses. Parts in which something is still to be filled in
    are left out."""
    understand = cache(matcher.understand)  # many prompts end alike
    problems = []
    for name, text in prompts:
        for part in spoken_parts(text, matcher.intents.language):
            understanding = understand(part)
            if understanding.accepted:
                problems.append(f"{name}: {part!r} would be obeyed as {understanding.intent}")
            elif understanding.urgent and understanding.verdict is not Verdict.REJECT:
                problems.append(
                    f"{name}: {part!r} could be taken for the red flag {understanding.intent}"
                )
    return problems


def spoken_parts(text: str, language: str = DEFAULT) -> list[str]:
    """What a speaker of `text` may be heard to say: the whole, and what stands between two pauses;
    not where something is still to be filled in."""
    parts = [part for part in (*_PAUSE.split(text), text) if "{" not in part]
    return list({spoken(part, language): part.strip() for part in parts}.values())


def _unknown_words(intents: IntentSet, known_word: Callable[[str], bool]) -> Iterator[str]:
    reported: set[str] = set()
    for template in intents.templates:
        for word in sorted(sampling.words(template.node) - reported):
            reported.add(word)
            if not known_word(word):
                where = f"{intents.name}, line {template.line}"
                yield f"{where}: the recogniser does not know {word!r} (in {template.text!r})"
    for word in sorted(intents.words() - reported):
        if not known_word(word):
            yield f"{intents.name}: the recogniser does not know the skip word {word!r}"


def _unknown_states(intents: IntentSet, states: Collection[str]) -> Iterator[str]:
    for state in sorted(intents.states.difference(states)):
        lines = sorted(
            template.line for template in intents.templates if state in (template.states or ())
        )
        yield f"{intents.name}, line {lines[0]}: there is no state {state!r}; there are {', '.join(sorted(states))}"


def _ambiguous(intents: IntentSet) -> Iterator[str]:
    """Sentences that mean two things in one state, one example for each pair of templates."""
    lines = {(template.intent, template.text): template.line for template in intents.templates}
    meanings: dict[str, list[TemplateSentence]] = {}
    for sentence in intents.sentences():
        meanings.setdefault(sentence.text, []).append(sentence)
    reported: set[tuple[int, int]] = set()
    for text, readings in meanings.items():
        for one, other in combinations(readings, 2):
            pair = lines[one.intent, one.template], lines[other.intent, other.template]
            if one.meaning != other.meaning and _meet(one, other) and pair not in reported:
                reported.add(pair)
                yield (
                    f"{intents.name}, lines {pair[0]} and {pair[1]}: {text!r} means {_said(one.intent, one.slots)} "
                    f"and {_said(other.intent, other.slots)} in the same state"
                )


def _meet(one: TemplateSentence, other: TemplateSentence) -> bool:
    """Whether both count in some state."""
    return one.states is None or other.states is None or not one.states.isdisjoint(other.states)


def _untested(intents: IntentSet, tests: Iterable[TestSentence]) -> Iterator[str]:
    tested = {
        (reading.intent, reading.template)
        for test in tests
        for reading in intents.exact(spoken(test.text, intents.language))
        if reading.intent == test.intent
    }
    for template in intents.templates:
        if (template.intent, template.text) not in tested:
            yield f"{intents.name}, line {template.line}: no test sentence for {template.text!r} ({template.intent})"


def _misunderstood(matcher: Matcher, tests: Iterable[TestSentence]) -> Iterator[str]:
    for test in tests:
        for state in test.states or (None,):
            understanding = matcher.understand(test.text, None if state is None else (state,))
            if not _as_stated(test, understanding):
                when = f" when {state}" if state else ""
                wanted = _said(test.intent, test.slots) + (
                    ", to be confirmed" if test.confirm else ""
                )
                taken = (
                    _said(understanding.intent, understanding.slots)
                    if understanding.accepted
                    else "no command"
                )
                yield f"{test.text!r}{when} should be {wanted}, not {taken} ({understanding.detail})"


def _as_stated(test: TestSentence, understanding: Understanding) -> bool:
    if test.intent is None:
        return not understanding.accepted
    verdict = Verdict.ASK if test.confirm else Verdict.ACCEPT
    meant = understanding.intent, dict(understanding.slots)
    return understanding.verdict is verdict and meant == (test.intent, dict(test.slots))


def _said(intent: str | None, slots: Mapping[str, object]) -> str:
    values = ", ".join(f"{name} {value}" for name, value in sorted(slots.items()))
    return f"{intent or 'no command'}{f' ({values})' if values else ''}"
