"""Hearing in a thread of its own, for a sound card: its time is the real one."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from time import perf_counter

import numpy as np

from voicecoach.audio.echo.control import EchoControl
from voicecoach.core.audio import BLOCK_SECONDS
from voicecoach.core.speech import Hypothesis
from voicecoach.engine.hearing import Block, Hearing, SpeechListener

_LOG = logging.getLogger(__name__)

Prepare = Callable[[Hypothesis, Collection[str]], object]
"""Does beforehand what an utterance will need in some states."""

PATIENCE = 0.008
"""Seconds that a block may take until the coach goes on without what is heard in it; nearly all take a third of it."""

TOGETHER = 3
"""Blocks that are heard one right after the other as long as nobody speaks: the threads wait for each other less often,
and a processor that has rested is slow at first. Speech is noticed up to 40 ms later, and its end as soon as ever."""

BEHIND = 3.0
"""Seconds of sound that may wait to be heard; a machine that is further behind is too slow, and skips some."""


class BackgroundHearing(Hearing):
    """The same in a thread of its own, for a sound card: telling an utterance takes up to some tenths of a second, in
    which the loudspeaker must not run dry. What is heard then comes some blocks later. Whoever is to understand it can
    `prepare` here, so that it takes no time where the loudspeaker is fed. While nobody speaks, TOGETHER blocks are
    heard at a time. Close it in the end."""

    def __init__(self, ear: SpeechListener, echo: EchoControl, prepare: Prepare | None = None):
        super().__init__(ear, echo)
        self._prepare = prepare
        self._blocks: queue.SimpleQueue[list[Block]] = queue.SimpleQueue()
        """What is to be heard, some blocks at a time; none: the end."""
        self._kept: list[Block] = []
        self._found: queue.SimpleQueue[Hypothesis | Exception] = queue.SimpleQueue()
        self._heard: queue.SimpleQueue[int] = queue.SimpleQueue()
        """How many blocks have been heard, as that becomes more."""
        self._given = self._count = self._done = 0
        self._warned = False
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)
        self._thread.start()

    def feed(self, block: Block) -> list[Hypothesis]:
        """See Hearing. Raises what went wrong in the thread."""
        self._given += 1
        self._kept.append(block)
        if self._ear.in_utterance or len(self._kept) >= TOGETHER:
            self._blocks.put(self._kept)
            self._kept = []
            self._wait()
        found = []
        while not self._found.empty():
            one = self._found.get()
            if isinstance(one, Exception):
                raise one
            found.append(one)
        return found

    def close(self) -> None:
        """End the thread."""
        self._blocks.put([])
        self._thread.join()

    def _wait(self) -> None:
        """Until all that was given has been heard, or for PATIENCE, however many blocks are heard meanwhile."""
        patience_ends = perf_counter() + PATIENCE
        try:
            while self._done < self._given:
                self._done = self._heard.get(timeout=max(0.0, patience_ends - perf_counter()))
        except queue.Empty:
            pass

    def _run(self) -> None:
        while blocks := self._blocks.get():
            try:
                for block in blocks:
                    self._hear(block)
                    self._count += 1
            except Exception as error:  # a defect: it is raised where the coach is
                self._found.put(error)
                return
            finally:
                self._heard.put(self._count)

    def _hear(self, block: Block) -> None:
        began = perf_counter()
        for heard in super().feed(self._not_too_late(block)):
            for one in (heard, heard.alone):
                if self._prepare and one:
                    self._prepare_for(one, block.states)
            self._tell(heard, perf_counter() - began)

    def _prepare_for(self, heard: Hypothesis, states: Collection[str]) -> None:
        """Prepare what is heard; what goes wrong in that goes wrong again, and is dealt with, where it is needed."""
        assert self._prepare is not None
        try:
            self._prepare(heard, states)
        except Exception as error:
            _LOG.debug("%r could not be prepared", heard.text, exc_info=error)

    def _tell(self, heard: Hypothesis, took: float) -> None:
        waited = 1000 * (heard.decided_at - heard.speech_end)
        _LOG.debug("%r: decided after %.0f ms of silence and %.0f ms of computing", heard.text, waited, 1000 * took)
        self._found.put(replace(heard, computing=took))

    def _not_too_late(self, block: Block) -> Block:
        """The block; with a silent microphone, which takes hardly any time, where too much has piled up."""
        if (self._given - self._count) * BLOCK_SECONDS < BEHIND:
            return block
        if not self._warned:
            self._warned = True
            _LOG.warning("this machine is too slow: %.1f s of sound wait to be heard, some is skipped", BEHIND)
        return replace(block, near=np.zeros_like(block.near))
