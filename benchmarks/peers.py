"""How does the coach compare with its peers? `python benchmarks/peers.py --help`

The same recordings, in the same run, are heard by the coach and by what else could take its place:
PocketSphinx with the coach's sentences as its grammar, Vosk with a list of phrases, and dictation
(Vosk, Whisper tiny, Moonshine tiny) followed by a fuzzy match with all wordings. Each is a process
of its own. Commands are right when their meaning is; a decision counts from the end of speech, by
the clock of a microphone that waits for nobody. Counting aloud is compared with saying a number and
sleeping a second. A peer that is not installed is named and left out (`make peers` gets all).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

import counting
from latency import goes_on_quietly
from lib.corpus import VARIABLE, data_folder, recordings, subset
from lib.devices import sound_card
from lib.hearing import Heard, Outcome, Trial, the_app, typed
from lib.mixing import read, speech_end
from lib.report import Row, table, write_json
from lib.scoring import Case, accuracy, errors
from lib.sets import Selection, cases, phrases
from peer import say_and_sleep
from peer.base import OURS, PEERS, AbsentError, Setup
from peer.process import Child, Listened
from peer.sphinx import without
from voicecoach.asr.decoder.graph import Grammar
from voicecoach.asr.decoder.graph_folder import model_with_graph
from voicecoach.asr.model.locate import find_model
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.speech import Hypothesis
from voicecoach.core.understanding import Understanding, WordGraph

WEIGHTS = Path(__file__).resolve().parents[1] / "models" / "peers"

TALK = 3
"""So many times as many recordings of talk as of all else: they are short, and what is obeyed in
them is rare."""

IN_STREAM = 12
"""Commands, and as much talk, in the sound during which processor time is taken."""

PAUSE = 2.0
"""Seconds between two of them."""

SILENCE = 30.0
"""Seconds of a quiet room in which nobody speaks."""

_TIMED = ("voices/clean", "words/commands")
_CASES = ("voices/clean", "voices/room10dB", "voices/other", "words/other")
NOUGHT = 1e-6
"""Nothing is compared with less than that."""

_KEPT = ("accuracy", "false_commands", "false_accepts_per_hour")
_PARTS = ("hearing", "counting")


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option(
    "--peer",
    "names",
    type=click.Choice([*PEERS]),
    multiple=True,
    help="Only this one; may be repeated.",
)
@click.option("--part", "parts", type=click.Choice(_PARTS), multiple=True, help="Only this part.")
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    default=WEIGHTS,
    help="Where `make peers` has put them.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help=f"At most N recordings of each kind, talk {TALK} N.",
)
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn at random.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
@click.option("--errors", "all_errors", is_flag=True, help="List every error of every peer.")
def main(
    data: Path | None,
    names: Sequence[str],
    parts: Sequence[str],
    weights: Path,
    limit: int | None,
    seed: int,
    json_file: Path | None,
    all_errors: bool,
) -> None:
    """Print the table."""
    folder = data_folder(data)
    if not folder.is_dir():
        click.echo(
            f"skipped: there are no recordings in {folder}; name their folder with --data or {VARIABLE}."
        )
        return
    try:
        rows: list[Row] = []
        if "hearing" in parts or not parts:
            for one in _hear(
                Selection(folder, limit=limit, seed=seed), names or tuple(PEERS), weights
            ):
                rows += one.rows()
                for error in one.errors() if all_errors else ():
                    click.echo(error)
        if "counting" in parts or not parts:
            rows += _counting()
        rows += list(ratios(rows))
        if not rows:
            click.echo("skipped: nothing of what was asked for can be done here.")
            return
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "peers", rows, seed, {"limit": limit})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


# --- what is heard ------------------------------------------------------------------------------


def cases_of(chosen: Selection) -> list[Case]:
    """Return the cases that all peers hear."""
    found = cases(chosen, _CASES)
    words = [one for one in recordings(chosen.data / "words") if typed(one.text)]
    commands = phrases("words", subset(words, chosen.limit, chosen.seed))
    more = replace(chosen, limit=chosen.limit and TALK * chosen.limit)
    found += [accuracy("words/commands", commands), *cases(more, ["chatter"])]
    order = (*_TIMED, *_CASES, "chatter")
    return sorted(
        (case for case in found if case.trials and case.name in order),
        key=lambda case: order.index(case.name),
    )


def stream(chosen: Selection) -> Samples:
    """Return commands and talk, with pauses between them."""
    found = [
        one
        for name in ("voices", "chatter")
        for one in subset(recordings(chosen.data / name), IN_STREAM, chosen.seed)
    ]
    mixed = np.random.default_rng(chosen.seed).permutation(len(found))
    pause = np.zeros(round(PAUSE * HEARING_RATE), dtype=np.float32)
    parts = [part for index in mixed for part in (pause, read(found[index].path))]
    return goes_on_quietly(np.concatenate([*parts, pause]), chosen.seed)


class Result:
    """What a peer made of it all."""

    def __init__(self, name: str, child: Child, found: Sequence[Case], chosen: Selection):
        self._name, self._ready = name, child.seconds
        self._heard: list[tuple[Case, list[Outcome], list[Listened]]] = []
        progress = tqdm(
            total=sum(len(case.trials) for case in found),
            unit=f" recordings: {name}",
            mininterval=1.0,
        )
        with progress:
            for case in found:
                listened = []
                for trial in case.trials:
                    listened.append(child.hear(goes_on_quietly(trial.sound(), chosen.seed)))
                    progress.update()
                self._heard.append((case, list(map(_outcome, case.trials, listened)), listened))
        self._busy = child.hear(stream(chosen))
        self._idle = child.hear(
            goes_on_quietly(np.zeros(round(SILENCE * HEARING_RATE), dtype=np.float32), chosen.seed)
        )

    def rows(self) -> Iterator[Row]:
        """Return the rows of the table."""
        for case, outcomes, _ in self._heard:
            for row in case.score(self._name, outcomes):
                if row.metric in _KEPT:
                    yield replace(row, metric=f"{case.name} {row.metric}")
        if times := list(self._times()):
            yield Row(self._name, "decision median_ms", float(np.median(times)), "ms", len(times))
            yield Row(
                self._name, "decision p95_ms", float(np.percentile(times, 95)), "ms", len(times)
            )
        for metric, one in (("listening", self._busy), ("silence", self._idle)):
            yield Row(self._name, f"{metric} core_share", one.processor / one.seconds, "", 1)
        everything = [one for _, _, listened in self._heard for one in listened] + [
            self._busy,
            self._idle,
        ]
        yield Row(self._name, "memory_mb", max(one.memory for one in everything) / 1e6, "MB", 1)
        yield Row(self._name, "ready_s", self._ready, "s", 1)

    def errors(self) -> Iterator[str]:
        """Describe each error in a paragraph."""
        for case, outcomes, _ in self._heard:
            yield from (f"{self._name}: {error}" for error in errors(case, outcomes))

    def _times(self) -> Iterator[float]:
        """Return the times (ms) from the end of speech to the decision.

        Only commands that were understood count.
        """
        for case, outcomes, listened in self._heard:
            for outcome, one in zip(outcomes, listened, strict=True):
                if case.name in _TIMED and outcome.right:
                    done = next(
                        decision.done
                        for decision in one.decisions
                        if meant(decision.understood).accepted
                    )
                    yield 1000 * (done - speech_end(outcome.trial.sound()))


def meant(understood: Understanding) -> Understanding:
    """Return the coach's meaning of a peer's decision.

    A peer names a sentence, and the coach's own matcher finds the meaning of that.
    """
    if not understood.accepted or understood.intent:
        return understood
    said = the_app(None).matcher.understand(understood.sentence)
    return replace(understood, verdict=said.verdict, intent=said.intent, slots=said.slots)


def _outcome(trial: Trial, listened: Listened) -> Outcome:
    heard: list[Heard] = [
        (Hypothesis(one.understood.text, one.came, one.came, one.came), meant(one.understood))
        for one in listened.decisions
    ]
    return Outcome(trial, heard)


def _hear(chosen: Selection, names: Sequence[str], weights: Path) -> Iterator[Result]:
    found, setup = cases_of(chosen), setup_of(weights)
    for name in names:
        try:
            child = Child(name, PEERS[name], setup)
        except AbsentError as absent:
            click.echo(f"skipped {name}: {absent}.")
            continue
        with child:
            yield Result(name, child, found, chosen)


def setup_of(weights: Path) -> Setup:
    """Return what the peers are made from: the coach's own commands.

    Commands that count only as an answer, or that are confirmed before they are obeyed, are left
    out. Dictation gets the coach's model of everyday talk, in which its own words are: the language
    model that comes with the recogniser differs by where that was fetched from, and may be of
    another domain.
    """
    app = the_app(None)
    said = dict.fromkeys(
        one.text for one in app.intents.sentences() if not (one.answer or one.confirm)
    )
    left_out = {one.kind for one in app.intents.templates if one.answer or one.confirm}
    model = find_model(None, app.manifest)
    talk = Grammar(WordGraph(({},), {}), background=app.grammar.background)
    dictation = model_with_graph(model, talk, weights / "vosk")
    return Setup(
        tuple(said), without(app.intents.word_graph(), left_out), model, dictation, weights
    )


# --- counting -----------------------------------------------------------------------------------


def _counting() -> Iterator[Row]:
    """Through a sound server, which is recorded."""
    with sound_card() as server:
        if server is None:
            return
        with server.record_speaker() as recording:
            take = counting.live_hold()
        yield from beats(OURS, counting.found(recording.samples[:, 0], take)[0])
        with server.record_speaker() as recording:
            say_and_sleep.in_a_process(counting.SECONDS)
        yield from beats(
            "say and sleep", say_and_sleep.onsets(recording.samples[:, 0], server.rate)
        )


def beats(name: str, onsets: Sequence[float]) -> Iterator[Row]:
    """Return how far counts are from one a second."""
    errors = 1000 * np.abs(np.diff(onsets) - 1)
    drift = 1000 * abs(onsets[-1] - onsets[0] - (len(onsets) - 1))
    yield Row(name, "count median_error_ms", float(np.median(errors)), "ms", len(errors))
    yield Row(name, "count worst_error_ms", float(errors.max()), "ms", len(errors))
    yield Row(name, "count drift_ms", float(drift), "ms", len(errors))


def ratios(rows: Sequence[Row]) -> Iterator[Row]:
    """Return the ratio of every figure of a peer to that of the coach, if not 0."""
    ours = {row.metric: row.value for row in rows if row.case == OURS}
    for row in rows:
        if row.case != OURS and ours.get(row.metric, 0.0) > NOUGHT:
            yield Row(f"{row.case} / {OURS}", row.metric, row.value / ours[row.metric], "", row.n)


if __name__ == "__main__":
    sys.exit(main())
