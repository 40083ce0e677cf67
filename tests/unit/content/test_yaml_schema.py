from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, RootModel, field_validator

from voicecoach.content.yaml_schema import Content, ContentError, load_with_source, load_yaml
from voicecoach.core.errors import VoicecoachError


class Tea(Content):
    kind: Literal["tea"]
    minutes: int = Field(ge=1, le=10)


class Coffee(Content):
    kind: Literal["coffee"]
    strength: float = Field(default=1, gt=0)


class Guest(Content):
    name: str
    vegan: bool = False
    drink: Annotated[Tea | Coffee, Field(discriminator="kind")]
    seats: tuple[int, ...] = Field(default=(), max_length=2)

    @field_validator("name")
    @classmethod
    def _short(cls, name: str) -> str:
        if len(name) > 9:
            raise ValueError("is too long for the card - shorten it.")
        return name


class Party(Content):
    place: Literal["house", "garden"] = "house"
    guests: dict[str, Guest] = Field(default_factory=dict)
    courses: tuple[Guest, ...] | None = Field(default=None, min_length=1)


class Words(RootModel[dict[str, str]]):
    pass


GOOD = """\
place: garden
guests:
  ann:
    name: Ann
    drink:
      kind: tea
      minutes: 3
  bob:
    name: Bob
    drink: {kind: coffee}
    seats:
      - 1
      - 2
"""


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "party.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def mistakes(folder: Path, content: str | bytes) -> list[str]:
    """The mistakes told, without the folder."""
    with pytest.raises(ContentError) as caught:
        load_yaml(written(folder, content), Party)
    return [text.removeprefix(f"{folder}/".replace("\\", "/")) for text in caught.value.mistakes]


def test_a_right_file_becomes_the_model(tmp_path: Path) -> None:
    party = load_yaml(written(tmp_path, GOOD), Party)
    assert party.place == "garden"
    assert party.guests["ann"].drink == Tea(kind="tea", minutes=3)
    assert party.guests["bob"].seats == (1, 2)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("minutes: 3", "minutes: 30", "line 7: guests.ann.drink.minutes: must be between 1 and 10, not 30 - "),
        ("minutes: 3", "minutes: three", "line 7: guests.ann.drink.minutes: must be a whole number, not 'three' - "),
        ("minutes: 3", "minutes: 2.5", "line 7: guests.ann.drink.minutes: must be a whole number, not 2.5 - "),
        ("minutes: 3", "minutes:", "line 7: guests.ann.drink.minutes: has no value - give a whole number."),
        ("minutes: 3", "minuets: 3", "line 7: guests.ann.drink.minuets: is not a known key - did you mean 'minutes'?"),
        ("      minutes: 3\n", "", "line 5: guests.ann.drink.minutes: is missing - add it."),
        ("{kind: coffee}", "{kind: coffee, strength: 0}", "line 10: guests.bob.drink.strength: must be greater than 0"),
        ("{kind: coffee}", "{kind: cofee}", "line 10: guests.bob.drink.kind: cannot be 'cofee' - did you mean"),
        ("{kind: coffee}", "{}", "line 10: guests.bob.drink.kind: is missing - use one of: tea, coffee."),
        ("{kind: coffee}", "coffee", "line 10: guests.bob.drink: must be a group of keys, not 'coffee' - "),
        ("{kind: coffee}", "{kind: coffee, x: 1}", "line 10: guests.bob.drink.x: is not a known key - use one of: "),
        ("place: garden", "place: gardn", "line 1: place: cannot be 'gardn' - did you mean 'garden'?"),
        ("place: garden", "place: moon", "line 1: place: cannot be 'moon' - use one of: house, garden."),
        ("place: garden", "place:", "line 1: place: has no value - use one of: house, garden."),
        ("name: Bob", "name: 12", "line 9: guests.bob.name: must be text, not 12 - put it in quotes"),
        ("name: Bob", "name: Bartholomew", "line 9: guests.bob.name: is too long for the card - shorten it."),
        ("name: Bob", "vegan: maybe\n    name: Bob", "line 9: guests.bob.vegan: must be true or false, not 'maybe' - "),
        ("      - 2", "      - two", "line 13: guests.bob.seats.#2: must be a whole number, not 'two' - "),
        ("      - 2", "      - 2\n      - 3", "line 11: guests.bob.seats: has too many entries - give at most 2."),
        ("guests:", "courses: []\nguests:", "line 2: courses: has too few entries - give at least 1."),
        ("guests:", "courses: [{}]\nguests:", "line 2: courses.#1.drink: is missing - add it."),
        ("  bob:", "  ann:", "line 3: guests.ann: comes again on line 8 - remove or rename one of them."),
        ("  bob:", "  [bob]:", "line 2: guests: has a key on line 8 that is no word - put it in quotes."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_place_and_remedy(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert GOOD.count(old) == 1
    found = mistakes(tmp_path, GOOD.replace(old, new))
    assert [text for text in found if text.startswith(f"party.yaml, {told}")], found


def test_all_mistakes_are_told_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = (
        GOOD.replace("minutes: 3", "minutes: 30")
        .replace("name: Bob", "nme: Bob")
        .replace("- 2", "- two")
    )
    told = mistakes(tmp_path, text)
    assert [text.split(":")[0] for text in told] == [f"party.yaml, line {n}" for n in (7, 8, 9, 13)]


def test_a_list_with_a_wrong_entry_is_not_called_short_as_well(tmp_path: Path) -> None:
    assert all("too few" not in text for text in mistakes(tmp_path, "courses:\n  - nothing\n"))


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ("place: garden\n\tguests: {}\n", "line 2, column 1", "indent with spaces, not with tabs"),
        (
            "place: garden: big\n",
            "line 1, column 14",
            "put text that has a colon and a space in quotes",
        ),
        ("guests:\n    ann: {}\n   bob: {}\n", "line 3, column 4", "line the indentation up"),
        (
            "guests:\n  ann: {name: {who} is here}\n",
            "line 2, column 21",
            "put commas between the entries",
        ),
        ("guests: {ann: [1, 2\n", "from line 1", "close the quote or the bracket"),
        ("place: 'garden\nguests: {}\n", "from line 1", "close the quote or the bracket"),
        ("place: @home\n", "line 1, column 8", "put the text in quotes"),
        ("place: *home*\n", "line 1, column", "put the text in quotes"),
        ("guests: &all {}\ncourses: *all\n", "line 1, column 9", "write the value out"),
        (
            "guests: !!python/object/apply:os.getcwd []\n",
            "line 1, column 9",
            "leave out the word with !",
        ),
        ("place: garden\n---\nplace: house\n", "line 2, column 1", "leave out the second ---"),
        ("guests\nplace: garden\n", "line 2, column 6", "check the indentation"),
        ("place: gar\x07den\n", "line 1", "has an invisible character - remove it."),
        ("place: " + "[" * 5000, "party.yaml", "is nested too deeply"),
    ],
)
def test_broken_yaml_is_told_with_its_place_and_a_remedy(
    tmp_path: Path, text: str, place: str, remedy: str
) -> None:
    (told,) = mistakes(tmp_path, text)
    assert place in told
    assert remedy in told


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n", "---\n"])
def test_an_empty_file_is_a_mistake_that_names_the_keys(tmp_path: Path, text: str) -> None:
    (told,) = mistakes(tmp_path, text)
    assert told == "party.yaml: is empty - use one of: place, guests, courses."


def test_a_file_with_a_list_at_the_top_is_a_mistake_on_line_one(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "- ann\n")[0].startswith(
        "party.yaml, line 1: must be a group of keys, not a list"
    )


@pytest.mark.parametrize(("encoding", "line"), [("latin-1", 3), ("utf-16", 1)])
def test_another_encoding_is_told_with_its_line(tmp_path: Path, encoding: str, line: int) -> None:
    (told,) = mistakes(tmp_path, "place: garden\n\n# café\n".encode(encoding))
    assert told == f"party.yaml, line {line}: is not UTF-8 text - save the file as UTF-8."


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert load_yaml(written(tmp_path, text), Party) == load_yaml(written(tmp_path, GOOD), Party)


def test_a_missing_file_and_a_folder_are_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(
        ContentError, match=r"nowhere\.yaml: there is no such file - check its name\."
    ):
        load_yaml(tmp_path / "nowhere.yaml", Party)
    with pytest.raises(ContentError, match=r"cannot be read - .*; choose another file"):
        load_yaml(tmp_path, Party)


def test_plain_words_stay_text(tmp_path: Path) -> None:
    text = "a: yes\nb: no\nc: on\nd: off\ne: 1:30\nf: 2024-01-31\ng: 010\n"
    words = load_yaml(written(tmp_path, text), Words).root
    assert list(words.values()) == ["yes", "no", "on", "off", "1:30", "2024-01-31", "010"]


def test_a_file_that_is_one_mapping_tells_the_key(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"party\.yaml, line 2: bye: must be text, not 5 - "):
        load_yaml(written(tmp_path, "hi: hello\nbye: 5\n"), Words)


def test_a_caller_can_tell_mistakes_of_its_own_with_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    _, source = load_with_source(path, Party)
    assert source.mistake(("guests", "bob", "seats", 1), "is taken.") == (
        f"{path}, line 13: guests.bob.seats.#2: is taken."
    )


def test_the_error_is_one_the_program_shows_without_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(VoicecoachError) as caught:
        load_yaml(written(tmp_path, "plce: house\nplace: moon\n"), Party)
    assert len(str(caught.value).splitlines()) == 2
