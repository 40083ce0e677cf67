"""Load PortAudio, and choose its devices by number, name or default.

Only this module imports `sounddevice`, and late, because the import fails where the PortAudio
library is missing (a bare Linux; the wheels for macOS and Windows carry it).
"""

from __future__ import annotations

import atexit
import difflib
import platform
import sys
import threading
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

from voicecoach.core.errors import VoicecoachError

Direction = Literal["input", "output"]
NOUNS: dict[Direction, str] = {"input": "microphone", "output": "speaker"}

_BEST_HOST_APIS = ("Windows WASAPI", "Core Audio", "ALSA")
"""Preferred host APIs. Windows lists every device under four of them; WASAPI has the whole name and
the shortest delay."""

NO_ANSWER = "The sound system does not answer: restart it, or log in again."

LOCK = threading.RLock()
"""Held while listing, opening and initialising: PortAudio is not safe for calls from several
threads."""


class DeviceError(VoicecoachError):
    """A microphone or speaker is missing or unusable: one sentence saying which and what to do."""


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """One entry of PortAudio's list; `inputs` and `outputs` are channel counts."""

    index: int
    name: str
    host_api: str
    inputs: int
    outputs: int
    default_input: bool
    default_output: bool

    def channels(self, direction: Direction) -> int:
        """Return the number of channels in one direction."""
        return self.inputs if direction == "input" else self.outputs

    def is_default(self, direction: Direction) -> bool:
        """Return True if the system would choose this device."""
        return self.default_input if direction == "input" else self.default_output

    @property
    def full_name(self) -> str:
        """Return the name and host API, as one line of a list."""
        return f"{self.name}, {self.host_api}"


# --- the library --------------------------------------------------------------------------------


def library() -> ModuleType:
    """Import `sounddevice`.

    Raises:
        DeviceError: The module or the PortAudio library is missing.
    """
    try:
        return import_module("sounddevice")
    except (ImportError, OSError) as error:
        raise DeviceError(
            f"The PortAudio library is missing: install it with {_install_command()}."
        ) from error


def _install_command() -> str:
    if platform.system() != "Linux":
        return '"pip install --force-reinstall sounddevice"'
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        system = {}
    family = f"{system.get('ID', '')} {system.get('ID_LIKE', '')}".split()
    for names, command in (
        ({"fedora", "rhel", "centos"}, "sudo dnf install portaudio"),
        ({"arch"}, "sudo pacman -S portaudio"),
        ({"suse", "opensuse"}, "sudo zypper install libportaudio2"),
        ({"alpine"}, "sudo apk add portaudio"),
    ):
        if names & set(family):
            return f'"{command}"'
    return '"sudo apt install libportaudio2"'


def join_com() -> None:
    """Let this thread use WASAPI.

    PortAudio initialises COM only for the thread that initialised PortAudio.
    """
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.ole32.CoInitializeEx(None, 0)


def refresh() -> None:
    """Read the list of devices again.

    PortAudio reads it only when it starts, so every open stream dies.
    """
    with LOCK:
        sounddevice = library()
        try:
            if sounddevice._initialized:
                sounddevice._terminate()
            sounddevice._initialize()
        except sounddevice.PortAudioError as error:
            raise DeviceError(NO_ANSWER) from error


def leave_to_the_system() -> None:
    """Keep `sounddevice` from ending PortAudio at exit, where a hung close would block."""
    atexit.unregister(library()._exit_handler)


# --- choosing a device --------------------------------------------------------------------------


def list_devices() -> list[DeviceInfo]:
    """Return every device that PortAudio knows.

    Raises:
        DeviceError: The library is missing or fails.
    """
    with LOCK:
        sounddevice = library()
        try:
            host_apis = sounddevice.query_hostapis()
            entries = sounddevice.query_devices()
            default_input, default_output = _defaults(sounddevice, host_apis)
        except sounddevice.PortAudioError as error:
            raise DeviceError(NO_ANSWER) from error
    return [
        DeviceInfo(
            index,
            entry["name"],
            host_apis[entry["hostapi"]]["name"],
            entry["max_input_channels"],
            entry["max_output_channels"],
            index == default_input,
            index == default_output,
        )
        for index, entry in enumerate(entries)
    ]


def _defaults(sounddevice: ModuleType, host_apis: Any) -> tuple[int, int]:
    for host_api in host_apis:
        if host_api["name"] == "Windows WASAPI":
            return host_api["default_input_device"], host_api["default_output_device"]
    return sounddevice.default.device["input"], sounddevice.default.device["output"]


def choose(direction: Direction, wanted: str | int | None) -> DeviceInfo:
    """Return the device by number, by (part of) its name in any case, or the default.

    Raises:
        DeviceError: No device fits, or several do; the message lists them.
    """
    noun = NOUNS[direction]
    devices = [device for device in list_devices() if device.channels(direction) > 0]
    if not devices:
        raise DeviceError(
            f"No {noun} was found: plug one in, and check that the system's sound settings show it."
        )
    if wanted is None or wanted == "":
        return next((device for device in devices if device.is_default(direction)), devices[0])
    if isinstance(wanted, int) or wanted.isdecimal():
        matches = [device for device in devices if device.index == int(wanted)]
    else:
        matches = _by_name(devices, wanted.casefold())
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise DeviceError(f'"{wanted}" fits several {noun}s: choose one of {_choices(matches)}.')
    raise DeviceError(
        f'There is no {noun} "{wanted}": choose one of {_choices(_nearest(devices, str(wanted)))}.'
    )


def _by_name(devices: list[DeviceInfo], wanted: str) -> list[DeviceInfo]:
    matches = [device for device in devices if wanted in device.full_name.casefold()]
    exact = [
        device
        for device in matches
        if wanted in (device.name.casefold(), device.full_name.casefold())
    ]
    matches = exact or matches
    for host_api in _BEST_HOST_APIS:
        preferred = [device for device in matches if device.host_api == host_api]
        if preferred:
            return preferred
    return matches


def _nearest(devices: list[DeviceInfo], wanted: str) -> list[DeviceInfo]:
    names = {device.name.casefold(): device for device in devices}
    near = difflib.get_close_matches(wanted.casefold(), names, n=3, cutoff=0.4)
    return [names[name] for name in near] or devices[:8]


def _choices(devices: list[DeviceInfo]) -> str:
    return ", ".join(f'{device.index} "{device.name}"' for device in devices)
