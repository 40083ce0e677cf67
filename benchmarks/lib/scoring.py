"""From what was heard to rows of the table, and to a list of what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from lib.hearing import Heard, Meaning, Outcome, Trial, meaning
from lib.report import Row, per_hour, share, wilson
from voicecoach.core.understanding import Verdict

ANSWERS = frozenset({"Yes", "No"})
"""Intents that are answers: people say "yes" and "no" in talk, and the coach counts them only after
a question."""

Scorer = Callable[[str, Sequence[Outcome]], list[Row]]


def _everything(outcome: Outcome) -> Sequence[Heard]:
    return outcome.heard


@dataclass(frozen=True)
class Case:
    """Trials that make a line of the table.

    `wrong` tells which outcomes are errors, `telling` which utterances of one explain it. Of a
    `stream` every error is always listed. `mean` is the case that averages this one with others.
    """

    name: str
    trials: Sequence[Trial]
    score: Scorer
    wrong: Callable[[Outcome], bool]
    telling: Callable[[Outcome], Sequence[Heard]] = _everything
    stream: bool = False
    mean: str = ""


def accuracy(name: str, trials: Sequence[Trial], mean: str = "") -> Case:
    """Score a case of recordings in each of which exactly one command is to be obeyed."""
    return Case(
        name,
        trials,
        _accuracy_only if mean else _accuracy,
        lambda outcome: not outcome.right,
        mean=mean,
    )


def false_commands(name: str, trials: Sequence[Trial]) -> Case:
    """Score a case of recordings in which only commands truly said are to be obeyed."""
    return Case(name, trials, _false_commands, lambda outcome: outcome.false)


def chatter(name: str, trials: Sequence[Trial]) -> Case:
    """Score a case of talk that is not meant for the coach."""
    return Case(
        name,
        trials,
        _chatter,
        lambda outcome: bool(false_accepts(outcome)),
        false_accepts,
        stream=True,
    )


def noise(name: str, trials: Sequence[Trial]) -> Case:
    """Score a case of sounds in which nobody speaks."""
    return Case(name, trials, _noise, lambda outcome: bool(outcome.obeyed), _accepts, stream=True)


def mean_of(name: str, cases: Sequence[Sequence[Outcome]]) -> list[Row]:
    """Return rows that average cases which share their recordings.

    Their interval is that of as many trials as there are recordings: one recording at several
    levels of noise is not several independent trials.
    """
    recordings = len(cases[0])
    outcomes = [outcome for case in cases for outcome in case]
    rows = []
    for row in _accuracy(name, outcomes):
        low, high = wilson(row.value * recordings, recordings)
        rows.append(replace(row, low=low, high=high))
    return rows


def _accuracy(name: str, outcomes: Sequence[Outcome]) -> list[Row]:
    return [
        *_accuracy_only(name, outcomes),
        share(name, "false_commands", sum(outcome.false for outcome in outcomes), len(outcomes)),
        share(name, "asked", sum(outcome.asked for outcome in outcomes), len(outcomes)),
    ]


def _accuracy_only(name: str, outcomes: Sequence[Outcome]) -> list[Row]:
    return [share(name, "accuracy", sum(outcome.right for outcome in outcomes), len(outcomes))]


def _false_commands(name: str, outcomes: Sequence[Outcome]) -> list[Row]:
    return [
        share(name, "false_commands", sum(outcome.false for outcome in outcomes), len(outcomes)),
        share(name, "asked", sum(outcome.asked for outcome in outcomes), len(outcomes)),
    ]


def _chatter(name: str, outcomes: Sequence[Outcome]) -> list[Row]:
    false = sum(len(false_accepts(outcome)) for outcome in outcomes)
    aside = sum(len(_set_aside(outcome)) for outcome in outcomes)
    asked = sum(one.verdict is Verdict.ASK for outcome in outcomes for _, one in outcome.heard)
    n, hours = len(outcomes), hours_of(outcomes)
    return [
        per_hour(name, "false_accepts_per_hour", false, hours, n),
        Row(name, "false_accepts", false, "", n),
        Row(name, "set_aside", aside, "", n),
        per_hour(name, "asked_per_hour", asked, hours, n),
    ]


def _noise(name: str, outcomes: Sequence[Outcome]) -> list[Row]:
    false = sum(len(_accepts(outcome)) for outcome in outcomes)
    return [
        Row(name, "false_commands", false, "", len(outcomes)),
        per_hour(name, "false_commands_per_hour", false, hours_of(outcomes), len(outcomes)),
    ]


def hours_of(outcomes: Sequence[Outcome]) -> float:
    """Return the total length of the recordings in hours."""
    return sum(outcome.trial.seconds for outcome in outcomes) / 3600


def _accepts(outcome: Outcome) -> list[Heard]:
    return [heard for heard in outcome.heard if heard[1].accepted]


def false_accepts(outcome: Outcome) -> list[Heard]:
    """Return the commands obeyed in talk although nobody said them."""
    aside = _set_aside(outcome)
    return [heard for heard in _accepts(outcome) if heard not in aside]


def _set_aside(outcome: Outcome) -> list[Heard]:
    """Return the commands obeyed in talk that may truly have been said.

    They are answers, and commands known to be in the recording.
    """
    known = outcome.trial.aside
    return [
        heard
        for heard in _accepts(outcome)
        if heard[1].intent in ANSWERS or _meaning(heard) in known
    ]


def _meaning(heard: Heard) -> Meaning:
    return meaning(heard[1].intent or "", heard[1].slots)


# --- errors -------------------------------------------------------------------------------------


def errors(case: Case, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Describe each error in a case, a paragraph each.

    A paragraph has what was said, what was heard, and the reason for the verdict.
    """
    for outcome in filter(case.wrong, outcomes):
        lines = [f"{case.name}: {outcome.trial.name}"]
        if outcome.trial.said:
            lines.append(f"    said  {outcome.trial.said!r}")
        if outcome.trial.expected:
            lines.append(f"    means {outcome.trial.expected}")
        lines += [f"    heard {_utterance(heard)}" for heard in case.telling(outcome)] or [
            "    heard nothing"
        ]
        yield "\n".join(lines)


def set_aside(case: Case, outcomes: Sequence[Outcome]) -> str:
    """Describe what was set aside in a stream, and how often; empty if nothing was."""
    texts = Counter(heard[0].text for outcome in outcomes for heard in _set_aside(outcome))
    listed = ", ".join(f"{text!r} {times}" for text, times in texts.most_common())
    return f"{case.name}: set aside as truly said: {listed}" if listed else ""


def _utterance(heard: Heard) -> str:
    said, understood = heard
    taken = f" {_meaning(heard)}" if understood.intent else ""
    return f"{said.text!r} at {said.speech_start:.1f} s: {understood.verdict.value}{taken} - {understood.detail}"
