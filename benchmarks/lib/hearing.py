"""Pass recordings through the product's own hearing and understanding.

As many run at a time as there are processes.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from voicecoach.app.components import App, Paths
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples
from voicecoach.core.speech import Hypothesis
from voicecoach.core.understanding import Understanding, Verdict
from voicecoach.turns.continuation import in_the_end

Item = TypeVar("Item")
Result = TypeVar("Result")

_BLOCK = round(HEARING_RATE * BLOCK_SECONDS)

Heard = tuple[Hypothesis, Understanding]
"""An utterance, and what it was taken for."""


def listen(app: App, samples: Samples) -> list[Heard]:
    """Return the utterances in `samples` (16 kHz mono).

    They are heard block by block as in a live session, with the whole grammar active.
    """
    detector = app.utterance_detector()
    heard: list[Hypothesis] = []
    for start in range(0, len(samples), _BLOCK):
        heard += detector.feed(samples[start : start + _BLOCK])
    heard += detector.flush()
    return in_the_end(heard, lambda utterance: app.understand(utterance, None))


@cache
def the_app(intents: Path | None) -> App:
    """Return the product with the intents of a file (None: its own).

    The user's own routines are left out, so that the table is equal for everybody.
    """
    app = App(Paths(intents=intents))
    app.folders = ()
    return app


@dataclass(frozen=True, slots=True)
class Meaning:
    """An intent and its slots, in a form that can be compared."""

    intent: str
    slots: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return " ".join([self.intent, *(f"{name}={value!r}" for name, value in self.slots)])


def meaning(intent: str, slots: Mapping[str, object]) -> Meaning:
    """Normalise the meaning of an intent with slots.

    Blanks around and between the words of a value do not matter.
    """
    return Meaning(
        intent, tuple((name, " ".join(str(value).split())) for name, value in sorted(slots.items()))
    )


@cache
def typed(text: str) -> Meaning | None:
    """Return the meaning of typed `text`; None when it is no command."""
    understood = the_app(None).matcher.understand(text)
    return meaning(understood.intent or "", understood.slots) if understood.accepted else None


@dataclass(frozen=True)
class Trial:
    """One thing to be heard.

    `name` and `said` are for the reader; `sound` makes the samples (where they are heard: it must
    be picklable); `intents` is the grammar to hear it with (None: the coach's own); `expected` is
    the one command in it, if any; `aside` are commands that are truly said in it beside what is
    tested.
    """

    name: str
    said: str
    seconds: float
    sound: Callable[[], Samples]
    intents: Path | None = None
    expected: Meaning | None = None
    aside: frozenset[Meaning] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """What was heard in a trial."""

    trial: Trial
    heard: Sequence[Heard]

    @property
    def obeyed(self) -> list[Meaning]:
        """The commands that the coach would obey."""
        return [meaning(one.intent or "", one.slots) for _, one in self.heard if one.accepted]

    @property
    def asked(self) -> bool:
        """Whether it would obey nothing, but ask back."""
        return not self.obeyed and any(one.verdict is Verdict.ASK for _, one in self.heard)

    @property
    def right(self) -> bool:
        """Whether it would do just what is expected."""
        return self.obeyed == ([] if self.trial.expected is None else [self.trial.expected])

    @property
    def false(self) -> bool:
        """Whether it would obey something that is not expected."""
        return any(one != self.trial.expected for one in self.obeyed)


def hear_all(trials: Sequence[Trial], jobs: int) -> Iterator[Outcome]:
    """Hear each of `trials` in `jobs` processes, and return the results in order.

    One job runs in this process. Progress goes to stderr.
    """
    heard = in_processes(_hear, trials, jobs, "recordings")
    yield from (Outcome(trial, utterances) for trial, utterances in zip(trials, heard, strict=True))


def in_processes(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int, unit: str
) -> Iterator[Result]:
    """Apply `work` to each of `items` in `jobs` processes; return results in order.

    One job runs in this process. Progress, counted in `unit`, goes to stderr.
    """
    progress = partial(tqdm, total=len(items), unit=f" {unit}", mininterval=1.0)
    if jobs == 1:
        yield from progress(map(work, items))
        return
    # "spawn" as on Windows and macOS: a copy of a process with threads (numpy's, Vosk's) may hang.
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from progress(pool.imap(work, items, chunksize=4 if len(items) > 100 * jobs else 1))


def _hear(trial: Trial) -> list[Heard]:
    return listen(the_app(trial.intents), trial.sound())
