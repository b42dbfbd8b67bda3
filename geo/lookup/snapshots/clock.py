"""The clock of the database, told here: revisions come into force by it, on every machine."""

import datetime
import time

from geo import city_time


class Clock:
    """Tells the moment by the database's clock as last heard, by our own before that.

    Between two times of hearing it only our own monotonic clock counts, so that setting the
    machine's clock moves nothing.
    """

    def __init__(self) -> None:
        self._heard: tuple[datetime.datetime, float] | None = None

    def set(self, now: datetime.datetime) -> None:
        """Note what the database says the moment is."""
        self._heard = (now, time.monotonic())

    def now(self) -> datetime.datetime:
        """Return this moment, in UTC."""
        heard = self._heard
        if heard is None:
            return city_time.now()
        told, at = heard
        return told + datetime.timedelta(seconds=time.monotonic() - at)

    @property
    def silent_s(self) -> float | None:
        """How long ago it was last set, in seconds; None if never."""
        heard = self._heard
        return None if heard is None else time.monotonic() - heard[1]
