"""The log without the words in an address that open something."""

import logging
import re

TOKEN = re.compile(r"[\w:-]{40,}")
"""What the addresses of a confirmation and of a case end with (complaints/urls.py)."""


class WithoutTokens(logging.Filter):
    """Keeps such words out of the log: Django writes down the path of whatever it refuses.

    A form without its secret is refused before its link is used: the link in the log would still open a case.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Put three dots in the place of each."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                TOKEN.sub("...", each) if isinstance(each, str) else each for each in record.args
            )
        return True
