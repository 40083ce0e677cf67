"""Types of the texts in content files: ids, names, and what the coach can speak."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

PLACEHOLDER = re.compile(r"\{[^{}]*\}")
"""A part of a text that is filled in when it is spoken: `{side}`."""

UNSPEAKABLE = re.compile(r"[^\w\s',.;:?!-]|_|(?<!\w)-|-(?!\w)")
"""A character that a voice leaves out, spells or misreads."""

_NAME = re.compile(r"(?:(?:^| )[^\W\d_]+(?:'[^\W\d_]*)*)+")


def _speakable(text: str) -> str:
    text = " ".join(text.replace("\u2019", "'").split())
    for placeholder in PLACEHOLDER.findall(text):
        if placeholder not in ("{side}", "{other}"):
            raise ValueError(f"has {placeholder}, which is not known - use {{side}} or {{other}}.")
    plain = PLACEHOLDER.sub("left", text)
    if digit := re.search(r"\d+", plain):
        raise ValueError(f"has the number {digit[0]} - write it in words, as it is spoken.")
    if odd := UNSPEAKABLE.search(plain):
        raise ValueError(
            f"has {odd[0]!r}, which cannot be spoken - write it in words or leave it out."
        )
    if not re.search(r"\w", plain):
        raise ValueError("says nothing - write what the coach should say.")
    return text


def _one_sentence(text: str) -> str:
    if re.search(r"[.?!](?=\s)", text):
        raise ValueError("has more than one sentence - write one only.")
    return text


def _name(text: str) -> str:
    text = " ".join(text.replace("\u2019", "'").split())
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"cannot be a spoken name, {text!r} - use letters, apostrophes and spaces only."
        )
    return text


def _id(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", text):
        raise ValueError("cannot be an id - use lower-case letters, digits and hyphens.")
    return text


Id = Annotated[str, AfterValidator(_id)]
"""The key of an exercise or a routine."""

Name = Annotated[str, AfterValidator(_name)]
"""A name that people say: letters, apostrophes and spaces only."""

Spoken = Annotated[str, AfterValidator(_speakable)]
"""A text that the coach speaks; `{side}` and `{other}` are filled in."""

Sentence = Annotated[Spoken, AfterValidator(_one_sentence)]
"""A spoken text of one sentence."""
