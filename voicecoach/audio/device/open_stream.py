"""Open PortAudio streams in a format that the device accepts."""

from __future__ import annotations

from types import ModuleType
from typing import Any, TypeVar, cast

from voicecoach.audio.device import portaudio
from voicecoach.audio.device.blocking_stream import BlockingCapture, BlockingPlayback
from voicecoach.audio.device.callback_stream import CallbackCapture, CallbackPlayback
from voicecoach.audio.device.portaudio import DeviceError, DeviceInfo, Direction
from voicecoach.audio.device.stream import AudioStream, Capture, Playback, open_lines

RATES = (48_000, 44_100, 16_000, 96_000, 32_000, 24_000, 22_050, 8_000)
"""Sample rates (Hz) by preference. A block is a whole number of frames at each."""

BLOCKING_HOST_APIS = ("ALSA",)
"""Host APIs whose streams are read and written by the loop. With the others PortAudio keeps a ring
of its own for that, which hides the driver's delay."""

_KINDS: dict[tuple[type[AudioStream], bool], type[AudioStream]] = {
    (Capture, False): CallbackCapture,
    (Capture, True): BlockingCapture,
    (Playback, False): CallbackPlayback,
    (Playback, True): BlockingPlayback,
}

LineT = TypeVar("LineT", Capture, Playback)


def open_line(
    kind: type[LineT],
    wanted: str | int | None,
    latency: float,
    rate: int | None = None,
) -> LineT:
    """Open and start a stream.

    Args:
        kind: Capture or Playback.
        wanted: Device, see `portaudio.choose`.
        latency: Seconds that are suggested to the driver.
        rate: Preferred sample rate (Hz).

    Raises:
        DeviceError: There is no such device, or it refuses.
    """
    with portaudio.LOCK:
        sounddevice = portaudio.library()
        device = portaudio.choose(kind.direction, wanted)
        settings = _settings(sounddevice, device)
        found, channels = _format(
            sounddevice, kind.direction, device, settings, (rate, *RATES) if rate else RATES
        )
        line = _KINDS[kind, device.host_api in BLOCKING_HOST_APIS](device, found)
        make = sounddevice.InputStream if kind is Capture else sounddevice.OutputStream
        latency += line.more_latency
        try:
            line.start(
                make(samplerate=found, channels=channels, latency=latency, **line.hooks, **settings)
            )
        except sounddevice.PortAudioError as error:
            raise DeviceError(
                f'The {portaudio.NOUNS[kind.direction]} "{device.name}" could not be opened '
                f"({error.args[0]}): close other programs that use it, or choose another one."
            ) from error
        return cast(LineT, line)


def refresh_if_idle() -> None:
    """Read the list of devices again unless a stream is open, which would die."""
    with portaudio.LOCK:
        if not open_lines:
            portaudio.refresh()


def _settings(sounddevice: ModuleType, device: DeviceInfo) -> dict[str, Any]:
    settings: dict[str, Any] = {"device": device.index, "dtype": "float32"}
    if device.host_api == "Windows WASAPI":
        # Shared mode, so that other programs are heard too, with Windows' own converter: without it
        # WASAPI takes only the rate and the channels of its mixer.
        settings["extra_settings"] = sounddevice.WasapiSettings(auto_convert=True)
    return settings


def _format(
    sounddevice: ModuleType,
    direction: Direction,
    device: DeviceInfo,
    settings: dict[str, Any],
    rates: tuple[int, ...],
) -> tuple[int, int]:
    """Return the first rate (Hz) and number of channels that the device accepts.

    A speaker gets two channels: Core Audio plays mono on the left one only.
    """
    most = device.channels(direction)
    few = (1, 2) if direction == "input" else (2, 1)
    check = (
        sounddevice.check_input_settings
        if direction == "input"
        else sounddevice.check_output_settings
    )
    for rate in rates:
        for channels in (*(number for number in few if number <= most), most):
            try:
                check(channels=channels, samplerate=rate, **settings)
            except sounddevice.PortAudioError:
                continue
            return rate, channels
    raise DeviceError(
        f'The {portaudio.NOUNS[direction]} "{device.name}" accepts none of the usual sample rates: '
        "close other programs that use it, or choose another one."
    )
