"""Run the hearing in a thread, so that a sound card is served in real time."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from voicecoach.audio.echo.control import EchoControl
from voicecoach.core.audio import BLOCK_SECONDS
from voicecoach.core.speech import Hypothesis
from voicecoach.engine.hearing import Block, Hearing, SpeechListener

_LOG = logging.getLogger(__name__)

Prepare = Callable[[Hypothesis, Collection[str]], object]
"""Computes beforehand what the given states will need to understand an utterance."""


@dataclass(frozen=True, slots=True)
class BackgroundHearingParams:
    """How long the coach waits for the thread, and how far the thread may fall behind."""

    patience_s: float = 0.008
    """Wait for the hypotheses of a block; nearly all blocks take a third of it."""
    blocks_per_batch: int = 3
    """Blocks that are heard in a row while nobody speaks: the threads wait for each other less
    often, and a rested processor is slow at first. The start of speech is noticed up to 40 ms
    later, its end is not delayed."""
    max_backlog_s: float = 3.0
    """Sound that may wait to be heard. A machine that is further behind is too slow and skips
    sound."""


class BackgroundHearing(Hearing):
    """Hear the blocks in a thread; a hypothesis then comes some blocks later.

    To decode an utterance takes up to some tenths of a second, in which the loudspeaker must not
    run dry. Call `close` at the end.

    Args:
        ear: Detects and decodes the utterances.
        echo: Takes the coach's voice out of the microphone.
        prepare: Called in the thread for each hypothesis, so that understanding it takes no time in
            the loop that feeds the loudspeaker.
        params: Limits of time.
    """

    def __init__(
        self,
        ear: SpeechListener,
        echo: EchoControl,
        prepare: Prepare | None = None,
        params: BackgroundHearingParams = BackgroundHearingParams(),
    ):
        super().__init__(ear, echo)
        self._prepare = prepare
        self._params = params
        self._blocks: queue.SimpleQueue[list[Block]] = queue.SimpleQueue()
        """Batches of blocks to hear; an empty batch ends the thread."""
        self._kept: list[Block] = []
        self._found: queue.SimpleQueue[Hypothesis | Exception] = queue.SimpleQueue()
        self._heard: queue.SimpleQueue[int] = queue.SimpleQueue()
        """The number of blocks heard so far, put after each batch."""
        self._given = self._count = self._done = 0
        self._warned = False
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)
        self._thread.start()

    def feed(self, block: Block) -> list[Hypothesis]:
        """See Hearing. Raises the exception that ended the thread."""
        self._given += 1
        self._kept.append(block)
        if self._ear.in_utterance or len(self._kept) >= self._params.blocks_per_batch:
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
        """Block until every given block has been heard, or for `patience_s` in total."""
        patience_ends = perf_counter() + self._params.patience_s
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
        """Prepare a hypothesis; an error recurs, and is handled, where the result is needed."""
        assert self._prepare is not None
        try:
            self._prepare(heard, states)
        except Exception as error:
            _LOG.debug("%r could not be prepared", heard.text, exc_info=error)

    def _tell(self, heard: Hypothesis, took: float) -> None:
        waited = 1000 * (heard.decided_at - heard.speech_end)
        _LOG.debug(
            "%r: decided after %.0f ms of silence and %.0f ms of computing",
            heard.text,
            waited,
            1000 * took,
        )
        self._found.put(replace(heard, computing=took))

    def _not_too_late(self, block: Block) -> Block:
        """Return the block, with a silent microphone while the backlog is too long.

        Silence takes hardly any time to hear.
        """
        max_backlog_s = self._params.max_backlog_s
        if (self._given - self._count) * BLOCK_SECONDS < max_backlog_s:
            return block
        if not self._warned:
            self._warned = True
            _LOG.warning(
                "this machine is too slow: %.1f s of sound wait to be heard, some is skipped",
                max_backlog_s,
            )
        return replace(block, near=np.zeros_like(block.near))
