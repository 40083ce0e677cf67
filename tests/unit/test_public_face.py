"""What other programs may import of voicecoach."""

from __future__ import annotations

import subprocess
import sys

import pytest

import voicecoach


@pytest.mark.parametrize("name", voicecoach.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(voicecoach, name)


def test_every_name_that_is_loaded_late_is_public() -> None:
    assert {*voicecoach._MODULES, "__version__"} == set(voicecoach.__all__) == set(dir(voicecoach))


def test_to_import_it_loads_nothing_else() -> None:
    code = "import sys, voicecoach; print([name for name in sys.modules if name.startswith('voicecoach.')])"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert said.strip() == "[]"


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'conductor'"):
        getattr(voicecoach, "conductor")  # noqa: B009 - mypy knows that it is not there
