"""From the text of an utterance to an intent: word for word, nearly, or not at all, and why.

An utterance that is a sentence of the intents word for word counts if its intent counts in the present state.
Everything else is compared, always as a whole, with whole sentences. Looking for a command *within* an utterance
would obey what was said to somebody else ("the next train leaves at noon").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from voicecoach.events import Understanding, Verdict
from voicecoach.nlu.intents import IntentSet, TemplateSentence
from voicecoach.nlu.nearest import FUNCTION_WORDS, Nearest, Vocabulary, Words
from voicecoach.nlu.numbers import UNKNOWN, spoken

ACCEPT = 91.0
"""Score from which a near miss is obeyed. One unknown sound beside a sentence of three words of meaning scores 90,
beside four of them 92."""

ASK = 82.0
"""Score from which a near miss is asked about ("did you say next?"). At 80 half an hour of acted dialogue brought
seven questions, at 82 three."""

ASK_SLIGHT = 85.0
"""The same where either side has a single word of meaning ("can you help"): nothing else bears it out."""

SHORTEST = 4
"""Words that a near miss needs on either side to be obeyed: in a shorter one each word decides."""

MARGIN = 4.0
"""A near miss is asked about when a sentence that wants something else scores as close to it as this."""

TYPO = 84.0
"""Similarity (0..100) from which a word that is in no sentence is taken for a misspelt one that is."""

_CANDIDATES = 32
_HARMLESS = FUNCTION_WORDS | {UNKNOWN}


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentence: TemplateSentence
    score: float
    sound: bool
    """Whether all differences are harmless: none of them in the words of a slot, no word of meaning added."""


class Matcher:
    """Understands utterances against `intents`; scores from `accept` on are obeyed, from `ask` on asked about.

    Preparing takes a fraction of a second; `understand` then takes some milliseconds at most.
    """

    def __init__(self, intents: IntentSet, *, accept: float = ACCEPT, ask: float = ASK):
        self.intents = intents
        self._accept, self._ask = accept, ask
        self._vocabulary = Vocabulary(intents)
        self._nearest = Nearest(intents, self._vocabulary)

    def understand(self, text: str, states: Collection[str] | None = None) -> Understanding:
        """What `text` means in `states` (None: whatever the state)."""
        text = spoken(text, self.intents.language)
        if not text:
            return _reject(text, "nothing was said")
        if UNKNOWN not in text and (exact := self.intents.exact(text)):
            return _exact(text, exact, states)
        words = self.intents.without_skip_words(text).split()
        if not words:
            return _reject(text, "nothing but filler words")
        if set(words) == {UNKNOWN}:
            return _reject(text, "nothing but unknown sounds")
        return self._near(text, words, states)

    def _near(self, text: str, words: Sequence[str], states: Collection[str] | None) -> Understanding:
        found = self._nearest.find(words, _CANDIDATES)
        if not found:
            return _reject(text, "nothing like a command (no word of any)")
        candidates = [self._compare(words, said, sentence) for said, sentence in found]
        candidates.sort(key=lambda one: (-one.score, not one.sentence.counts_in(states)))
        best = candidates[0]
        verdict, reason = self._judge(words, candidates, states)
        return _answer(text, verdict, f"{reason} (best: {best.sentence.text!r}, {best.score:.0f})", best)

    def _judge(
        self, words: Sequence[str], candidates: Sequence[_Candidate], states: Collection[str] | None
    ) -> tuple[Verdict, str]:
        """The verdict on the first and best of `candidates`, and its reason."""
        best = candidates[0]
        said = best.sentence.text.split()
        slight = min(self._meaningful(words), self._meaningful(said)) < 2
        if best.score < (ASK_SLIGHT if slight else self._ask):
            return Verdict.REJECT, "nothing like a command"
        if not best.sentence.counts_in(states):
            return Verdict.REJECT, _not_now([best.sentence])
        if slight or min(len(words), len(said)) < SHORTEST:
            return Verdict.ASK, "too short to obey on a likeness"
        if best.score < self._accept:
            return Verdict.ASK, "near a command, not near enough"
        if best.sentence.confirm:
            return Verdict.ASK, "to be confirmed"
        if not best.sound:
            return Verdict.ASK, "a word that matters differs"
        others = [one for one in candidates if one.sentence.meaning != best.sentence.meaning]
        rival = next((one for one in others if one.sentence.counts_in(states)), None)
        if rival and best.score - rival.score < MARGIN:
            return Verdict.ASK, f"as near to {rival.sentence.text!r}"
        return Verdict.ACCEPT, "near"

    def _meaningful(self, words: Iterable[str]) -> int:
        return len(set(words) - self._vocabulary.light - {UNKNOWN})

    def _compare(self, heard: Sequence[str], said: Words, sentence: TemplateSentence) -> _Candidate:
        """How alike the words and the letters are, half and half."""
        vocabulary = self._vocabulary
        differing, sound = 0.0, True
        for edit in Levenshtein.editops(heard, said):
            extra = [heard[edit.src_pos]] if edit.tag != "insert" else []
            missing = [said[edit.dest_pos]] if edit.tag != "delete" else []
            weight = vocabulary.weight((*extra, *missing))
            if edit.tag == "replace" and (alike := self._misspelt(*extra, *missing)):
                differing += (1 - alike) * weight
                sound = sound and missing[0] not in vocabulary.slots
            else:
                differing += weight
                sound = sound and self._harmless(extra, missing)
        by_words = 1 - differing / vocabulary.weight((*heard, *said))
        by_letters = fuzz.ratio(" ".join(heard).replace(UNKNOWN, "?"), " ".join(said))
        return _Candidate(sentence, 50 * by_words + by_letters / 2, sound)

    def _harmless(self, extra: Collection[str], missing: Collection[str]) -> bool:
        """Whether nothing was added but grammar and noise, and no slot lost a word that makes it what it is."""
        lost = self._vocabulary.slots.intersection(missing) - self._vocabulary.light
        return not lost and _HARMLESS.issuperset(extra)

    def _misspelt(self, heard: str, said: str) -> float:
        """Similarity (0..1) of a word that is in no sentence to the one it stands for; 0 when it is another word."""
        if heard in self._vocabulary.words:
            return 0.0
        return fuzz.ratio(heard, said, score_cutoff=TYPO) / 100


def _exact(text: str, found: Sequence[TemplateSentence], states: Collection[str] | None) -> Understanding:
    for sentence in found:
        if sentence.counts_in(states):
            verdict, reason = (Verdict.ASK, "exact, to be confirmed") if sentence.confirm else (Verdict.ACCEPT, "exact")
            return _answer(text, verdict, reason, _Candidate(sentence, 100.0, True))
    return _answer(text, Verdict.REJECT, _not_now(found), _Candidate(found[0], 100.0, True))


def _not_now(readings: Sequence[TemplateSentence]) -> str:
    intent = readings[0].intent
    states = {state for one in readings if one.intent == intent for state in one.states or ()}
    return f"not now: {intent} counts only when {', '.join(sorted(states))}"


def _answer(text: str, verdict: Verdict, reason: str, candidate: _Candidate) -> Understanding:
    sentence = candidate.sentence
    return Understanding(
        text, verdict, reason, sentence.intent, sentence.slots, sentence.text, round(candidate.score, 1)
    )


def _reject(text: str, reason: str) -> Understanding:
    return Understanding(text, Verdict.REJECT, reason)
