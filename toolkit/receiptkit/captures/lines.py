"""The lines of a stream, one after the other or many at a time."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple, cast

from receiptkit.model.errors import CaptureError
from receiptkit.model.limits import larger

#: How many bytes of lines are read at once: as many as a processor's cache still holds when they
#: are parsed. From the first ones bulk learns, and would try the others of the batch each time.
_BATCH, _FIRST_BATCH = 1 << 19, 1 << 17


class Batch(NamedTuple):
    """
    Some texts that have been read and not yet parsed; their number has no meaning.

    Attributes:
        lines: on which line each begins.
        texts: the texts.
    """

    lines: Sequence[int]
    texts: list[bytes]


class Lines:
    """
    The lines of a stream that are not blank, with their numbers.

    Attributes:
        number: how many have been read, blank ones included.
    """

    def __init__(self, stream: BinaryIO, limit: int, size: int | None = None) -> None:
        """
        Read from `stream`, a buffered one, which is to end with the line that reaches `size` bytes.

        `limit` is how long a line may be.
        """
        self.number = 0
        self._stream = cast("io.BufferedReader", stream)
        self._limit = limit
        self._left = sys.maxsize if size is None else size

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield the lines with their numbers; raise `CaptureError` at one longer than the limit."""
        for batch in self.batches(1):
            yield from zip(batch.lines, batch.texts, strict=True)

    def batches(self, size: int = _BATCH) -> Iterator[Batch]:
        """
        Yield the lines in batches of about `size` bytes.

        Raises:
            CaptureError: a line is longer than the limit; those before it have been handed out, as
                they are before any error of reading.
        """
        wanted = min(size, _FIRST_BATCH)
        while True:
            texts, error = self._next(wanted)
            if not texts and error is None:
                return
            begin, wanted = self.number + 1, size
            self.number += len(texts)
            lines: Sequence[int] = range(begin, self.number + 1)
            if any(map(bytes.isspace, texts)):
                lines = [
                    line for line, text in zip(lines, texts, strict=True) if not text.isspace()
                ]
                texts = [text for text in texts if not text.isspace()]
            if texts:
                yield Batch(lines, texts)
            if error is not None:
                raise error

    def _next(self, size: int) -> tuple[list[bytes], Exception | None]:
        """Return lines, the last of which reaches `size` bytes, and the error that ended them."""
        pieces, broken = self._read(size)
        raw = b"".join(pieces)
        self._left -= len(raw)
        texts = io.BytesIO(raw).readlines()
        if broken is not None and raw[-1:] != b"\n":
            # The rest of the last line is unknown.
            del texts[-1:]
        if max(map(len, texts), default=0) > self._limit:
            first = next(at for at, text in enumerate(texts) if len(text) > self._limit)
            line = self.number + first + 1
            return texts[:first], CaptureError(f"is {larger(self._limit)}", line)
        return texts, broken

    def _read(self, size: int) -> tuple[list[bytes], Exception | None]:
        """Return the bytes of these lines in pieces."""
        pieces: list[bytes] = []
        stream, left = self._stream, min(size, self._left) - 1
        try:
            # A call may return less than is asked for, but what it returned cannot be lost.
            while left > 0 and (piece := stream.read1(left)):
                pieces.append(piece)
                left -= len(piece)
            if left <= 0 <= self._left - 1:
                begun = len(pieces[-1]) - pieces[-1].rfind(b"\n") - 1 if pieces else 0
                pieces.append(stream.readline(max(self._limit + 1 - begun, 1)))
        except Exception as error:  # noqa: BLE001 # hand out first what was read
            return pieces, error
        return pieces, None
