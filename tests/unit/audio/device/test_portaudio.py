"""Choosing devices, opening them in a form they accept, and saying in one sentence what is
missing."""

from __future__ import annotations

import importlib.abc
import platform
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from voicecoach.audio.device import portaudio, stream
from voicecoach.audio.device import sound_card as device_module
from voicecoach.audio.device.open_stream import open_line
from voicecoach.audio.device.portaudio import choose
from voicecoach.audio.device.sound_card import DeviceError, DeviceInfo, check_devices
from voicecoach.audio.device.stream import Capture, Playback

LINUX = [
    DeviceInfo(0, "HDA Intel: ALC662 Analog (hw:0,0)", "ALSA", 2, 2, False, False),
    DeviceInfo(1, "HDA Intel: HDMI 0 (hw:0,3)", "ALSA", 0, 8, False, False),
    DeviceInfo(2, "Jabra SPEAK 510 USB", "ALSA", 1, 2, False, False),
    DeviceInfo(3, "pulse", "ALSA", 32, 32, True, True),
]
WINDOWS = [
    DeviceInfo(0, "Microphone (Jabra SPEAK 510 USB", "MME", 2, 0, False, False),
    DeviceInfo(1, "Microphone (Jabra SPEAK 510 USB)", "Windows DirectSound", 2, 0, False, False),
    DeviceInfo(2, "Microphone (Jabra SPEAK 510 USB)", "Windows WASAPI", 1, 0, True, False),
    DeviceInfo(3, "Microphone (Jabra SPEAK 510 USB)", "Windows WDM-KS", 1, 0, False, False),
]


Machine = Callable[[list[DeviceInfo]], None]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Call it with the devices that the machine shall have."""
    return lambda devices: monkeypatch.setattr(portaudio, "list_devices", lambda: devices)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (None, 3),
        ("", 3),
        (2, 2),
        ("2", 2),
        ("jabra", 2),
        ("PULSE", 3),
        ("pulse, alsa", 3),
        ("alc662 analog", 0),
    ],
)
def test_a_microphone_is_chosen_by_number_by_part_of_its_name_or_as_the_default(
    machine: Machine, wanted: str | int | None, index: int
) -> None:
    machine(LINUX)
    assert choose("input", wanted).index == index


def test_of_one_devices_many_faces_on_windows_wasapi_is_chosen(machine: Machine) -> None:
    machine(WINDOWS)
    assert choose("input", "jabra").host_api == "Windows WASAPI"
    assert choose("input", "jabra speak 510 usb), windows directsound").index == 1


def test_a_name_that_fits_several_is_refused_with_the_choices(machine: Machine) -> None:
    machine(LINUX)
    with pytest.raises(
        DeviceError, match=r'^"intel" fits several speakers: .*0 "HDA .*, 1 "HDA .*"\.$'
    ):
        choose("output", "intel")


def test_an_unknown_name_is_refused_with_the_nearest_names(machine: Machine) -> None:
    machine(LINUX)
    with pytest.raises(
        DeviceError, match=r'^There is no microphone "jabbra speak 510": .*2 "Jabra SPEAK'
    ) as e:
        choose("input", "jabbra speak 510")
    assert "pulse" not in str(e.value)


@pytest.mark.parametrize("wanted", ["kitchen", 17, "17", 1])
def test_what_resembles_nothing_or_is_no_microphone_is_refused_with_the_list(
    machine: Machine, wanted: str | int
) -> None:
    machine(LINUX)
    with pytest.raises(
        DeviceError, match=r'^There is no microphone "\w+": .*0 "HDA.*, 2 "Jabra.*, 3 "pulse"\.$'
    ):
        choose("input", wanted)


def test_a_machine_that_has_all_is_fine(machine: Machine) -> None:
    machine(LINUX)
    assert check_devices() is None
    assert check_devices("jabra", 1) is None


def test_a_machine_without_devices_is_told_so(machine: Machine) -> None:
    machine([])
    assert (check_devices() or "").startswith("No microphone was found: plug one in")


def test_a_machine_that_can_only_play_lacks_a_microphone(machine: Machine) -> None:
    machine([LINUX[1]])
    assert (check_devices() or "").startswith("No microphone was found")


def test_an_unknown_speaker_is_reported_by_the_check(machine: Machine) -> None:
    machine(LINUX)
    assert (check_devices("pulse", "kitchen") or "").startswith(
        'There is no speaker "kitchen": choose one of'
    )


def test_a_sound_system_that_hangs_is_reported_by_the_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hang, before = threading.Event(), set(threading.enumerate())
    monkeypatch.setattr(
        portaudio, "list_devices", lambda: [device for device in LINUX if hang.wait()]
    )
    assert (check_devices(timeout_s=0.05) or "").startswith("The sound system does not answer")
    hang.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)  # while the devices are still the ones above


# --- without PortAudio --------------------------------------------------------------------------


class _NoPortAudio(importlib.abc.MetaPathFinder):
    """Makes `import sounddevice` fail as it does where the library is missing."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")


@pytest.fixture
def _no_portaudio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [_NoPortAudio(), *sys.meta_path])


@pytest.mark.usefixtures("_no_portaudio")
@pytest.mark.parametrize(
    ("system", "release", "command"),
    [
        ("Linux", {"ID": "debian"}, "sudo apt install libportaudio2"),
        (
            "Linux",
            {"ID": "linuxmint", "ID_LIKE": "ubuntu debian"},
            "sudo apt install libportaudio2",
        ),
        ("Linux", {"ID": "fedora"}, "sudo dnf install portaudio"),
        (
            "Linux",
            {"ID": "opensuse-leap", "ID_LIKE": "suse opensuse"},
            "sudo zypper install libportaudio2",
        ),
        ("Linux", {"ID": "manjaro", "ID_LIKE": "arch"}, "sudo pacman -S portaudio"),
        ("Darwin", None, "pip install --force-reinstall sounddevice"),
        ("Windows", None, "pip install --force-reinstall sounddevice"),
    ],
)
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, system: str, release: dict[str, str] | None, command: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: release)
    assert check_devices() == f'The PortAudio library is missing: install it with "{command}".'


@pytest.mark.usefixtures("_no_portaudio")
def test_opening_without_the_library_raises_the_same_sentence() -> None:
    with pytest.raises(
        DeviceError, match=r"^The PortAudio library is missing: install it with .*\.$"
    ):
        device_module.SoundCard().open()


# --- opening ------------------------------------------------------------------------------------


class FakeSounddevice:
    """The part of `sounddevice` that opening a stream uses, for one device and the formats that it
    accepts."""

    class PortAudioError(Exception):
        pass

    def __init__(
        self, accepts: set[tuple[int, int]], host_api: str = "ALSA", busy: bool = False
    ) -> None:
        self._accepts, self._host_api, self._busy = accepts, host_api, busy
        self.default = SimpleNamespace(device={"input": 0, "output": 0})
        self.opened: dict[str, Any] = {}
        self.InputStream = self.OutputStream = self._stream

    def query_hostapis(self) -> Any:
        return ({"name": self._host_api, "default_input_device": 0, "default_output_device": 0},)

    def query_devices(self) -> Any:
        channels = max(channels for _, channels in self._accepts)
        return [
            {
                "name": "card",
                "hostapi": 0,
                "max_input_channels": channels,
                "max_output_channels": channels,
            }
        ]

    def check_input_settings(self, channels: int, samplerate: int, **_: Any) -> None:
        if (samplerate, channels) not in self._accepts:
            raise self.PortAudioError("Invalid sample rate")

    check_output_settings = check_input_settings

    def WasapiSettings(self, **settings: bool) -> Any:  # noqa: N802 (its name there)
        return settings

    def _stream(self, **settings: Any) -> Any:
        self.opened = settings
        return SimpleNamespace(
            latency=0.05,
            channels=2,
            write_available=2_400,
            start=self._start,
            abort=lambda: None,
            close=self.opened.clear,
        )

    def _start(self) -> None:
        if self._busy:
            raise self.PortAudioError("Device unavailable")


def open_with(
    fake: FakeSounddevice, kind: Any, monkeypatch: pytest.MonkeyPatch, rate: int | None = None
) -> Any:
    monkeypatch.setattr(portaudio, "library", lambda: fake)
    monkeypatch.setattr(stream, "open_lines", set())
    return open_line(kind, None, 0.06, rate)


@pytest.mark.parametrize(
    ("kind", "accepts", "rate", "expected"),
    [
        (Capture, {(48_000, 1), (44_100, 1), (48_000, 2)}, None, (48_000, 1)),
        (Playback, {(48_000, 1), (44_100, 1), (48_000, 2)}, None, (48_000, 2)),
        (Capture, {(44_100, 2), (16_000, 1)}, None, (44_100, 2)),
        (Playback, {(16_000, 1)}, None, (16_000, 1)),
        (Capture, {(48_000, 4)}, None, (48_000, 4)),
        (Playback, {(48_000, 2), (44_100, 2)}, 44_100, (44_100, 2)),
        (Playback, {(48_000, 2)}, 44_100, (48_000, 2)),
    ],
)
def test_a_stream_is_opened_in_a_form_that_the_device_accepts(
    monkeypatch: pytest.MonkeyPatch,
    kind: Any,
    accepts: set[tuple[int, int]],
    rate: int | None,
    expected: tuple[int, int],
) -> None:
    fake = FakeSounddevice(accepts)
    line = open_with(fake, kind, monkeypatch, rate)
    assert (fake.opened["samplerate"], fake.opened["channels"]) == expected
    assert line.rate == expected[0]


def test_wasapi_shares_the_device_and_converts(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeSounddevice({(48_000, 2)}, host_api="Windows WASAPI")
    open_with(fake, Playback, monkeypatch)
    assert fake.opened["extra_settings"] == {"auto_convert": True}


def test_a_busy_device_is_named_with_what_to_do_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeSounddevice({(48_000, 1)}, busy=True)
    with pytest.raises(
        DeviceError,
        match=r'^The microphone "card" could not be opened \(Device unavailable\): close .*\.$',
    ):
        open_with(fake, Capture, monkeypatch)
    assert not fake.opened


def test_a_device_with_odd_rates_only_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        DeviceError, match=r'^The speaker "card" accepts none of the usual sample rates'
    ):
        open_with(FakeSounddevice({(11_025, 2)}), Playback, monkeypatch)
