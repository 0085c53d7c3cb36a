"""Search: an index of the words in which staff search, where the database has one."""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models.sql.compiler import SQLCompiler


class WordsField(models.TextField[str, str]):
    """The words of a text, on PostgreSQL as a tsvector."""


@WordsField.register_lookup
class Match(models.Lookup[str]):
    """Whether words match a query of PostgreSQL ("tsquery"), such as `'ab':* & 'cd':*`."""

    lookup_name = "match"
    prepare_rhs = False

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        """Return the condition and its parameters, as Django asks."""
        words, parameters = self.process_lhs(compiler, connection)
        return f"{words} @@ %s::tsquery", [*parameters, self.rhs]


class Words(models.Func):
    """The words of a folded text; where the database has no index for them, the text itself.

    They go in as they are. PostgreSQL's own parser would cut some of them, and fold others once more.
    """

    template = "%(expressions)s"
    output_field = WordsField()
    arity = 1

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Return a tsvector of the words."""
        template = "array_to_tsvector(string_to_array(btrim(%(expressions)s), ' '))"
        return super().as_sql(compiler, connection, template=template)


class WordsIndex(models.Index):
    """An index of Words: GIN on PostgreSQL, otherwise a plain one, which is read through."""

    def create_sql(
        self,
        model: type[models.Model],
        schema_editor: BaseDatabaseSchemaEditor,
        using: str = "",
        **options: Any,
    ) -> Statement:
        """Return the statement that creates it, as Django asks."""
        if schema_editor.connection.vendor == "postgresql":
            using = " USING gin"
        return super().create_sql(model, schema_editor, using=using, **options)
