"""Bigram models in the ARPA format."""

from __future__ import annotations

import math
from importlib import resources

import pytest

from voicecoach.asr.decoder.bigram import END, START, read_arpa

MODEL = """A comment.

\\data\\
ngram 1=4
ngram 2=2

\\1-grams:
-99	<s>	-0.5
-1.0	</s>
-0.3	go	-0.2
-0.6	on	0.0

\\2-grams:
-0.1	go on
-0.4	<s> go

\\end\\
"""


def test_a_pair_that_was_counted_has_its_own_probability_and_any_other_backs_off() -> None:
    model = read_arpa(MODEL.splitlines())
    ten = math.log(10)
    assert model.after("go", "on") == pytest.approx(-0.1 * ten)
    assert model.after("go", "go") == pytest.approx((-0.2 - 0.3) * ten)
    assert model.after("on", "go") == pytest.approx(-0.3 * ten)
    assert model.after("go", END) == pytest.approx((-0.2 - 1.0) * ten)


@pytest.mark.parametrize(
    ("good", "bad", "complaint"),
    [
        ("-0.3\tgo", "much\tgo", "line 10: could not convert"),
        ("-0.1\tgo on", "-0.1\tgo", "line 14: a probability and its words"),
        ("\\end\\", "", "ends without"),
    ],
)
def test_a_damaged_model_is_turned_away_with_the_place(good: str, bad: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_arpa(MODEL.replace(good, bad).splitlines())


def test_in_the_coachs_model_the_words_that_may_follow_one_another_share_a_probability_of_one() -> (
    None
):
    file = resources.files("voicecoach") / "content_data" / "en" / "background.arpa"
    model = read_arpa(file.read_text(encoding="utf-8").splitlines())
    words = [word for word in model.words if word != START]
    assert sum(math.exp(model.words[word]) for word in words) == pytest.approx(1, abs=0.03)
    for first in (START, "the", "how", "next", "of"):
        assert sum(math.exp(model.after(first, second)) for second in words) == pytest.approx(
            1, abs=0.03
        ), first
