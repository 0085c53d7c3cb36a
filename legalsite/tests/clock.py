"""The clock of a portal's processes, which a test can set (libfaketime)."""

import datetime
from pathlib import Path


class Clock:
    """What all processes with these settings believe the time to be; read at each look at the clock."""

    def __init__(self, file: Path, begins: datetime.datetime | None = None) -> None:
        """Begin at a moment (with a time zone), or now."""
        self._file = file
        self._offset = datetime.timedelta()
        now = datetime.datetime.now(datetime.UTC)
        self.put_forward((begins or now) - now)

    def put_forward(self, by: datetime.timedelta) -> None:
        """Move the clock on."""
        self._offset += by
        aside = self._file.with_suffix(".new")
        aside.write_text(f"{self._offset.total_seconds():+.3f}")
        # A process must never find half a number.
        aside.replace(self._file)

    @property
    def now(self) -> datetime.datetime:
        """What the processes believe."""
        return datetime.datetime.now(datetime.UTC) + self._offset

    @property
    def settings(self) -> dict[str, str]:
        """What the processes need in their environment."""
        (library,) = Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "NO_FAKE_STAT": "1",
        }
