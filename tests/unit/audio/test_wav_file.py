"""Sound files: what can be read, what is refused in one sentence, and what a failed write leaves
behind."""

import errno
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voicecoach.audio.wav_file import AudioFileError, WavWriter, read_audio, to_hearing


def tone(rate: int, seconds: float = 0.5, frequency: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate)).astype(
        np.float32
    )


@pytest.mark.parametrize(
    ("name", "subtype", "tolerance"),
    [
        ("a.wav", "PCM_U8", 1e-2),
        ("a.wav", "PCM_16", 1e-4),
        ("a.wav", "PCM_24", 1e-6),
        ("a.wav", "FLOAT", 1e-7),
        ("a.wav", "ULAW", 2e-2),
        ("a.flac", "PCM_16", 1e-4),
        ("a.flac", "PCM_24", 1e-6),
    ],
)
@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("rate", [8_000, 44_100])
def test_files_of_any_rate_width_and_channels_are_read_as_mono(
    tmp_path: Path, name: str, subtype: str, tolerance: float, channels: int, rate: int
) -> None:
    sound = tone(rate)
    soundfile.write(tmp_path / name, np.tile(sound[:, None], channels), rate, subtype)
    samples, read_rate = read_audio(tmp_path / name)
    assert read_rate == rate
    assert samples.dtype == np.float32
    assert samples.shape == sound.shape
    assert np.abs(samples - sound).max() < tolerance


def test_channels_are_averaged(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([[0.5, 0.0], [0.25, -0.25]]), 8_000, "FLOAT")
    np.testing.assert_allclose(read_audio(str(tmp_path / "a.wav"))[0], [0.25, 0.0])


def test_samples_that_are_no_numbers_become_silence_and_spare_the_other_channel(
    tmp_path: Path,
) -> None:
    frames = np.array([[np.nan, 0.5], [np.inf, 0.5], [-np.inf, 0.5], [0.5, 0.5]], np.float32)
    soundfile.write(tmp_path / "a.wav", frames, 8_000, "FLOAT")
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav")[0], [0.25, 0.25, 0.25, 0.5])


def refusal(path: Path) -> str:
    with pytest.raises(AudioFileError) as caught:
        read_audio(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert message.endswith(".")
    return message


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "missing.wav")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    # Windows does not open a folder at all and calls that a matter of permissions.
    assert ("permissions" if sys.platform == "win32" else "folder") in refusal(tmp_path)


@pytest.mark.parametrize("name", ["notes.wav", "notes.txt", "notes.raw"])
def test_a_file_that_is_no_sound_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("twenty seconds each side")
    assert "no sound file" in refusal(tmp_path / name)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    assert "no sound file" in refusal(tmp_path / "a.wav")


def test_a_recording_without_a_single_sample_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 8_000)
    assert "holds no sound" in refusal(tmp_path / "a.wav")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, np.random.default_rng(1).uniform(-1, 1, 40_000), 8_000)
    sound = bytearray(path.read_bytes())
    sound[1000:60_000] = bytes(59_000)
    path.write_bytes(sound)
    assert "damaged" in refusal(path)


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # the superuser may read anything
    assert "Permission denied" in refusal(tmp_path / "a.wav")


def test_a_file_that_was_cut_off_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(8_000), 8_000)
    path.write_bytes(path.read_bytes()[: 44 + 2000])
    assert len(read_audio(path)[0]) == 1000


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_a_tone_keeps_its_pitch_and_level_at_the_hearing_rate(rate: int) -> None:
    heard = to_hearing(tone(rate, 1.0), rate)
    assert heard.dtype == np.float32
    assert len(heard) == 16_000
    np.testing.assert_allclose(heard[1000:-1000], tone(16_000, 1.0)[1000:-1000], atol=1e-3)


def test_what_the_recogniser_could_mistake_is_filtered_out() -> None:
    assert np.abs(to_hearing(tone(48_000, 1.0, 12_000), 48_000)[1000:-1000]).max() < 1e-4


def test_written_pieces_read_back_as_one_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    sound = (np.round(tone(16_000) * 32_768) / 32_768).astype(np.float32)
    with WavWriter(path, 16_000) as writer:
        for start in range(0, len(sound), 320):
            writer.write(sound[start : start + 320])
        assert not path.exists()
    samples, rate = read_audio(path)
    assert rate == 16_000
    np.testing.assert_array_equal(samples, sound)
    assert list(tmp_path.iterdir()) == [path]


def test_channels_stay_apart_when_written(tmp_path: Path) -> None:
    frames = np.array([[0.5, -0.5], [0.25, 0.125]], np.float32)
    with WavWriter(tmp_path / "a.wav", 8_000, channels=2) as writer:
        writer.write(frames)
    np.testing.assert_array_equal(soundfile.read(tmp_path / "a.wav")[0], frames)


def test_samples_beyond_full_scale_are_clipped_and_do_not_wrap(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "a.wav", 8_000) as writer:
        writer.write(np.array([1.5, 1.0, -1.5, np.nan], np.float32))
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav")[0], [1.0, 1.0, -1.0, 0.0], atol=1e-4)


def test_a_recording_without_samples_is_still_a_wav_file(tmp_path: Path) -> None:
    WavWriter(tmp_path / "a.wav", 8_000).close()
    assert soundfile.info(tmp_path / "a.wav").frames == 0


def test_samples_of_the_wrong_shape_are_a_mistake_of_the_program(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="channels"),
        WavWriter(tmp_path / "a.wav", 8_000) as writer,
    ):
        writer.write(np.zeros((4, 2), np.float32))
    assert not list(tmp_path.iterdir())


def test_an_error_while_recording_leaves_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"older")

    def record() -> None:
        with WavWriter(path, 16_000) as writer:
            writer.write(np.zeros(100_000, np.float32))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record()
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        AudioFileError, match=r"nowhere.*cannot be written.*choose another place\.$"
    ):
        WavWriter(tmp_path / "nowhere" / "a.wav", 16_000)


def record_silence(path: Path, frames: int) -> None:
    with WavWriter(path, 16_000) as writer:
        for _ in range(10):
            writer.write(np.zeros(frames // 10, np.float32))


@pytest.mark.parametrize("frames", [2_000, 200_000], ids=["on closing", "on writing"])
def test_a_file_that_the_system_cuts_off_is_not_left_behind(tmp_path: Path, frames: int) -> None:
    resource = pytest.importorskip("resource", reason="no limit on file sizes here")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(AudioFileError, match="cannot be written"):
            record_silence(tmp_path / "a.wav", frames)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_named_and_leaves_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "a.wav"
    path.write_bytes(b"older")
    monkeypatch.setattr(wave.Wave_write, "writeframesraw", full)
    with pytest.raises(AudioFileError, match=r"^The disk is full, so .*a\.wav was not written"):
        record_silence(path, 100)
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]
