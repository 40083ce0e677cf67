"""How sure the recogniser was: other readings of an utterance as evidence for or against a command.

A command that was truly said hardly ever leaves another reading near, a long one least of all; talk that came out as a
command nearly always does ("keep going" beside "thank god"). The figures below were chosen on recordings, between
commands missed and talk obeyed (docs/benchmarks/accuracy.md).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from voicecoach.core.speech import Alternative, Hypothesis
from voicecoach.core.understanding import RejectReason, Understanding, Verdict

ONE_WORD = 0.3
"""Nats by which a command of one word must be more probable than any talk."""

SEVERAL_WORDS = 2.5
"""The same for longer ones: more sound tells more. At 4.5 synthetic voices of poor quality were turned away."""

OVER_COACH = 1.2
"""Nats by which any command heard while the coach speaks must be more probable than talk. Of the words that people said
over it hardly one was less sure; what came out of its own voice, right after its echo had changed, was."""

OTHER_COMMAND = 0.3
"""Nats by which it must be more probable than a command that wants something else; else the coach asks whether it was
meant."""

EXPECTED = 0.5
"""Share of the margin against talk for a command that only some states allow, this one among them."""

PRIOR = 2.0
"""Nats by which another reading may be less probable when it is a command that counts now, and the best is one that
does not."""

UNASKED = 3.0
"""The same where the best reading is an answer to what was not asked: it is easy to hear, so that it is understood once
it is asked for, and nobody says it of themselves."""

NEAR = 1.5
"""The same where the best reading is nearly the command: one that would be asked about, or the command with a scrap of
sound beside it ("you stop")."""

URGENT = 1.5
"""Nats by which a reading that must not be missed may be less probable than the best one, and is still asked about."""

URGENT_COMMAND = 0.7
"""The same where the best one is another command: that was most probably said."""

SAME = 80
"""Score from which a reading that is no command is a command of several words itself, badly heard ("oh for forty five
seconds"), and no evidence of talk."""

SCRAP_WORDS, SCRAP_LETTERS = 2, 3
"""Words that such scraps may be taken for, and letters that these have at most ("you", "er", "so"). Longer words are
speech: "they're good wait stop" was said to somebody else."""

UnderstandText = Callable[[str, Collection[str] | None], Understanding]


def rescore(
    heard: Hypothesis, states: Collection[str] | None, understand: UnderstandText, share: float = 1.0
) -> Understanding:
    """What an utterance means in `states` (None: whatever the state), all its readings considered; `share` of the usual
    margin is asked for."""
    readings = (Alternative(heard.text, 0.0), *heard.alternatives)
    best = understand(heard.text, states)
    chosen, command = readings[0], best
    if not best.accepted:
        found = _instead(best, readings, states, understand)
        if found is None:
            return _or_urgent(best, readings, states, understand)
        chosen, command = found
    rivals = [Alternative(one.text, one.behind_nats - chosen.behind_nats) for one in readings]
    of_talk = share * margin(command, echo_suspect=heard.echo_suspect, over_coach=heard.over_coach)
    return _or_urgent(_judge(command, rivals, states, understand, of_talk, share), readings, states, understand)


def _or_urgent(
    understood: Understanding,
    readings: Sequence[Alternative],
    states: Collection[str] | None,
    understand: UnderstandText,
) -> Understanding:
    """What was `understood`, or where something urgent may have been said instead, the question whether it was."""
    if understood.urgent and understood.verdict is not Verdict.REJECT:
        return understood
    most = URGENT_COMMAND if understood.accepted else URGENT
    for reading in readings[1:]:
        if reading.behind_nats > most:
            break
        urgent = understand(reading.text, states)
        if urgent.urgent and urgent.accepted:
            detail = f"urgent, {reading.behind_nats:.1f} nats behind {understood.text!r}: {understood.detail}"
            return replace(urgent, verdict=Verdict.ASK, reject_reason=None, detail=detail)
    return understood


def _judge(
    command: Understanding,
    rivals: Sequence[Alternative],
    states: Collection[str] | None,
    understand: UnderstandText,
    of_talk: float,
    share: float,
) -> Understanding:
    """The verdict on `command`, beside `rivals`: turned away for talk that is less than `of_talk` nats behind (asked
    about where it is urgent), asked about for another command."""
    # What must not be missed is not to be done unasked, either, where something else may have been said.
    of_command = of_talk if command.urgent else 0.0 if command.reject_margin_nats < 0 else share * OTHER_COMMAND
    for rival in rivals:
        if rival.behind_nats >= max(of_talk, of_command):
            break
        if _within(command.sentence, rival.text):
            continue
        detail = f"{command.sentence!r} is not sure enough: {rival.text!r} is {rival.behind_nats:.1f} nats behind"
        if rival.behind_nats < of_talk and _is_talk(rival.text, command, states, understand):
            if command.urgent:
                return replace(command, verdict=Verdict.ASK, detail=f"{detail}, {of_talk:.1f} needed")
            return Understanding(
                command.text,
                Verdict.REJECT,
                reject_reason=RejectReason.NOT_SURE,
                detail=f"{detail}, {of_talk:.1f} needed",
                score=command.score,
            )
        if rival.behind_nats < of_command and _is_another(understand(rival.text, states), command):
            return replace(command, verdict=Verdict.ASK, detail=f"{detail}, {of_command:.1f} needed")
    return command


def margin(command: Understanding, *, echo_suspect: bool = False, over_coach: bool = False) -> float:
    """Nats by which the most probable talk must be behind `command`. What is easy to say (negative caution) needs so
    much less; what needs caution paid for it in the graph. One word needs as much as several where it has others around
    it ("thanks faster"), each of several commands in one breath as much again, since many kinds of talk can be pieced
    together from them. Nothing is easy `over_coach`, and everything needs much where it is `echo_suspect`."""
    usual = command.parts * (SEVERAL_WORDS if " " in command.text else ONE_WORD)
    least = SEVERAL_WORDS if echo_suspect else OVER_COACH if over_coach else 0.0
    return max(usual * (EXPECTED if command.expected else 1.0) + min(command.reject_margin_nats, 0.0), least)


def _instead(
    best: Understanding, readings: Sequence[Alternative], states: Collection[str] | None, understand: UnderstandText
) -> tuple[Alternative, Understanding] | None:
    """The command that a little less probable reading is, where the best reading is none now."""
    anywhere = understand(best.text, None)
    unasked = _is_unasked(best.text, anywhere)
    elsewhere = unasked or (states is not None and anywhere.accepted)
    for reading in readings[1:]:
        if reading.behind_nats > (UNASKED if unasked else PRIOR):
            break
        command = understand(reading.text, states)
        if command.accepted and (elsewhere or (reading.behind_nats <= NEAR and _nearly(best, command))):
            detail = f"{command.detail}; the best reading {best.text!r}: {best.detail}"
            return reading, replace(command, detail=detail)
    return None


def _is_talk(text: str, command: Understanding, states: Collection[str] | None, understand: UnderstandText) -> bool:
    """Whether it is nothing that the coach understands, in any state or as an answer to what it has asked, and not
    `command` badly heard. The answers to what it has not asked are as easy to hear as commands, and prove nothing
    ("nothing hurts" beside "that hurts"); but their single words are those of all talk."""
    found = [understand(text, which) for which in (None, states)]
    if _is_unasked(text, found[0]):
        return False
    if " " in command.sentence and any(one.score >= SAME and _want_the_same(one, command) for one in found):
        return False
    return all(one.verdict is Verdict.REJECT for one in found)


def _is_unasked(text: str, anywhere: Understanding) -> bool:
    """Whether it is, in several words, an answer to what has not been asked."""
    return " " in text and anywhere.reject_reason is RejectReason.NOT_ASKED


def _is_another(rival: Understanding, command: Understanding) -> bool:
    return rival.verdict is not Verdict.REJECT and not _want_the_same(rival, command)


def _want_the_same(one: Understanding, other: Understanding) -> bool:
    return (one.intent, one.slots) == (other.intent, other.slots)


def _nearly(best: Understanding, command: Understanding) -> bool:
    asked = best.verdict is Verdict.ASK and _want_the_same(best, command)
    return asked or _within(command.sentence, best.text)


def _within(sentence: str, text: str) -> bool:
    """Whether `text` is `sentence` with hardly anything beside it."""
    words, all_words = sentence.split(), text.split()
    more = len(all_words) - len(words)
    if more > SCRAP_WORDS:
        return False
    for at in range(more + 1):
        beside = all_words[:at] + all_words[at + len(words) :]
        if all_words[at : at + len(words)] == words and all(len(word) <= SCRAP_LETTERS for word in beside):
            return True
    return False
