"""Define the sets of recordings, their scenes, and the expected results."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from lib import scoring
from lib.corpus import CorpusError, Recording, listed_commands, recordings, subset
from lib.hearing import Meaning, Trial, meaning, typed
from lib.mixing import AFTER, BEFORE, Scene, looped, recorded, silence, tune
from lib.scoring import Case
from lib.surroundings import Surroundings, surroundings
from voicecoach.core.audio import Samples

_LOG = logging.getLogger(__name__)

SNRS = (6.0, 9.0, 12.0, 15.0, 18.0, 21.0, 24.0)
"""Signal-to-noise ratios (dB) of the published speech-to-intent benchmark."""

COFFEE = Path(__file__).with_name("coffee.yaml")

_SNR_AT_HOME = 10.0
_SNR_IN_QUIET = 30.0
_SHORTEST_NOISE = 60.0
_QUIET = Scene()


@dataclass(frozen=True)
class Selection:
    """Hold which recordings and scenes to try.

    `commands` is a file of commands that are truly said in the chatter.
    """

    data: Path
    snrs: tuple[float, ...] = SNRS
    limit: int | None = None
    seed: int = 0
    commands: Path | None = None

    def recordings(self, folder: str) -> list[Recording]:
        """Return the recordings of a folder that are to be tried."""
        return subset(recordings(self.data / folder), self.limit, self.seed)

    @cached_property
    def around(self) -> Surroundings:
        """Noises and rooms."""
        return surroundings(self.data, self.seed)


def coffee(chosen: Selection) -> Iterator[Case]:
    """Return the cases of the published benchmark: orders of coffee.

    The orders are heard in quiet and in noise, and also by the coach.
    """
    found = [(one, _order(one)) for one in chosen.recordings("coffee")]

    def orders(scene: Callable[[Recording], Scene]) -> list[Trial]:
        return [_trial("coffee", one, scene(one), "", order, COFFEE) for one, order in found]

    yield scoring.accuracy("coffee/clean", orders(lambda _one: _QUIET))
    around = chosen.around
    scenes = {
        "kitchen": (around.in_kitchen, around.kitchen),
        "babble": (around.in_babble, around.can_babble),
    }
    for name, (place, possible) in scenes.items():
        if not possible:
            _LOG.warning("skipped coffee/%s: neither noise nor chatter has sounds for it", name)
            continue
        mean = f"coffee/{name}/mean" if chosen.snrs == SNRS else ""
        for snr in chosen.snrs:
            yield scoring.accuracy(
                f"coffee/{name}/{snr:g}dB", orders(partial(place, snr=snr)), mean
            )
    heard_by_coach = [_trial("coffee", one, _QUIET, str(order)) for one, order in found]
    yield scoring.false_commands("coffee/coach", heard_by_coach)


def voices(chosen: Selection) -> Iterator[Case]:
    """Return phrases for a coach by many voices, some of which are no commands here."""
    found = chosen.recordings("voices")
    commands = [one for one in found if typed(one.text)]
    yield scoring.accuracy("voices/clean", phrases("voices", commands))
    yield from _across_a_room(chosen, "voices", "voices", commands)
    yield scoring.false_commands(
        "voices/other", phrases("voices", [one for one in found if not typed(one.text)])
    )


def words(chosen: Selection) -> Iterator[Case]:
    """Return single words, of which only "stop" and other commands are to be obeyed."""
    found = recordings(chosen.data / "words")
    stops = subset([one for one in found if _is_stop(one)], chosen.limit, chosen.seed)
    yield scoring.accuracy("words/stop/clean", phrases("words", stops))
    if chosen.around.household:
        near = partial(chosen.around.at_home, snr=_SNR_AT_HOME, far=False)
        yield scoring.accuracy("words/stop/10dB", phrases("words", stops, near))
    else:
        _LOG.warning("skipped words/stop/10dB: it needs noise of a household")
    yield from _across_a_room(chosen, "words", "words/stop", stops, (_SNR_IN_QUIET,))
    others = subset([one for one in found if not _is_stop(one)], chosen.limit, chosen.seed)
    yield scoring.false_commands("words/other", phrases("words", others))


def an4(chosen: Selection) -> Iterator[Case]:
    """Return spelled names, dates, numbers, and a few commands among them."""
    found = recordings(chosen.data / "an4")
    commands = subset([one for one in found if typed(one.text)], chosen.limit, chosen.seed)
    yield scoring.accuracy("an4/clean", phrases("an4", commands))
    others = subset([one for one in found if not typed(one.text)], chosen.limit, chosen.seed)
    yield scoring.false_commands("an4/other", phrases("an4", others))


def chatter(chosen: Selection) -> Iterator[Case]:
    """Return talk that is not meant for the coach.

    It is heard near in quiet, and from across a noisy room.
    """
    folder = chosen.data / "chatter"
    said = listed_commands(chosen.commands or folder / "commands.tsv")
    found = chosen.recordings("chatter")

    def talk(scene: Callable[[Recording], Scene]) -> list[Trial]:
        trials = []
        for one in found:
            known = frozenset(
                command for text in said.get(one.name, ()) if (command := typed(text))
            )
            sound = partial(recorded, one.path, scene(one))
            trials.append(Trial(f"chatter/{one.name}", one.text, one.seconds, sound, aside=known))
        return trials

    yield scoring.chatter("chatter", talk(lambda _one: _QUIET))
    around = chosen.around
    if around.household and around.rooms:
        yield scoring.chatter(
            "chatter/room10dB", talk(partial(around.at_home, snr=_SNR_AT_HOME, far=True))
        )
    else:
        _LOG.warning("skipped chatter/room10dB: it needs noise of a household and rooms")


def noise(chosen: Selection) -> Iterator[Case]:
    """Return noises, music and silence."""
    sounds: list[tuple[str, float, Callable[[], Samples]]] = [
        (
            f"noise/{one.name}",
            max(one.seconds, _SHORTEST_NOISE),
            partial(looped, one.path, _SHORTEST_NOISE),
        )
        for one in chosen.recordings("noise")
    ]
    sounds.append(("a tune", _SHORTEST_NOISE, partial(tune, _SHORTEST_NOISE, chosen.seed)))
    sounds.append(("silence", _SHORTEST_NOISE, partial(silence, _SHORTEST_NOISE)))
    yield scoring.noise(
        "noise", [Trial(name, "", seconds, sound) for name, seconds, sound in sounds]
    )


SETS: dict[str, Callable[[Selection], Iterator[Case]]] = {
    "coffee": coffee,
    "voices": voices,
    "words": words,
    "an4": an4,
    "chatter": chatter,
    "noise": noise,
}
"""The sets by the names of their folders."""


def cases(chosen: Selection, wanted: Sequence[str] = ()) -> list[Case]:
    """Return the cases that `wanted` names; all of them when it names none.

    A case is named by its own name or by a beginning of it ("coffee", "words/stop"). Cases without
    recordings are left out.
    """
    names = wanted or tuple(SETS)
    found: list[Case] = []
    for name, make in SETS.items():
        if not any(one.split("/")[0] == name for one in names):
            continue
        if not recordings(chosen.data / name):
            _LOG.warning("skipped %s: there are no recordings in %s", name, chosen.data / name)
        else:
            found += [case for case in make(chosen) if case.trials and _is_wanted(case.name, names)]
    return found


def _is_wanted(case: str, names: Sequence[str]) -> bool:
    return any(f"{case}/".startswith(f"{name.rstrip('/')}/") for name in names)


def _across_a_room(
    chosen: Selection,
    folder: str,
    name: str,
    commands: Sequence[Recording],
    snrs: Sequence[float] = (_SNR_IN_QUIET, _SNR_AT_HOME),
) -> Iterator[Case]:
    """Return commands from some metres away, in a quiet room and in a noisy one."""
    around = chosen.around
    if not (around.household and around.rooms):
        _LOG.warning("skipped %s in rooms: they need noise of a household and rooms", name)
        return
    for snr in snrs:
        far = partial(around.at_home, snr=snr, far=True)
        yield scoring.accuracy(f"{name}/room{snr:g}dB", phrases(folder, commands, far))


def _is_stop(recording: Recording) -> bool:
    return recording.text.casefold() == "stop"


def phrases(
    folder: str,
    found: Sequence[Recording],
    scene: Callable[[Recording], Scene] = lambda _one: _QUIET,
) -> list[Trial]:
    """Return recordings in a scene each, with the meanings of their texts."""
    return [_trial(folder, one, scene(one), one.text, typed(one.text)) for one in found]


def _trial(
    folder: str,
    one: Recording,
    scene: Scene,
    said: str,
    expected: Meaning | None = None,
    intents: Path | None = None,
) -> Trial:
    sound = partial(recorded, one.path, scene)
    return Trial(
        f"{folder}/{one.name}", said, BEFORE + one.seconds + AFTER, sound, intents, expected
    )


def _order(recording: Recording) -> Meaning:
    """Return the meaning of a coffee order, whose label is JSON."""
    try:
        label = json.loads(recording.text)
        return meaning(label["intent"], label["slots"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        form = '{"intent": ..., "slots": {...}}'
        raise CorpusError(
            f"{recording.path}: its text in labels.tsv is not {form} ({error}); write it so."
        ) from error
