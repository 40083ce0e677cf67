"""Where do the matcher's thresholds belong? `python benchmarks/thresholds.py --help`

What is not a sentence of the intents word for word is obeyed, asked about or left alone by its
score. This prints what other thresholds would do: to recordings, heard as in a live session, and to
wordings that no template foresaw - each test sentence, understood without the template that holds
it. Half of the speakers and of the templates are there to choose by ("fit"), the other half to see
whether the choice holds ("check"). The thresholds in use have a star.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import click
import yaml
from tqdm import tqdm

from lib.corpus import VARIABLE, data_folder, draw, recordings
from lib.hearing import Meaning, hear_all, meaning, the_app
from lib.report import Row, share, table, write_json
from lib.scoring import ANSWERS
from lib.sets import SETS, Selection, cases
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.understanding import Understanding, Verdict
from voicecoach.nlu.confidence import rescore
from voicecoach.nlu.intents import load_intents
from voicecoach.nlu.lint import TestSentence, load_tests
from voicecoach.nlu.matcher import ACCEPT, ASK, Matcher
from voicecoach.nlu.numbers import spoken

ACCEPTS = (84.0, 86.0, 88.0, 90.0, 92.0, 94.0, 96.0)
ASKS = (80.0, 82.0, 84.0, 86.0, 88.0, 90.0)

EXACT = 100.0
"""Score of an utterance that is a sentence word for word."""

_NEVER = 101.0
_PROJECT = Path(__file__).resolve().parents[1]
_SETS = ("coffee/kitchen", "coffee/babble", "coffee/coach", "voices", "words", "an4", "chatter")
_SNRS = (6.0, 12.0)


@dataclass(frozen=True)
class Item:
    """Hold what an utterance was taken for at the lowest thresholds, and its truth.

    `kind` tells recordings of commands, other recordings, and wordings apart.
    """

    kind: str
    half: str
    understood: Sequence[Understanding]
    expected: Meaning | None
    harmless: frozenset[Meaning] = frozenset()

    def at(self, accept: float, ask: float) -> Item:
        """Return the item's verdict at other thresholds."""
        return replace(self, understood=[_at(one, accept, ask) for one in self.understood])

    @property
    def obeyed(self) -> list[Meaning]:
        """The commands that would be obeyed, but for those that do no harm."""
        found = [meaning(one.intent or "", one.slots) for one in self.understood if one.accepted]
        return [one for one in found if one not in self.harmless]

    @property
    def wrong(self) -> bool:
        """Whether something else would be obeyed than what was said."""
        return any(one != self.expected for one in self.obeyed)

    @property
    def right(self) -> bool:
        """Whether just what was said would be obeyed."""
        return self.expected is not None and self.obeyed == [self.expected]

    @property
    def asked(self) -> bool:
        """Whether there would only be a question."""
        return not self.obeyed and any(one.verdict is Verdict.ASK for one in self.understood)


def _at(understood: Understanding, accept: float, ask: float) -> Understanding:
    if understood.score == EXACT or understood.verdict is Verdict.REJECT:
        return understood
    obeyed = understood.accepted and understood.score >= accept
    verdict = (
        Verdict.ACCEPT if obeyed else Verdict.ASK if understood.score >= ask else Verdict.REJECT
    )
    return replace(understood, verdict=verdict)


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help="At most N recordings of each kind, N templates.",
)
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn at random.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Processes.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
def main(
    data: Path | None, limit: int | None, seed: int, jobs: int, json_file: Path | None
) -> None:
    """Print the table."""
    folder = data_folder(data)
    try:
        items = [*_wordings(limit, seed)]
        if folder.is_dir():
            items += _recordings(Selection(folder, _SNRS, limit, seed), jobs)
        else:
            click.echo(
                f"skipped: there are no recordings in {folder}; name their folder with --data or {VARIABLE}."
            )
        rows = list(_rows(items))
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "thresholds", rows, seed, {"limit": limit})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def _recordings(chosen: Selection, jobs: int) -> Iterator[Item]:
    """Pass recordings through the recogniser."""
    speakers = {
        f"{name}/{one.name}": one.speaker or one.name
        for name in SETS
        for one in recordings(chosen.data / name)
    }
    trials = [trial for case in cases(chosen, _SETS) for trial in case.trials]
    for outcome in hear_all(trials, jobs):
        trial = outcome.trial
        matcher = _lenient(trial.intents)
        understood = [
            rescore(hypothesis, None, matcher.understand) for hypothesis, _ in outcome.heard
        ]
        answers = {meaning(one.intent, one.slots) for one in understood if one.intent in ANSWERS}
        harmless = trial.aside | (answers if trial.name.startswith("chatter/") else set())
        kind = "commands" if trial.expected else "no commands"
        yield Item(
            kind, _half(chosen.seed, speakers[trial.name]), understood, trial.expected, harmless
        )


@cache
def _lenient(intents: Path | None) -> Matcher:
    return Matcher(the_app(intents).intents, accept=min(ACCEPTS), ask=min(ASKS))


def _wordings(limit: int | None, seed: int) -> Iterator[Item]:
    """Test sentences without the template that holds them."""
    by_template: dict[tuple[str, str], list[TestSentence]] = {}
    intents = the_app(None).intents
    for test in load_tests(_PROJECT / "tests" / "sentences.yaml"):
        readings = {
            (one.intent, one.template) for one in intents.exact(spoken(test.text, intents.language))
        }
        if test.intent and not test.confirm and len(readings) == 1:
            by_template.setdefault(readings.pop(), []).append(test)
    drawn = sorted(by_template, key=lambda template: draw(seed, *template))[:limit]
    for template in tqdm(drawn, unit=" templates", mininterval=1.0):
        matcher = _without(*template)
        for test in by_template[template]:
            understood = matcher.understand(test.text, test.states[:1] or None)
            if understood.score < EXACT:
                expected = meaning(test.intent or "", test.slots)
                yield Item("wordings", _half(seed, *template), [understood], expected)


def _without(intent: str, template: str) -> Matcher:
    raw = yaml.safe_load((_PROJECT / "intents.yaml").read_text(encoding="utf-8"))
    blocks = raw["intents"][intent]["data"]
    for block in blocks:
        block["sentences"] = [one for one in block["sentences"] if one != template]
    raw["intents"][intent]["data"] = [block for block in blocks if block["sentences"]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "intents.yaml"
        path.write_text(yaml.safe_dump(raw), encoding="utf-8")
        names = the_app(None).library.spoken_routines()
        return Matcher(load_intents(path, {"routine": names}), accept=min(ACCEPTS), ask=min(ASKS))


def _half(seed: int, *what: str) -> str:
    return "check" if draw(seed, "half", *what) % 2 else "fit"


def _rows(items: Sequence[Item]) -> Iterator[Row]:
    for kind in ("commands", "wordings", "no commands"):
        for half in ("fit", "check"):
            found = [one for one in items if (one.kind, one.half) == (kind, half)]
            if found:
                yield from _sweep(f"{kind}/{half}", found)


def _sweep(name: str, items: Sequence[Item]) -> Iterator[Row]:
    obeyed = ("right", "wrong") if any(one.expected for one in items) else ("wrong",)
    yield from _shares(f"{name}/exact only", (one.at(_NEVER, _NEVER) for one in items), obeyed)
    for accept in ACCEPTS:
        mark = " *" if accept == ACCEPT else ""
        yield from _shares(
            f"{name}/accept {accept:g}{mark}", (one.at(accept, ASK) for one in items), obeyed
        )
    for ask in ASKS:
        mark = " *" if ask == ASK else ""
        yield from _shares(
            f"{name}/ask {ask:g}{mark}", (one.at(ACCEPT, ask) for one in items), ("asked",)
        )


def _shares(name: str, items: Iterable[Item], metrics: Sequence[str]) -> Iterator[Row]:
    judged = list(items)
    for metric in metrics:
        yield share(name, metric, sum(getattr(one, metric) for one in judged), len(judged))


if __name__ == "__main__":
    sys.exit(main())
