"""When an answer is due. Pure date arithmetic; dates are calendar days in Luxembourg."""

import datetime

from dateutil.relativedelta import relativedelta

ANSWER_WITHIN = relativedelta(months=1)
"""The complaint handling policy, step 2: "a period which may not exceed one month"."""


def answer_due_on(received_on: datetime.date) -> datetime.date:
    """Return the last day on which the answer to a complaint received on `received_on` is in time.

    One calendar month: the same day of the next month, or its last day when it has no such day
    (received on 31 January, due on 28 or 29 February), as Article 4(2) of the European Convention on the
    Calculation of Time-Limits counts months.
    """
    return received_on + ANSWER_WITHIN
