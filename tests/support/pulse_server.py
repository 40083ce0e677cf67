"""A sound card for tests: a PulseAudio server of its own whose microphone and speaker are null
sinks.

Use it as a fixture with `from tests.pulse import pulse`. What is played into the sink `micfeed` is
heard by the default microphone; what the default speaker plays can be recorded bit for bit. Nothing
is heard in the room.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from voicecoach.audio.device import portaudio
from voicecoach.audio.device.portaudio import DeviceError

_PROGRAMS = ("pulseaudio", "pactl", "paplay", "pacat", "parec")
_PACKAGES = "libportaudio2 pulseaudio pulseaudio-utils libasound2-plugins"


class Recording:
    """What the speaker played; `samples` has shape (frames, channels) once the recording has
    ended."""

    samples: npt.NDArray[np.float32]


class PulseServer:
    """One PulseAudio server with a speaker (`spk`, two channels) and a microphone fed by
    `micfeed`."""

    def __init__(self, folder: Path, rate: int = 48_000) -> None:
        self.rate = rate
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._microphone = "micfeed"
        self.env = {
            "PULSE_SERVER": f"unix:{folder}/native",
            "PULSE_COOKIE": f"{folder}/cookie",
            "PULSE_RUNTIME_PATH": str(folder),
            "PULSE_STATE_PATH": str(folder),
        }
        (folder / "default.pa").write_text(
            f"load-module module-native-protocol-unix socket={folder}/native auth-anonymous=1\n"
            f"load-module module-null-sink sink_name=spk rate={rate} channels=2\n"
            f"load-module module-null-sink sink_name=micfeed rate={rate} channels=1\n"
            "set-default-sink spk\n"
            "set-default-source micfeed.monitor\n"
        )

    def start(self) -> None:
        """Start the server and keep its sinks awake: an idle null sink stalls the next stream by a
        second."""
        self._run(
            *(
                "pulseaudio",
                "-n",
                "-F",
                f"{self._folder}/default.pa",
                "--daemonize=no",
                "--exit-idle-time=-1",
            ),
            *("--use-pid-file=no", "--disable-shm=yes", "--realtime=no", "--high-priority=no"),
        )
        self._wait_until(lambda: self._ask("info").returncode == 0)
        for sink, channels in (("spk", 2), ("micfeed", 1)):
            self._run(
                *("pacat", "--raw", "--latency-msec=20", "-d", sink),
                *(f"--rate={self.rate}", f"--channels={channels}", "/dev/zero"),
            )
        self._wait_until(lambda: self._ask("list", "short", "sink-inputs").stdout.count(b"\n") == 2)

    @property
    def process_id(self) -> int:
        """Of the server."""
        return self._processes[0].pid

    def kill(self) -> None:
        """End the server at once, as if the sound card were pulled out."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
        self._processes.clear()
        (self._folder / "native").unlink(missing_ok=True)

    def control(self, *command: str) -> None:
        """Run `pactl` with these arguments."""
        self._ask(*command).check_returncode()

    def play_to_microphone(self, path: Path) -> subprocess.Popen[bytes]:
        """Begin to play a sound file into the microphone; `wait()` on the result waits for its
        end."""
        return subprocess.Popen(
            ["paplay", "-d", self._microphone, str(path)], env=self._environment()
        )

    def hear_the_speaker(self) -> None:
        """From now on the microphone hears what the speaker plays, at full level and by the same
        clock."""
        self.control("set-default-source", "spk.monitor")
        self._microphone = "spk"

    @contextmanager
    def record_speaker(self) -> Iterator[Recording]:
        """Record the speaker at the server's rate while the block runs, with no resampling."""
        recording = Recording()
        with tempfile.TemporaryFile() as sound:
            parec = subprocess.Popen(
                [
                    *(
                        "parec",
                        "--raw",
                        "--latency-msec=20",
                        "-d",
                        "spk.monitor",
                        "--format=float32le",
                    ),
                    *(f"--rate={self.rate}", "--channels=2"),
                ],
                stdout=sound,
                env=self._environment(),
            )
            try:
                self._wait_until(lambda: os.fstat(sound.fileno()).st_size > 0)
                yield recording
                self._wait_until_recorded(sound.fileno(), 0.2)
            finally:
                parec.kill()
                parec.wait()
            sound.seek(0)
            recording.samples = np.frombuffer(sound.read(), np.float32).reshape(-1, 2)

    def _wait_until_recorded(self, sound: int, seconds: float) -> None:
        size = os.fstat(sound).st_size + round(seconds * self.rate) * 2 * 4
        self._wait_until(lambda: os.fstat(sound).st_size >= size)

    def _environment(self) -> dict[str, str]:
        return os.environ | self.env

    def _run(self, *command: str) -> None:
        self._processes.append(
            subprocess.Popen(
                command,
                env=self._environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    def _ask(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["pactl", *command],
            env=self._environment(),
            capture_output=True,
            timeout=10,
            check=False,
        )

    def _wait_until(self, true: Callable[[], bool]) -> None:
        for _ in range(200):
            if true():
                return
            time.sleep(0.05)
        pytest.fail("the PulseAudio server of the test does not answer")


@contextmanager
def pulse_server(rate: int = 48_000) -> Iterator[PulseServer]:
    """A running server whose sinks have the rate (Hz), known to PortAudio in this process as its
    only device.

    Skips the test where PortAudio or PulseAudio is missing.
    """
    missing = [program for program in _PROGRAMS if not shutil.which(program)]
    if missing:
        pytest.skip(f"no {missing[0]} here: install {_PACKAGES}")
    with (
        tempfile.TemporaryDirectory(prefix="pulse") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        server = PulseServer(Path(folder), rate)
        for name, value in server.env.items():
            patch.setenv(name, value)
        server.start()
        try:
            _meet_portaudio()
            yield server
        finally:
            server.kill()


def _meet_portaudio() -> None:
    # PortAudio looks for devices when it is initialised, perhaps by an earlier test with another
    # server.
    try:
        portaudio.refresh()
        if portaudio.list_devices():
            return
    except DeviceError as error:
        pytest.skip(str(error))
    pytest.skip(f"PortAudio does not see PulseAudio: install {_PACKAGES}")


@pytest.fixture(scope="module")
def pulse() -> Iterator[PulseServer]:
    """A running PulseAudio server of its own, at 48 kHz."""
    with pulse_server() as server:
        yield server
