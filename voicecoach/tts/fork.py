"""Answer each request in a fork of the process, so that none affects the next.

eSpeak carries random numbers and the phase of its waves from one utterance into the next: a
sentence came out up to 2 % longer after other sentences, and no call resets that state (its seed is
the program's own only from eSpeak NG 1.52 on). In a process where nothing was said before, the
sound is equal to the sample every time, on every machine. A fork of a process that has loaded
everything costs about 10 ms more than speaking in place.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
from collections.abc import Callable
from typing import Any

Message = dict[str, Any]

_PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""


def forked(answer: Callable[[], Message]) -> Message:
    """Call `answer` in a fork that ends with it, and return its result; Linux only.

    The fork is killed when this process ends.

    Raises:
        ChildProcessError: The fork ended without an answer.
    """
    receiving, sending = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            _die_with(parent)
            os.write(sending, json.dumps(answer()).encode())
        finally:
            os._exit(
                0
            )  # past eSpeak's failing assertion at exit, and past everything that is the parent's
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    if not text:
        raise ChildProcessError("the speech engine ended in mid-sentence")
    result: Message = json.loads(text)
    return result


def _die_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before that could be asked for
        os._exit(1)
