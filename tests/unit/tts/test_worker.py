"""The speech process: its life, engines that hang, die, lie, or live on a Mac."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.support.fake_speech_engine import (
    GATE,
    PATIENCE,
    RATE,
    is_running,
    lines,
    script,
    stand_in,
    until,
)
from voicecoach.tts.cache import ClipCache
from voicecoach.tts.synthesizer import SpeechError, Synthesizer, Voice, list_voices
from voicecoach.tts.worker import WORKER_COMMAND


def test_closing_ends_the_child_and_the_waiting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[SpeechError] = []
    synthesizer = Synthesizer(
        Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, command=stand_in(tmp_path, GATE)
    )

    def ask(text: str) -> None:
        with pytest.raises(SpeechError) as caught:
            synthesizer.clip(text)
        failures.append(caught.value)

    threads = [threading.Thread(target=ask, args=(text,)) for text in ("one", "two")]
    for thread in threads:
        thread.start()
    until(lambda: bool(lines(tmp_path / "lives")))
    synthesizer.close()
    for thread in threads:
        thread.join(PATIENCE)
    assert [str(failure) for failure in failures] == [
        "Speech was closed before this text was rendered."
    ] * 2
    assert not caplog.records
    if sys.platform != "win32":
        assert not is_running(int(lines(tmp_path / "lives")[0]))
    with pytest.raises(SpeechError, match="closed"):
        synthesizer.clip("three")
    assert synthesizer.ready("three") is None


def test_a_child_that_is_not_needed_any_more_leaves_and_another_comes_when_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Synthesizer(
        Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, idle=0.05, command=stand_in(tmp_path)
    ) as synthesizer:
        for life, text in enumerate(("one", "two"), start=1):
            assert synthesizer.clip(text)
            child = int(lines(tmp_path / "lives")[-1])
            assert len(lines(tmp_path / "lives")) == life
            if sys.platform != "win32":
                until(partial(_has_ended, child))
    assert not caplog.records


def test_what_a_resting_voice_was_to_say_ahead_is_left_out(tmp_path: Path) -> None:
    command = stand_in(tmp_path, GATE)
    with Synthesizer(
        Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, command=command
    ) as synthesizer:
        synthesizer.prefetch(["one", "two", "three"])
        until(lambda: bool(lines(tmp_path / "lives")))
        synthesizer.rest()
        (tmp_path / "open").touch()
        assert synthesizer.clip("four")
        assert lines(tmp_path / "said") == ["one", "four"]
        assert synthesizer.clip("two"), "asked again, it speaks as before"


def test_a_resting_voice_has_no_child(tmp_path: Path) -> None:
    with Synthesizer(
        Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, command=stand_in(tmp_path)
    ) as synthesizer:
        synthesizer.clip("one")
        synthesizer.rest()
        if sys.platform != "win32":
            child = int(lines(tmp_path / "lives")[-1])
            until(lambda: not is_running(child))
        assert synthesizer.clip("two"), "asked again, there is another"


# --- what goes wrong ----------------------------------------------------------------------------


def test_speech_goes_on_after_the_child_was_killed(tmp_path: Path, engine: None) -> None:
    command = script(
        tmp_path,
        """
        import os, pathlib
        from voicecoach.tts.worker import main
        (pathlib.Path(__file__).parent / "lives").open("a").write(f"{os.getpid()}\\n")
        main()
        """,
    )
    with Synthesizer(
        Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, command=command
    ) as synthesizer:
        synthesizer.clip("one")
        os.kill(
            int(lines(tmp_path / "lives")[0]),
            signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL,
        )
        assert synthesizer.clip("two").seconds > 0.2
    assert len(lines(tmp_path / "lives")) == 2


TROUBLES = {
    "it dies in mid-sentence": "if life == 1: render(text, path, 0.5); os._exit(1)",
    "it hangs": "if life == 1: time.sleep(1000)",
    "it talks nonsense": "if life == 1: print('ALSA lib', flush=True)",
    "it writes nothing": "return life == 1",
    "it writes an empty file": "if life == 1: return pathlib.Path(path).touch() or True",
    "it writes no frames": "if life == 1: return render(text, path, 0) or True",
    "it cuts speech off": "if life == 1: return render(text, path, 0.05) or True",
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_an_engine_that_fails_once_is_replaced_and_the_sentence_is_whole(
    tmp_path: Path, trouble: str
) -> None:
    timeout = 3.0 if "sleep" in trouble else PATIENCE
    command = stand_in(tmp_path, f"{trouble}\nreturn False")
    with Synthesizer(
        Voice(), RATE, ClipCache(tmp_path), timeout=timeout, command=command
    ) as synthesizer:
        assert synthesizer.clip("Well done").seconds == pytest.approx(0.9, abs=0.01)
        pids = [int(pid) for pid in lines(tmp_path / "lives")]
        assert len(pids) == 2
        if sys.platform != "win32":
            assert not is_running(pids[0])


@pytest.mark.parametrize(
    ("trouble", "complaint"),
    [
        ("time.sleep(1000)", "no answer for 0.5 s"),
        ("os._exit(1)", "ended unexpectedly"),
        ("return render(text, path, 0) or True", "silence"),
        ("return render(text, path, 0.05) or True", "cut it off"),
        ("return True", "no readable sound"),
    ],
)
def test_an_engine_that_fails_twice_is_given_up_with_one_sentence(
    tmp_path: Path, trouble: str, complaint: str
) -> None:
    timeout = 0.5 if "sleep" in trouble else PATIENCE
    command = stand_in(tmp_path, trouble)
    with (
        Synthesizer(
            Voice(), RATE, ClipCache(tmp_path), timeout=timeout, command=command
        ) as synthesizer,
        pytest.raises(SpeechError, match=rf'^"Well done" cannot be spoken: .*{complaint}.*\.$'),
    ):
        synthesizer.clip("Well done")
    assert len(lines(tmp_path / "lives")) == 2
    assert not list(tmp_path.glob("*.clip"))


def test_a_missing_engine_is_asked_for_once_and_what_to_install_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    command = script(
        tmp_path,
        """
        import pathlib, sys
        sys.modules["pyttsx3"] = None
        from voicecoach.tts import worker
        worker.provide_espeak = lambda: None
        (pathlib.Path(__file__).parent / "lives").open("a").write("born\\n")
        worker.main()
        """,
    )
    with Synthesizer(
        Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, command=command
    ) as synthesizer:
        for text in ("one", "two"):
            with pytest.raises(SpeechError, match=r"voicecoach\[speech\].*espeak-ng"):
                synthesizer.clip(text)
        assert synthesizer.ready("three") is None
    assert lines(tmp_path / "lives") == ["born"]
    with pytest.raises(SpeechError, match=r"voicecoach\[speech\].*espeak-ng"):
        list_voices(PATIENCE, command=command)


HUNG = """
    import time
    from voicecoach.tts import worker

    def hang(desk, request):
        time.sleep(1000)

    worker.RequestHandler.answer = hang
    worker.main()
"""


@pytest.mark.parametrize("hung", [False, True], ids=["idle", "hung"])
def test_the_child_leaves_when_its_parent_is_gone(tmp_path: Path, hung: bool) -> None:
    command = script(tmp_path, HUNG) if hung else WORKER_COMMAND
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    child.communicate(b'{"do": "voices", "engine": null, "language": "en"}\n', timeout=PATIENCE)
    assert child.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="speech is forked on Linux only")
def test_a_hung_engine_does_not_outlive_the_coach(tmp_path: Path) -> None:
    note = "import os, pathlib; pathlib.Path(__file__).with_name('pid').write_text(str(os.getpid())); time.sleep(1000)"
    child = subprocess.Popen(
        script(tmp_path, HUNG.replace("time.sleep(1000)", note)), stdin=subprocess.PIPE
    )
    assert child.stdin is not None
    child.stdin.write(b'{"do": "voices", "engine": null, "language": "en"}\n')
    child.stdin.flush()
    until(lambda: lines(tmp_path / "pid") != [])
    child.kill()
    child.communicate(timeout=PATIENCE)
    hung = int(lines(tmp_path / "pid")[0])
    assert hung != child.pid
    until(lambda: not is_running(hung))


# --- other systems ------------------------------------------------------------------------------

MAC = """
    # pyttsx3 with a driver that behaves as its macOS driver does: speech goes on in the loop,
    # stopping cuts the file, unknown voices are ignored, files are AIFF, and novelty voices come
    # first.
    import sys, types
    import numpy as np, soundfile as sf
    from pyttsx3.voice import Voice
    from voicecoach.tts import worker

    class Driver:
        def __init__(self, proxy):
            self.proxy, self.left, self.looping = proxy, 0, False
            self.properties = {"voice": "anna", "rate": 200, "voices": [
                Voice("anna", "Anna", ["de_DE"]), Voice("albert", "Albert", ["en_US"]),
                Voice("samantha", "Samantha", ["en_US"])]}

        def getProperty(self, name):
            return self.properties[name]

        def setProperty(self, name, value):
            if name != "voice" or value in [voice.id for voice in self.properties["voices"]]:
                self.properties[name] = value

        def save_to_file(self, text, path):
            self.proxy.setBusy(True)
            self.path, self.left, self.done = path, len(text), 0

        def startLoop(self):
            self.looping, first = True, True
            while self.looping:
                if first:
                    first = False
                    self.proxy.setBusy(False)
                elif self.left:
                    self.left, self.done = self.left - 1, self.done + 1
                    if not self.left:
                        self.finish()
                        self.proxy.setBusy(False)

        def stop(self):
            if self.left:
                self.left = 0
                self.finish()

        def finish(self):
            pitch = {"anna": 200, "albert": 400, "samantha": 800}[self.properties["voice"]]
            time = np.arange(self.done * 2205) / 22050
            sf.write(self.path, np.sin(2 * np.pi * pitch * time) / 2, 22050, format="AIFF")

        def endLoop(self):
            self.looping = False

        def destroy(self):
            pass

    module = types.ModuleType("pyttsx3.drivers.mac")
    module.buildDriver = Driver
    sys.modules["pyttsx3.drivers.mac"] = module
    worker.main()
"""


def test_a_mac_finishes_every_sentence_in_an_english_voice(tmp_path: Path) -> None:
    voice = Voice(engine="mac")
    command = script(tmp_path, MAC)
    with Synthesizer(
        voice, RATE, ClipCache(tmp_path), timeout=PATIENCE, command=command
    ) as synthesizer:
        for text in ("first sentence", "a second and longer sentence", "third"):
            clip = synthesizer.clip(text)
            assert clip.seconds == pytest.approx(len(text) / 10, abs=0.02)
            spectrum = np.abs(np.fft.rfft(clip.samples))
            assert np.argmax(spectrum) / clip.seconds == pytest.approx(800, abs=5)


def test_a_mac_does_not_pass_over_an_unknown_voice(tmp_path: Path) -> None:
    voice = Voice("nobody", engine="mac")
    command = script(tmp_path, MAC)
    with (
        Synthesizer(
            voice, RATE, ClipCache(tmp_path), timeout=PATIENCE, command=command
        ) as synthesizer,
        pytest.raises(SpeechError, match='no voice "nobody"'),
    ):
        synthesizer.clip("five")


def _has_ended(pid: int) -> bool:
    return not is_running(pid)
