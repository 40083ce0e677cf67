"""Write or compare the event logs of typed sessions, to detect changed behaviour.

`python tools/golden_logs.py write DIR` plays every scenario of every language typed, and a fixed
number of sessions of sentences drawn at random from the tests' sentences, and writes a log each;
`compare DIR` plays them again and names the logs that differ.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
SESSIONS = 18
LINES = 40
START = {"en": "start leg routine", "de": "starte das beinprogramm"}


def _play_scenarios(folder: Path) -> None:
    from voicecoach.app.components import App
    from voicecoach.app.demo import play_demo
    from voicecoach.content.language import languages
    from voicecoach.simulation.scenario import load_scenario, scenario_names

    for language in languages():
        for name in scenario_names(language):
            scenario = load_scenario(name, language)
            out = folder / f"{language}-{name}"
            outcome = play_demo(App(language=language), scenario, out, typed=True, listeners=[])
            if outcome.failures:
                print(f"{language} {name}: {outcome.failures}", file=sys.stderr)
            (out / "transcript.txt").unlink()
            (out / "events.jsonl").rename(folder / f"{language}-{name}.jsonl")
            out.rmdir()


def _play_random(folder: Path) -> None:
    import yaml

    from voicecoach.app.builders import silent_coach
    from voicecoach.app.components import App
    from voicecoach.app.transcript import json_line, writer
    from voicecoach.app.typed import run_fast

    for language, file in {"en": "sentences.yaml", "de": "sentences_de.yaml"}.items():
        found = next(path for path in sorted((_ROOT / "tests").rglob(file)))
        tests = yaml.safe_load(found.read_text(encoding="utf-8"))["tests"]
        sentences = [
            one
            for test in tests
            for one in test["sentences"]
            if test.get("intent") not in ("Goodbye", "RedFlag", "Stop")
        ]
        rare = [
            one
            for test in tests
            for one in test["sentences"]
            if test.get("intent") in ("RedFlag", "Stop")
        ]
        app = App(language=language)
        for number in range(SESSIONS):
            chooser = random.Random(f"{language} {number}")
            lines = [START[language], "+8 two" if language == "en" else "+8 zwei"]
            for _ in range(LINES):
                text = chooser.choice(rare if chooser.random() < 0.04 else sentences)
                lines.append(f"+{chooser.choice([0.5, 1, 3, 8, 20])} {text}")
                if chooser.random() < 0.1:
                    lines.append(f"+3 {START[language]}")
            coach = silent_coach(app, 8000)
            with (folder / f"random-{language}-{number}.jsonl").open("w", encoding="utf-8") as log:
                coach.listeners.append(writer(log.write, json_line))
                run_fast(coach, lines)


def _play(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        for name in (
            "HOME",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
        ):
            os.environ[name] = home
        _play_scenarios(folder)
        _play_random(folder)


def main() -> int:
    """Write or compare; the exit code is 1 where logs differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("write", "compare"))
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.what == "write":
        _play(options.folder)
        return 0
    with tempfile.TemporaryDirectory() as place:
        _play(Path(place))
        names = {
            path.name for folder in (Path(place), options.folder) for path in folder.glob("*.jsonl")
        }
        differing = [
            name
            for name in sorted(names)
            if _read(Path(place) / name) != _read(options.folder / name)
        ]
    for name in differing:
        print(f"differs: {name}")
    print(f"{len(names) - len(differing)} of {len(names)} logs are byte-equal")
    return 1 if differing else 0


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


if __name__ == "__main__":
    raise SystemExit(main())
