"""Match the text of an utterance with the sentences of the intents.

An utterance that equals a sentence word for word counts if its intent counts in the present state.
Any other utterance is compared as a whole with whole sentences. A search for commands *within* an
utterance would obey speech to somebody else ("the next train leaves at noon").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from voicecoach.core.understanding import RejectReason, Understanding, Verdict
from voicecoach.nlu.alignment import Aligner, Alignment, Edit
from voicecoach.nlu.intents import IntentSet
from voicecoach.nlu.numbers import UNKNOWN, spoken
from voicecoach.nlu.sentence import TemplateSentence
from voicecoach.nlu.vocabulary import LIGHT, Vocabulary

ACCEPT = 90.0
"""Score from which a near miss is obeyed in which every word of meaning was heard, and no other.
One unknown sound beside a sentence of three words of meaning scores 88, beside four of them 91. At
88 "what should i say" would do for "what did you say"; from 90 on no test sentence was taken for
another when its own template was left out."""

SURE = 94.0
"""Score from which a near miss is obeyed although a word of meaning outside slots was missed."""

ASK = 84.0
"""Score from which a near miss is asked about ("did you say next?"). At 82, 1600 recordings of
something else brought fourteen questions, at 84 seven."""

ASK_SLIGHT = 90.0
"""Score that replaces ASK where either text has a single word of meaning ("you stop" scores 87)."""

ASK_URGENT = 80.0
"""Score that replaces ASK for an urgent sentence."""

SHORTEST = 4
"""Least number of words in both texts of a near miss that is obeyed; in shorter texts each word
decides."""

MARGIN = 0.5
"""Least additional cost of the nearest sentence with another meaning: half a word of meaning."""

MISSPELT = 0.84
"""Similarity (0..1) from which a word outside all sentences counts as a misspelt or misheard word
of a sentence."""

_NOTHING = Edit(None, None)
_MOST_TIES = 8
_MOST_SEARCHED = 40


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Hold a sentence that the user may have meant, and its alignment with the utterance."""

    alignment: Alignment
    sentence: TemplateSentence


@dataclass(frozen=True, slots=True)
class _Why:
    """The reason of a verdict: in words, and what it is where the verdict is REJECT."""

    detail: str
    reject_reason: RejectReason | None = None


class Matcher:
    """Understands utterances against `intents`; scores from `accept` on are obeyed, from `ask` on
    asked about.

    Preparing takes a fraction of a second; `understand` then takes some milliseconds at most.
    """

    def __init__(self, intents: IntentSet, *, accept: float = ACCEPT, ask: float = ASK):
        self.intents = intents
        self._accept, self._ask = accept, ask
        self._vocabulary = Vocabulary(intents)
        self._aligner = Aligner(intents.word_graph(), self._vocabulary)

    def understand(self, text: str, states: Collection[str] | None = None) -> Understanding:
        """Return what `text` means in `states`; None allows any state."""
        text = spoken(text, self.intents.language)
        if not text:
            return _reject(text, RejectReason.NOTHING_SAID, "nothing was said")
        if UNKNOWN not in text and (exact := self.intents.exact(text)):
            return _exact(text, exact, states)
        words = self.intents.without_skip_words(text).split()
        if not words:
            return _reject(text, RejectReason.FILLER_WORDS, "nothing but filler words")
        if set(words) == {UNKNOWN}:
            return _reject(text, RejectReason.UNKNOWN_SOUNDS, "nothing but unknown sounds")
        return self._near(text, words, states)

    def _near(
        self, text: str, words: Sequence[str], states: Collection[str] | None
    ) -> Understanding:
        if len(words) > 2 * self._aligner.longest:
            return _reject(
                text, RejectReason.UNLIKE_ANY_COMMAND, "nothing like a command (longer than any)"
            )
        found = self._aligner.nearest(words)
        best = self._candidate(found, states)
        if best is None or best.alignment.score == 0:
            return _reject(
                text, RejectReason.UNLIKE_ANY_COMMAND, "nothing like a command (no word of any)"
            )
        verdict, why = self._judge(words, best, states)
        if verdict is Verdict.ACCEPT and (rival := self._rival(best, words, states)):
            verdict, why = Verdict.ASK, _Why(f"as near to {rival.text!r}")
        score = best.alignment.score
        because = replace(why, detail=f"{why.detail} (best: {best.sentence.text!r}, {score:.0f})")
        return _answer(text, verdict, because, best.sentence, score, states)

    def _candidate(
        self, found: Iterable[Alignment], states: Collection[str] | None
    ) -> _Candidate | None:
        """Return the first of `found`, or one with equal cost that counts in `states` if the first
        does not."""
        first: _Candidate | None = None
        for candidate in islice(self._candidates(found, states), _MOST_TIES):
            if first and candidate.alignment.cost > first.alignment.cost:
                break
            if candidate.sentence.counts_in(states):
                return candidate
            first = first or candidate
        return first

    def _candidates(
        self, found: Iterable[Alignment], states: Collection[str] | None
    ) -> Iterator[_Candidate]:
        """Yield the alignments with a meaning; an answer to a question that is not open has
        none."""
        for alignment in islice(found, _MOST_SEARCHED):
            reading = self._reading(alignment, states)
            if reading and (reading.counts_in(states) or not reading.answer):
                yield _Candidate(alignment, reading)

    def _reading(
        self, alignment: Alignment, states: Collection[str] | None
    ) -> TemplateSentence | None:
        """Return the meaning of the sentence; None where hassil reads it more literally ("rock 'n'
        roll")."""
        readings = self.intents.exact(" ".join(alignment.said))
        return next((one for one in readings if one.counts_in(states)), next(iter(readings), None))

    def _judge(
        self, words: Sequence[str], best: _Candidate, states: Collection[str] | None
    ) -> tuple[Verdict, _Why]:
        """Return the verdict on `best`, and its reason."""
        score, said = best.alignment.score, best.alignment.said
        slight = min(self._vocabulary.meaningful(words), self._vocabulary.meaningful(said)) < 2
        if score < (ASK_SLIGHT if slight else ASK_URGENT if best.sentence.urgent else self._ask):
            return Verdict.REJECT, _Why("nothing like a command", RejectReason.UNLIKE_ANY_COMMAND)
        if not best.sentence.counts_in(states):
            return Verdict.REJECT, _not_now([best.sentence])
        if slight or min(len(words), len(said)) < SHORTEST:
            return Verdict.ASK, _Why("too short to obey on a likeness")
        if score < self._accept:
            return Verdict.ASK, _Why("near a command, not near enough")
        if best.sentence.confirm:
            return Verdict.ASK, _Why("to be confirmed")
        if not self._means_the_same(best.alignment):
            return Verdict.ASK, _Why("a word that matters differs")
        return Verdict.ACCEPT, _Why("near")

    def _means_the_same(self, alignment: Alignment) -> bool:
        """Return True if no word of meaning was added, missed or mistaken."""
        edits, sure = alignment.edits, alignment.score >= SURE
        neighbours = zip((_NOTHING, *edits), edits, (*edits[1:], _NOTHING), strict=False)
        return all(self._harmless(*three, sure) for three in neighbours)

    def _harmless(self, before: Edit, edit: Edit, after: Edit, sure: bool) -> bool:
        heard, said, _ = edit
        if heard == said or self._is_slip(edit):
            return True
        if said is not None and said not in self._vocabulary.light:
            return (
                heard is None
                and sure
                and said not in self._vocabulary.telling | self._vocabulary.negations
            )
        if heard is None or heard in self._vocabulary.language.words.articles:
            return True
        # "do hundred and fifty" may have been "two hundred and fifty"
        beside_value = not self._vocabulary.telling.isdisjoint(
            filter(None, (before.said, after.said))
        )
        return heard in self._vocabulary.small | {UNKNOWN} and not (said is None and beside_value)

    def _is_slip(self, edit: Edit) -> bool:
        """Return True if a word was misspelt or misheard: in no sentence, and very similar to the
        sentence's word."""
        heard, said, alike = edit
        return (
            alike >= MISSPELT
            and heard not in self._vocabulary.words
            and said not in self._vocabulary.telling
        )

    def _rival(
        self, best: _Candidate, words: Sequence[str], states: Collection[str] | None
    ) -> TemplateSentence | None:
        """Return a sentence with another meaning that is about as near to `words` as `best`."""
        # A missed word decides nothing: "some [milk]" is as near to "some [cream]", though "milk"
        # is light.
        lost = [edit.said for edit in best.alignment.edits if edit.said != edit.heard]
        shared = self._vocabulary.light.difference(self._vocabulary.small).intersection(
            filter(None, lost)
        )
        near = best.alignment.cost + MARGIN + (1 - LIGHT) * len(shared)
        for alignment in takewhile(lambda one: one.cost < near, self._aligner.nearest(words)):
            if not self._same(alignment, best.alignment):
                reading = self._reading(alignment, states)
                if (
                    reading
                    and reading.counts_in(states)
                    and reading.meaning != best.sentence.meaning
                ):
                    return reading
        return None

    def _same(self, one: Alignment, other: Alignment) -> bool:
        """Return True if two sentences have equal kinds and equal telling words in slots."""
        return one.kinds == other.kinds and self._values(one) == self._values(other)

    def _values(self, alignment: Alignment) -> list[str]:
        return [word for word in alignment.said if word in self._vocabulary.telling]


def _exact(
    text: str, found: Sequence[TemplateSentence], states: Collection[str] | None
) -> Understanding:
    for sentence in found:
        if sentence.counts_in(states):
            if sentence.confirm:
                return _answer(
                    text, Verdict.ASK, _Why("exact, to be confirmed"), sentence, 100.0, states
                )
            return _answer(text, Verdict.ACCEPT, _Why("exact"), sentence, 100.0, states)
    commands = [sentence for sentence in found if not sentence.answer]
    if not commands:
        detail = f"not asked: {found[0].intent} counts only as an answer"
        return _reject(text, RejectReason.NOT_ASKED, detail)
    return _answer(text, Verdict.REJECT, _not_now(commands), commands[0], 100.0, states)


def _not_now(readings: Sequence[TemplateSentence]) -> _Why:
    intent = readings[0].intent
    states = {state for one in readings if one.intent == intent for state in one.states or ()}
    return _Why(
        f"not now: {intent} counts only when {', '.join(sorted(states))}", RejectReason.NOT_NOW
    )


def _answer(
    text: str,
    verdict: Verdict,
    why: _Why,
    sentence: TemplateSentence,
    score: float,
    states: Collection[str] | None,
) -> Understanding:
    expected = states is not None and sentence.states is not None and sentence.counts_in(states)
    return Understanding(
        text,
        verdict,
        reject_reason=why.reject_reason,
        detail=why.detail,
        intent=sentence.intent,
        slots=sentence.slots,
        sentence=sentence.text,
        score=round(score, 1),
        reject_margin_nats=sentence.caution,
        expected=expected,
        urgent=sentence.urgent,
    )


def _reject(text: str, reason: RejectReason, detail: str) -> Understanding:
    return Understanding(text, Verdict.REJECT, reject_reason=reason, detail=detail)
