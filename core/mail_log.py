"""The mail queue's log without personal data."""

import logging


class WithoutAddresses(logging.Filter):
    """Keeps the mail queue's log free of personal data: what was refused, but not whom or why in full.

    A mail server's refusal names the recipient, and the queue logs it with its traceback. The reason stays
    readable for staff beside the mail in the admin.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Put the kind of the error in place of its text."""
        if record.exc_info and record.exc_info[0] is not None:
            record.msg = f"{record.getMessage()} ({record.exc_info[0].__name__})"
            record.args = ()
        record.exc_info = record.exc_text = None
        return True
