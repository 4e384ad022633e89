"""Clocks. A reading counts the milliseconds of world time since the server began."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """
    A clock.

    Attributes:
        reading: milliseconds of world time since the beginning.
    """

    @property
    def reading(self) -> int: ...


class RealClock:
    """
    A clock that runs by itself.

    Args:
        speed: how much faster than real time.
        reading: its first reading.
    """

    def __init__(self, speed: float, reading: int = 0) -> None:
        self._speed = speed
        self._began = time.monotonic() - reading / 1000 / speed

    @property
    def reading(self) -> int:
        """Return the milliseconds of world time since the beginning."""
        return int((time.monotonic() - self._began) * 1000 * self._speed)

    def seconds_until(self, reading: int) -> float:
        """Return how many seconds are left until a reading; 0 if it has passed."""
        return max(0.0, self._began + reading / 1000 / self._speed - time.monotonic())


class ManualClock:
    """A clock that stays at one time until it is set."""

    def __init__(self, reading: int = 0) -> None:
        self.reading = reading
