"""Accept, question or reject a command by how probable the other readings are.

A command that the user said rarely has another reading of nearly the same probability, and a long
command even more rarely. Talk that was recognised as a command usually has one ("keep going" and
"thank god"). The margins below balance missed commands against obeyed talk, measured on recordings
(docs/benchmarks/accuracy.md).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from voicecoach.core.speech import Alternative, Hypothesis
from voicecoach.core.understanding import RejectReason, Understanding, Verdict

ONE_WORD = 0.3
"""Nats by which a command of one word must be more probable than any talk."""

SEVERAL_WORDS = 2.5
"""Nats by which a command of several words must be more probable than any talk. 4.5 nats rejected
commands of synthetic voices of poor quality."""

OVER_COACH = 1.2
"""Nats by which a command heard while the coach speaks must be more probable than talk. Nearly all
commands that people said over the coach exceed this margin; echo of the coach right after a change
of the echo path does not."""

OTHER_COMMAND = 0.3
"""Nats by which a command must be more probable than a command with another meaning;
otherwise the coach asks."""

EXPECTED = 0.5
"""Factor on the margin against talk for a command that only some states allow, including the
present one."""

PRIOR = 2.0
"""Nats by which a command that counts now may be less probable than a best reading that does not
count now."""

UNASKED = 3.0
"""Nats that replace PRIOR where the best reading answers a question that nobody asked. The graph
makes answers easy to recognise, and users do not say them unprompted."""

NEAR = 1.5
"""Nats that replace PRIOR where the best reading is close to the command: a reading that the coach
would ask about, or the command with a short additional word ("you stop")."""

URGENT = 1.5
"""Nats by which an urgent reading may be less probable than the best reading, and the coach still
asks about it."""

URGENT_COMMAND = 0.7
"""Nats that replace URGENT where the best reading is another command, which was most probably
said."""

SAME = 80
"""Score (0..100) from which a reading counts as a badly recognised command of several words ("oh
for forty five seconds"), not as evidence of talk."""

SCRAP_WORDS, SCRAP_LETTERS = 2, 3
"""Greatest number of additional words, and of letters in each ("you", "er", "so"). Longer words are
speech to somebody else: "they're good wait stop"."""

UnderstandText = Callable[[str, Collection[str] | None], Understanding]


def rescore(
    heard: Hypothesis,
    states: Collection[str] | None,
    understand: UnderstandText,
    share: float = 1.0,
) -> Understanding:
    """Return what an utterance means, with all its readings considered.

    Args:
        heard: The hypothesis with its alternatives, the most probable first.
        states: The present states of the session; None allows any state.
        understand: Understands one text in given states.
        share: Factor on all margins.
    """
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
    return _or_urgent(
        _judge(command, rivals, states, understand, of_talk, share), readings, states, understand
    )


def _or_urgent(
    understood: Understanding,
    readings: Sequence[Alternative],
    states: Collection[str] | None,
    understand: UnderstandText,
) -> Understanding:
    """Return a question about an urgent reading if one is near; otherwise `understood`."""
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
    """Return the verdict on `command` against its rivals.

    Talk that is less than `of_talk` nats behind rejects the command, or makes the coach ask if the
    command is urgent. Another command that is near makes the coach ask.
    """
    # The coach asks before it obeys an urgent command where another command may have been said.
    of_command = (
        of_talk
        if command.urgent
        else 0.0
        if command.reject_margin_nats < 0
        else share * OTHER_COMMAND
    )
    for rival in rivals:
        if rival.behind_nats >= max(of_talk, of_command):
            break
        if _within(command.sentence, rival.text):
            continue
        detail = f"{command.sentence!r} is not sure enough: {rival.text!r} is {rival.behind_nats:.1f} nats behind"
        if rival.behind_nats < of_talk and _is_talk(rival.text, command, states, understand):
            if command.urgent:
                return replace(
                    command, verdict=Verdict.ASK, detail=f"{detail}, {of_talk:.1f} needed"
                )
            return Understanding(
                command.text,
                Verdict.REJECT,
                reject_reason=RejectReason.NOT_SURE,
                detail=f"{detail}, {of_talk:.1f} needed",
                score=command.score,
            )
        if rival.behind_nats < of_command and _is_another(understand(rival.text, states), command):
            return replace(
                command, verdict=Verdict.ASK, detail=f"{detail}, {of_command:.1f} needed"
            )
    return command


def margin(
    command: Understanding, *, echo_suspect: bool = False, over_coach: bool = False
) -> float:
    """Return by how many nats `command` must be more probable than any talk.

    A negative `reject_margin_nats` lowers the margin; a positive one is already a cost in the
    decoding graph. A single command word within other words ("thanks faster") needs the margin of
    several words. Each of several commands in one utterance adds its margin, since many kinds of
    talk can be composed of commands. `over_coach` and `echo_suspect` raise the least margin.
    """
    usual = command.parts * (SEVERAL_WORDS if " " in command.text else ONE_WORD)
    least = SEVERAL_WORDS if echo_suspect else OVER_COACH if over_coach else 0.0
    return max(
        usual * (EXPECTED if command.expected else 1.0) + min(command.reject_margin_nats, 0.0),
        least,
    )


def _instead(
    best: Understanding,
    readings: Sequence[Alternative],
    states: Collection[str] | None,
    understand: UnderstandText,
) -> tuple[Alternative, Understanding] | None:
    """Return a less probable reading that is a command now, where the best reading is not."""
    anywhere = understand(best.text, None)
    unasked = _is_unasked(best.text, anywhere)
    elsewhere = unasked or (states is not None and anywhere.accepted)
    for reading in readings[1:]:
        if reading.behind_nats > (UNASKED if unasked else PRIOR):
            break
        command = understand(reading.text, states)
        if command.accepted and (
            elsewhere or (reading.behind_nats <= NEAR and _nearly(best, command))
        ):
            detail = f"{command.detail}; the best reading {best.text!r}: {best.detail}"
            return reading, replace(command, detail=detail)
    return None


def _is_talk(
    text: str, command: Understanding, states: Collection[str] | None, understand: UnderstandText
) -> bool:
    """Return True if `text` is talk: neither understood in any state nor a badly recognised
    `command`.

    An answer of several words to a question that nobody asked is no evidence of talk ("nothing
    hurts" as a rival of "that hurts"), because the graph makes it as easy to recognise as a
    command. An answer of one word is such evidence.
    """
    found = [understand(text, which) for which in (None, states)]
    if _is_unasked(text, found[0]):
        return False
    if " " in command.sentence and any(
        one.score >= SAME and _want_the_same(one, command) for one in found
    ):
        return False
    return all(one.verdict is Verdict.REJECT for one in found)


def _is_unasked(text: str, anywhere: Understanding) -> bool:
    """Return True if `text` is an answer of several words to a question that nobody asked."""
    return " " in text and anywhere.reject_reason is RejectReason.NOT_ASKED


def _is_another(rival: Understanding, command: Understanding) -> bool:
    return rival.verdict is not Verdict.REJECT and not _want_the_same(rival, command)


def _want_the_same(one: Understanding, other: Understanding) -> bool:
    return (one.intent, one.slots) == (other.intent, other.slots)


def _nearly(best: Understanding, command: Understanding) -> bool:
    asked = best.verdict is Verdict.ASK and _want_the_same(best, command)
    return asked or _within(command.sentence, best.text)


def _within(sentence: str, text: str) -> bool:
    """Return True if `text` is `sentence` with at most SCRAP_WORDS short words around it."""
    words, all_words = sentence.split(), text.split()
    more = len(all_words) - len(words)
    if more > SCRAP_WORDS:
        return False
    for at in range(more + 1):
        beside = all_words[:at] + all_words[at + len(words) :]
        if all_words[at : at + len(words)] == words and all(
            len(word) <= SCRAP_LETTERS for word in beside
        ):
            return True
    return False
