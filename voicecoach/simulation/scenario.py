"""Load scenarios: small YAML files with a user's sentences and the expected reactions."""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from voicecoach.content.language import DEFAULT, content
from voicecoach.content.yaml_schema import load_yaml, suggestion
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.session_state import SessionState

SoundName = Literal["cough", "music"]
"""Other sounds in the room (`voicecoach.simulation.sounds`); a typed session has none."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class RoomModel(_Strict):
    """Acoustics of the simulated room; see `voicecoach.simulation.room.RoomSettings`."""

    echo_db: float = Field(-10.0, ge=-60, le=20)
    delay: float = Field(0.08, ge=0.02, le=2.0)
    rt60: float = Field(0.4, ge=0, le=2)
    noise_db: float = Field(-25.0, ge=-80, le=10)
    seed: int = Field(0, ge=0)
    drive: float = Field(0.0, ge=0, le=20)
    drift: float = Field(0.0, ge=-500, le=500)
    moves_at: float | None = Field(None, ge=0)


class UserModel(_Strict):
    """The user's voice in the speech engine, and its rate in words a minute."""

    voice: str | None = None
    """None means the voice of the language."""
    words_a_minute: int = Field(150, ge=80, le=300)


class When(_Strict):
    """A moment at which all given conditions hold, after the end of the previous step."""

    said: str | None = None
    """The coach has finished saying a text that contains this (case does not matter)."""
    line: str | None = None
    """The coach has finished saying this line of its content file, for example
    `announce.position`."""
    state: SessionState | None = None
    """The session is in this state."""
    position: float | None = Field(None, ge=0)
    """At least this many seconds of the count have passed (with the state `working`)."""


class Expectation(_Strict):
    """Conditions that must hold within `within` seconds of the end of the user's sentence."""

    intent: str | None = None
    slots: dict[str, object] = {}
    rejected: bool = False
    """No command is accepted in that time."""
    silent: bool = False
    """The coach says no word in that time; only with `rejected`."""
    said: str | None = None
    state: SessionState | None = None
    within: float = Field(8.0, gt=0, le=3600)

    @model_validator(mode="after")
    def _can_fail(self) -> Expectation:
        if not (self.intent or self.rejected or self.said or self.state):
            raise ValueError(
                "this expects nothing; give it `intent`, `rejected: true`, `said` or `state`"
            )
        if self.slots and not self.intent:
            raise ValueError("these slots belong to no intent; give the `intent` as well")
        if self.silent and (self.said or not self.rejected):
            raise ValueError(
                "silence is what follows where nothing is obeyed; give `rejected: true` and no `said`"
            )
        if self.intent and self.rejected:
            raise ValueError(
                "it cannot be both obeyed and rejected; leave out `intent` or `rejected`"
            )
        return self


class Step(_Strict):
    """Wait for a moment, optionally speak or play a sound, and check the reaction."""

    when: When = When()
    delay: float = Field(0.0, ge=0, le=3600)
    say: str | None = None
    sound: SoundName | None = None
    expect: Expectation | None = None

    @field_validator("say")
    @classmethod
    def _can_be_spoken(cls, say: str | None) -> str | None:
        if say and not any(map(str.isalnum, say)):
            raise ValueError(f"there is nothing to speak in {say!r}; write what the user says")
        return say

    @model_validator(mode="after")
    def _does_something(self) -> Step:
        if not (self.say or self.sound or self.expect) and self.when == When():
            raise ValueError("this step does nothing; give it `say`, `sound`, `expect` or `when`")
        if self.say and self.sound:
            raise ValueError("this step does two things; give `sound` a step of its own")
        return self


class Scenario(_Strict):
    """A conversation from beginning to end."""

    name: str
    room: RoomModel = RoomModel()
    user: UserModel = UserModel()
    limit: float = Field(
        3600.0, gt=0, description="seconds of the session after which it counts as stuck"
    )
    clock: AwareDatetime | None = None
    """Time of the wall clock at the beginning; with it the coach keeps a journal, and reminds."""
    before: tuple[str, ...] = ()
    """Lines of a session typed three hours earlier, in the format of `voicecoach type`."""
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _knows_when(self) -> Scenario:
        if self.before and self.clock is None:
            raise ValueError("there is something before it, but no time; give the `clock`, too")
        return self


def _built_in(language: str) -> dict[str, Traversable]:
    """Return the scenarios that come with voicecoach in `language`, by name."""
    folder = content(language, "scenarios")
    entries = folder.iterdir() if folder.is_dir() else ()
    return {
        entry.name.removesuffix(".yaml"): entry for entry in entries if entry.name.endswith(".yaml")
    }


def scenario_names(language: str = DEFAULT) -> list[str]:
    """Return the sorted names of the built-in scenarios in `language`."""
    return sorted(_built_in(language))


def load_scenario(name: str, language: str = DEFAULT) -> Scenario:
    """Load a scenario by the name of a built-in one, or from a file.

    Raises:
        VoicecoachError: There is no such scenario.
        ContentError: The file is wrong.
    """
    built_in = _built_in(language)
    if name in built_in:
        return load_yaml(built_in[name], Scenario)
    path = Path(name)
    if not path.exists():
        raise VoicecoachError(
            f"there is no scenario {name!r}; give a YAML file or one of: {', '.join(sorted(built_in))}"
        )
    return load_yaml(path, Scenario)


def check_lines(scenario: Scenario, known: Collection[str]) -> None:
    """Check that each line of content that a step waits for is among the `known` ones.

    Raises:
        VoicecoachError: A line is unknown; its step would wait in vain.
    """
    for number, step in enumerate(scenario.steps, 1):
        line = step.when.line
        if line is not None and line not in known:
            raise VoicecoachError(
                f"step {number}: the coach has no line {line!r} - {suggestion(line, known)}"
            )
