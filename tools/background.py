"""Make the background model: probabilities of everyday words and word pairs.

The model is written to `voicecoach/content_data/en/background.arpa`:

    pip install pocketsphinx
    python tools/background.py models/vosk-model-small-en-us-0.15

It takes the commonest words of the English language model that comes with PocketSphinx (Carnegie
Mellon University, BSD licence) as far as the recogniser knows them, all words of the coach's own
sentences, and the most informative pairs of words, by the weighted difference of Seymore and
Rosenfeld, "Scalable backoff language models" (ICSLP 1996).
"""

from __future__ import annotations

import heapq
import math
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

from voicecoach.app.components import App
from voicecoach.asr.decoder.bigram import END, START
from voicecoach.asr.decoder.graph_folder import vocabulary

WORDS = 10_000
PAIRS = 40_000
START_WEIGHT = 0.05
"""How often an utterance begins, among words: utterances at home are short."""

LEAST = 1e-3
"""What is left at least for words without a pair."""

OUT = Path(__file__).parents[1] / "voicecoach" / "content_data" / "en" / "background.arpa"

WRITE = """
import sys, pocketsphinx
model = pocketsphinx.NGramModel.readfile(sys.argv[1])
model.write(sys.argv[2], model.str_to_type("arpa"))
"""


def main(model: Path) -> None:
    """Write the file for the words of the Vosk model in `model`."""
    source = Path(str(resources.files("pocketsphinx"))) / "model" / "en-us" / "en-us.lm.bin"
    known, pairs = _listed(source)
    own = {word for arcs in App().grammar.sentences.arcs for word in arcs}
    heard = vocabulary(model)
    singles, following = _probabilities(
        source, [word for word in known if word in heard], pairs, own
    )
    kept, backoff = _kept(singles, following)
    OUT.write_text("\n".join(_arpa(singles, kept, backoff, _licence())), encoding="utf-8")
    sys.stdout.write(f"{OUT.name}: {len(singles)} words, {sum(map(len, kept.values()))} pairs\n")


def _listed(source: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the model's words and pairs of words.

    Its writer is used for these only: it writes no probabilities, and crashes after the pairs
    (5.1).
    """
    words: list[str] = []
    pairs: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "listing.arpa"
        subprocess.run([sys.executable, "-c", WRITE, str(source), str(listing)], check=False)
        section = ""
        with listing.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                section = line.strip() if line.startswith("\\") else section
                match line.split():
                    case [_, word, _] if section == "\\1-grams:":
                        words.append(word)
                    case [_, first, second, _] if section == "\\2-grams:":
                        pairs.append((first, second))
    return words, pairs


def _probabilities(
    source: Path, known: list[str], pairs: list[tuple[str, str]], own: set[str]
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Return natural logarithms of probabilities: of words, and of pairs of words.

    The probabilities of the words alone sum to one.
    """
    import pocketsphinx

    model = pocketsphinx.NGramModel.readfile(str(source))
    base = math.log(1.0001)  # of PocketSphinx's logarithms; a word comes before its history
    alone = {word: model.prob([word]) * base for word in known if word[0] not in "<[#"}
    common = sorted(alone, key=alone.__getitem__, reverse=True)
    singles = {
        word: alone[word] for number, word in enumerate(common) if number < WORDS or word in own
    }
    singles[END] = model.prob([END]) * base
    whole = math.log(sum(map(math.exp, singles.values())))
    singles = {word: probability - whole for word, probability in singles.items()}
    following: dict[str, dict[str, float]] = defaultdict(dict)
    for first, second in pairs:
        if (first in singles or first == START) and second in singles:
            following[first][second] = model.prob([second, first]) * base
    return singles, following


def _kept(
    singles: Mapping[str, float], following: Mapping[str, Mapping[str, float]]
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Return the most valuable pairs, and the backoff weights of their first words.

    A weight is the logarithm of that of all other words after the first word.
    """
    worth = (
        (
            (START_WEIGHT if first == START else math.exp(singles[first]))
            * math.exp(own)
            * (own - other),
            first,
            second,
        )
        for first, seconds in following.items()
        for second, own, other in _against_backoff(singles, seconds)
        if own > other
    )
    kept: dict[str, dict[str, float]] = defaultdict(dict)
    for _, first, second in heapq.nlargest(PAIRS, worth):
        kept[first][second] = following[first][second]
    return kept, {first: _rest(singles, seconds) for first, seconds in kept.items()}


def _against_backoff(
    singles: Mapping[str, float], seconds: Mapping[str, float]
) -> Iterator[tuple[str, float, float]]:
    rest = _rest(singles, seconds)
    for second, own in seconds.items():
        yield second, own, rest + singles[second]


def _rest(singles: Mapping[str, float], seconds: Mapping[str, float]) -> float:
    left = 1 - sum(map(math.exp, seconds.values()))
    others = 1 - sum(math.exp(singles[second]) for second in seconds)
    return math.log(max(left, LEAST) / max(others, LEAST))


def _arpa(
    singles: Mapping[str, float],
    kept: Mapping[str, Mapping[str, float]],
    backoff: Mapping[str, float],
    licence: str,
) -> Iterator[str]:
    """Return the lines of the file.

    The format takes all text before the data as a comment.
    """
    yield f"Everyday English, made by tools/background.py from the language model of PocketSphinx:\n\n{licence}\n"
    yield f"\\data\\\nngram 1={len(singles) + 1}\nngram 2={sum(map(len, kept.values()))}\n\n\\1-grams:"
    yield f"-99\t{START}\t{backoff[START] / math.log(10):.2f}"
    for word, probability in sorted(singles.items()):
        yield f"{probability / math.log(10):.2f}\t{word}\t{backoff.get(word, 0.0) / math.log(10):.2f}"
    yield "\n\\2-grams:"
    for first, seconds in sorted(kept.items()):
        yield from (
            f"{own / math.log(10):.2f}\t{first} {second}" for second, own in sorted(seconds.items())
        )
    yield "\n\\end\\\n"


def _licence() -> str:
    """Return PocketSphinx's own licence, without those of the code in it."""
    (path,) = Path(str(resources.files("pocketsphinx"))).parent.glob(
        "pocketsphinx-*.dist-info/licenses/LICENSE"
    )
    return path.read_text(encoding="utf-8").split("WebRTC VAD code")[0].strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
