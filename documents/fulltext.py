"""The full-text index of passages and titles: FTS5 on SQLite, a tsvector with GIN on PostgreSQL.

Both get the words as core.folding leaves them and put nothing to them: no stemming, no stop words, no parser
of their own. So a word, the beginning of a word and a sequence of words are found alike on both, and with any
accents and ligatures. A row has a key (passage_key, or minus the key of a document for its
titles), a heading and a text.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from core.folding import fold

BITS = 12
"""Low bits of a passage's key, which count the passages of an edition; the others are the edition's key."""

TABLE = "documents_fulltext"
LONGEST_WORD = 100
GAP = 10
"""Places between heading and text on PostgreSQL, so that no sequence runs from one into the other."""


@dataclass(frozen=True)
class Term:
    """What to look for: a word or a sequence of words; its last word may be only the beginning of one."""

    words: tuple[str, ...]
    is_beginning: bool = False


@dataclass(frozen=True)
class Ask:
    """Terms that one row must all hold, in its heading if that is said."""

    terms: tuple[Term, ...]
    in_heading: bool = False


Row = tuple[int, str, str]


def passage_key(edition: int, number: int) -> int:
    """Return the key of a passage of an edition; they are counted from 1."""
    return edition << BITS | number


def words_of(text: str) -> list[str]:
    """Return the words of `text` as the index knows them."""
    return [
        "".join(letter for letter in word if letter.isalnum())[:LONGEST_WORD] for word in fold(text).split()
    ]


class SQLiteIndex:
    """The index in an FTS5 table."""

    key = "rowid"

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def create(self) -> None:
        """Create the table."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"CREATE VIRTUAL TABLE {TABLE} USING fts5"
                "(heading, text, tokenize = 'unicode61 remove_diacritics 0', prefix = '3 4 5')"
            )

    def add(self, rows: Iterable[Row]) -> None:
        """Put rows in, in the place of those with the same key."""
        with self.connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT OR REPLACE INTO {TABLE} (rowid, heading, text) VALUES (%s, %s, %s)",
                [(key, " ".join(words_of(heading)), " ".join(words_of(text))) for key, heading, text in rows],
            )

    def where(self, ask: Ask) -> tuple[str, str]:
        """Return the condition for `ask` and its parameter."""
        terms = " AND ".join(
            f'"{" ".join(term.words)}"{" *" if term.is_beginning else ""}' for term in ask.terms
        )
        return f"{TABLE} MATCH %s", f"heading : ({terms})" if ask.in_heading else terms

    def among(self, editions: Sequence[int]) -> tuple[str, Any]:
        """Return the condition that the row belongs to one of `editions`, and its parameter."""
        return f"rowid >> {BITS} IN (SELECT value FROM json_each(%s))", json.dumps(editions)


class PostgreSQLIndex:
    """The index in a table with a tsvector."""

    key = "key"

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def create(self) -> None:
        """Create the table and its index."""
        with self.connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {TABLE} (key bigint PRIMARY KEY, words tsvector NOT NULL)")
            cursor.execute(f"CREATE INDEX {TABLE}_words ON {TABLE} USING gin (words)")

    def add(self, rows: Iterable[Row]) -> None:
        """Put rows in, in the place of those with the same key."""
        with self.connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {TABLE} (key, words) VALUES (%s, %s::tsvector) "
                "ON CONFLICT (key) DO UPDATE SET words = excluded.words",
                [(key, self._vector(words_of(heading), words_of(text))) for key, heading, text in rows],
            )

    def where(self, ask: Ask) -> tuple[str, str]:
        """Return the condition for `ask` and its parameter."""
        terms = " & ".join(f"({self._sequence(term, ask.in_heading)})" for term in ask.terms)
        return "words @@ %s::tsquery", terms

    def among(self, editions: Sequence[int]) -> tuple[str, Any]:
        """Return the condition that the row belongs to one of `editions`, and its parameter."""
        return f"key >> {BITS} = ANY(%s)", list(editions)

    def _sequence(self, term: Term, in_heading: bool) -> str:
        weight = "A" if in_heading else ""
        marks = [weight] * len(term.words)
        marks[-1] += "*" if term.is_beginning else ""
        return " <-> ".join(
            f"'{word}'{':' + mark if mark else ''}" for word, mark in zip(term.words, marks, strict=True)
        )

    def _vector(self, heading: Sequence[str], text: Sequence[str]) -> str:
        places = [f"'{word}':{place}A" for place, word in enumerate(heading, start=1)]
        begin = len(heading) + GAP
        places += [f"'{word}':{place}" for place, word in enumerate(text, start=begin)]
        return " ".join(places)


Index = SQLiteIndex | PostgreSQLIndex


def index(connection: BaseDatabaseWrapper) -> Index:
    """Return the index of a database."""
    return PostgreSQLIndex(connection) if connection.vendor == "postgresql" else SQLiteIndex(connection)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove the index."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


def clear(connection: BaseDatabaseWrapper) -> None:
    """Empty the index."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")


def count_passages(
    connection: BaseDatabaseWrapper, asks: Sequence[Ask], editions: Sequence[int] | None
) -> list[dict[int, int]]:
    """Return for each of `asks` how many passages of each edition answer it; None means of all editions.

    One statement, whatever the number of asks.
    """
    on, statements, parameters = index(connection), list[str](), list[Any]()
    for number, ask in enumerate(asks):
        condition, value = on.where(ask)
        statement = f"SELECT {number}, {on.key} >> {BITS}, COUNT(*) FROM {TABLE} WHERE {condition}"
        statement += f" AND {on.key} > 0"
        parameters.append(value)
        if editions is not None:
            among, value = on.among(editions)
            statement += f" AND {on.key} BETWEEN %s AND %s AND {among}"
            parameters += [*_span(editions), value]
        statements.append(f"{statement} GROUP BY 2")
    found: list[dict[int, int]] = [{} for _ in asks]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), parameters)
        for number, edition, count in cursor.fetchall():
            found[number][edition] = count
    return found


def _span(editions: Sequence[int]) -> tuple[int, int]:
    """Return between which keys the passages of editions lie: the index skips what is outside."""
    return min(editions, default=0) << BITS, (max(editions, default=0) + 1 << BITS) - 1


def titled(connection: BaseDatabaseWrapper, asks: Sequence[Ask]) -> list[set[int]]:
    """Return for each of `asks` the documents whose titles and description answer it. One statement."""
    on = index(connection)
    conditions = [on.where(ask) for ask in asks]
    statements = [
        f"SELECT {number}, -{on.key} FROM {TABLE} WHERE {condition} AND {on.key} < 0"
        for number, (condition, _value) in enumerate(conditions)
    ]
    found: list[set[int]] = [set() for _ in asks]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), [value for _condition, value in conditions])
        for number, document in cursor.fetchall():
            found[number].add(document)
    return found


def first_passages(
    connection: BaseDatabaseWrapper, asks: Mapping[int, Sequence[Ask]], most: int
) -> dict[int, list[int]]:
    """Return for each edition the keys of passages that answer its asks, those of the first ask first.

    At most `most` an ask, in the order of the text, none twice. One statement, in which each ask stands once:
    to look a frequent beginning up anew for each edition was most of the time of a search.
    """
    on, statements, parameters = index(connection), list[str](), list[Any]()
    editions: dict[tuple[int, Ask], list[int]] = {}
    for edition, of_edition in asks.items():
        for rank, ask in enumerate(of_edition):
            editions.setdefault((rank, ask), []).append(edition)
    for (rank, ask), asking in editions.items():
        condition, value = on.where(ask)
        among, keys = on.among(asking)
        statements.append(
            f"SELECT {rank}, key FROM (SELECT {on.key} AS key, ROW_NUMBER() OVER "
            f"(PARTITION BY {on.key} >> {BITS} ORDER BY {on.key}) AS place FROM {TABLE} WHERE {condition} "
            f"AND {on.key} BETWEEN %s AND %s AND {among}) AS t{len(statements)} WHERE place <= {most}"
        )
        parameters += [value, *_span(asking), keys]
    found: dict[int, list[int]] = {}
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), parameters)
            for _rank, key in sorted(cursor.fetchall()):
                of = found.setdefault(key >> BITS, [])
                if key not in of:
                    of.append(key)
    return found
