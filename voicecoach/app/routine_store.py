"""Store routines that were saved by voice.

Each is a file in the folder and format of the user's own routines.
"""

from __future__ import annotations

import logging
from pathlib import Path

import yaml

from voicecoach.content.routine import Routine
from voicecoach.core.errors import VoicecoachError
from voicecoach.runtime.atomic_file import TextFile, make_private_folder
from voicecoach.session.profile.saved_routines import SaveResult

_LOG = logging.getLogger(__name__)

_FIRST_LINE = "# Saved by voice; whoever changes this file takes this line out, and it is overwritten no more.\n"


class RoutineStore:
    """Store routines in `folder`, which is made for the first one."""

    def __init__(self, folder: Path):
        self._folder = folder

    def keep(self, routine: Routine) -> SaveResult:
        """Store `routine`, and replace the one saved by its name before.

        A file that the user wrote is left alone. A failure is reported in a warning.
        """
        path = self._folder / f"{routine.id}.yaml"
        try:
            if path.exists() and not path.read_text(encoding="utf-8").startswith(_FIRST_LINE):
                return "taken"
            make_private_folder(self._folder)
            with TextFile(path, private=True, durable=True) as file:
                file.write(_FIRST_LINE + _text(routine))
        except (OSError, UnicodeDecodeError, VoicecoachError) as error:
            _LOG.warning(
                "the routine %r was not saved: %s; it is there until the coach ends",
                routine.name,
                error,
            )
            return "failed"
        return "kept"


def _text(routine: Routine) -> str:
    entry = routine.model_dump(exclude={"id"}, exclude_defaults=True, mode="json")
    return yaml.safe_dump({"routines": {routine.id: entry}}, allow_unicode=True, sort_keys=False)
