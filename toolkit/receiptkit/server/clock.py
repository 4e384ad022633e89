"""The clocks of a server. A reading is how many milliseconds of world time have passed since the server began."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """
    Attributes:
        reading: milliseconds of world time since the beginning.
    """

    @property
    def reading(self) -> int: ...


class RealClock:
    """
    A clock that goes by itself.

    Args:
        speed: how much faster than real time.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began = time.monotonic()

    @property
    def reading(self) -> int:
        """Milliseconds of world time since the beginning."""
        return int((time.monotonic() - self._began) * 1000 * self._speed)

    def seconds_until(self, reading: int) -> float:
        """How long to wait for a reading; nothing, if it was before."""
        return max(0.0, self._began + reading / 1000 / self._speed - time.monotonic())


class ManualClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.reading = 0
