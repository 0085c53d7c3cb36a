"""Lists that leave the portal as CSV files, as the spreadsheets of whoever takes them read them."""

import csv
import datetime
import re
from collections.abc import Iterable, Iterator

from django.utils import timezone

from core.bilingual import reading_language

DELIMITERS = {"fr": ";", "en": ","}
"""What Excel takes for the end of a cell, by language: where a comma parts decimals, the semicolon."""

CONTENT_TYPE = "text/csv; charset=utf-8"

FORMULA = re.compile(r"^(?=[=+\-@\t\r\n])|(?<=[,;\t\r\n])(?=[\s\"]*[=+\-@])")
"""Where a spreadsheet may see a formula begin: in a cell, or after a sign that another language setting takes
for the end of one (OWASP, "CSV Injection")."""


class Line:
    """A file that hands back what the CSV writer writes to it."""

    def write(self, value: str) -> str:
        """Return the line."""
        return value


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Return the lines of a CSV file of `rows`, for the language of the reader; no cell of it is a formula.

    Delimiter and decimals are those of the language in which it is called. It begins with a byte order mark:
    without, Excel takes UTF-8 for something else.
    """
    language = reading_language()
    return _lines(rows, DELIMITERS[language], "," if language == "fr" else ".")


def _lines(rows: Iterable[Iterable[object]], delimiter: str, decimal: str) -> Iterator[str]:
    writer, mark = csv.writer(Line(), delimiter=delimiter), "\ufeff"
    for row in rows:
        yield mark + writer.writerow([_cell(value, decimal) for value in row])
        mark = ""


def _cell(value: object, decimal: str) -> str:
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value).isoformat(timespec="minutes")
    if isinstance(value, (int, float)):
        # A number of ours: a minus is a minus, and no formula.
        return str(value).replace(".", decimal)
    text = "" if value is None else str(value)
    return FORMULA.sub("'", text)
