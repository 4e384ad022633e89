"""Remember receipts, lists, summaries and configurations, to check them together at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from receiptkit.history.findings import Watch, problems
from receiptkit.history.log import Log
from receiptkit.history.notes import note
from receiptkit.history.partitions import PARTS, Keeping, OwnShare, Partitions, problems_of_shares
from receiptkit.history.places import PlaceColumns
from receiptkit.model.errors import CaptureError
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem

if TYPE_CHECKING:
    from receiptkit.history.remains import Prints

#: How many bytes of memory are used before what is remembered goes to a temporary file.
LIMIT = 256 * 2**20


class Memory:
    """
    Remember observations, in any order; what exceeds the limit goes to a temporary file.

    Methods raise `CaptureError` if that file cannot be written.
    """

    def __init__(self, limit: int = LIMIT, parts: int = PARTS) -> None:
        self._limit = limit
        self._parts = parts
        self._log = Log()
        self._partitions: Partitions | None = None

    def enter(self, kind: str, body: Any, at: Arrival, *, requested: str | None = None) -> None:
        """Remember a body that arrived at `at`; the other arguments are those of `note`."""
        noted = note(kind, body, requested)
        if noted.head:
            self.extend(
                ["\n".join([noted.head, *noted.rows])],
                PlaceColumns(at.file, at.unit, [at.time], [at.entry], [at.line], [at.column]),
            )

    def extend(self, texts: Sequence[str], places: PlaceColumns) -> None:
        """Remember the texts of notes of one file, each with its place."""
        self._log.extend(texts, places)
        if self._log.size > self._limit:
            self._spill()

    def _spill(self) -> None:
        # Most runs do without.
        from tempfile import TemporaryFile

        try:
            if self._partitions is None:
                # The system deletes this file, however the process ends.
                file = TemporaryFile(prefix="receiptkit-")  # noqa: SIM115 # closed with its owner
                self._partitions = Partitions(file, self._parts)
            self._partitions.take(self._log)
        except OSError as error:
            raise CaptureError(
                f"a temporary file for more than --memory cannot be written ({error.strerror}); "
                "set TMPDIR, or allow more memory"
            ) from None

    @property
    def on_disk(self) -> int:
        """Return the number of bytes in the temporary file."""
        parts = self._partitions
        return 0 if parts is None or parts.in_memory else parts.size

    def prints(self) -> Prints | None:
        """Return what is compared of what is remembered; None if some of it is in a file."""
        # Only several processes ask.
        from receiptkit.history.remains import prints_in

        return prints_in(self._log) if self._partitions is None else None

    def keep(self, again: set[int], messages: set[str], several: set[int]) -> None:
        """Forget all that `compared` does not name."""
        from receiptkit.history.remains import remains

        self._log = remains(self._log, again, messages, several)

    def partitions(self) -> Partitions:
        """Return what is remembered in parts; remember nothing more afterwards."""
        self._partitions = self._partitions or Partitions(BytesIO(), self._parts)
        self._spill()
        return self._partitions

    def findings(
        self, watch: Watch | None = None, keeping: Keeping | None = None
    ) -> Iterator[Problem]:
        """
        Yield the problems between observations, in no particular order.

        Args:
            watch: is shown the histories; without it, receipts are passed over that were seen only
                once.
            keeping: what earlier runs kept; None for nothing.
        """
        if self._partitions is None and keeping is None:
            return problems(self._log, watch=watch)
        return problems_of_shares([OwnShare(self.partitions(), watch)], keeping)
