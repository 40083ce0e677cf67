"""What the tests of the understanding share: the project's intents with a few routines, and a large
grammar."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.support.paths import ROOT
from voicecoach.core.session_state import GATE_STATES
from voicecoach.nlu.intents import IntentSet, load_intents
from voicecoach.nlu.matcher import Matcher

STATES = tuple(sorted(GATE_STATES))
LEADING = ("announcing", "positioning", "working", "resting")

ROUTINES = [
    ("leg routine", "leg"),
    ("leg exercises", "leg"),
    ("quick routine", "quick"),
    ("calf routine", "calves"),
    ("calves", "calves"),
    ("quad routine", "quadriceps"),
    ("stretch only", "stretch"),
]

MODEL_WORDS = ROOT / "models" / "vosk-model-small-en-us-0.15" / "graph" / "words.txt"

COFFEE = """
language: en
intents:
  Order:
    data:
      - sentences:
          - "(brew|can i get|can i have|i want|get me|give me|i'd like|make me|may i have) [a|an] <cup>"
expansion_rules:
  cup: "([{size}];[{roast}];[{shots}]) {drink} [with ({milk}|{sugar}|{milk} and {sugar}|{sugar} and {milk})]"
  some: "(a [little] bit of|some|a lot of|lots of)"
lists:
  size: {values: [small, medium, large, eight ounce, twelve ounce, sixteen ounce, {in: twenty ounce, out: venti}]}
  roast: {values: [light roast, medium roast, dark roast]}
  shots: {values: [single shot, double shot, triple shot]}
  drink: {values: [americano, cappuccino, espresso, iced mocha, latte, mocha, coffee, drip coffee, iced coffee]}
  milk: {values: ["[<some>] [soy|oat|skim|whole] milk", "[<some>] cream"]}
  sugar: {values: ["[<some>] [brown] sugar", "[<some>] sweetener"]}
"""
_OPENINGS, _CUPS, _DRINKS = 9 * 3, 6 * (8 * 4 * 4), 9
_MILKS, _SUGARS = 6 * 5 + 6, 6 * 2 + 6
COFFEES = _OPENINGS * _CUPS * _DRINKS * (1 + _MILKS + _SUGARS + 2 * _MILKS * _SUGARS)


@cache
def project_intents() -> IntentSet:
    return load_intents(lists={"routine": ROUTINES})


@cache
def project_matcher() -> Matcher:
    return Matcher(project_intents())


def intents_of(folder: Path, text: str) -> IntentSet:
    """The intents of a file with this text."""
    path = folder / "intents.yaml"
    path.write_text(text, encoding="utf-8")
    return load_intents(path)
