"""Everything that a database holds, for comparing two of them, and rows that are hard to carry over."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Mapping
from typing import Any

from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

PLUGIN = "lowcode_async_"
TEXTS = (
    "",
    "plain",
    "日本🎉",
    "two\nlines\r\n\ttab",
    "q'u\"o\\t`e",
    "\\.",
    "COPY x FROM stdin;",
    "%s $1",
)


class Hard(models.Model):
    """A row that a careless dump would change."""

    text = models.TextField(null=True)
    data = models.BinaryField(null=True)
    price = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    number = models.FloatField(null=True)
    moment = models.DateTimeField(null=True)
    options = models.JSONField(null=True)
    flag = models.BooleanField(default=True)
    big = models.BigIntegerField(null=True)

    class Meta:
        app_label = "tests"
        db_table = "dynamic_hard"


def make_hard_rows() -> None:
    """Make a table, and a second that refers to it, of rows that are hard to carry over."""
    with connection.schema_editor() as editor:
        editor.create_model(Hard)
    moment = datetime.datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=datetime.UTC)
    rows = [Hard(text=text, options={"text": text}) for text in TEXTS]
    rows += [
        Hard(data=bytes(range(256)), price=decimal.Decimal("-12345678901234.567890")),
        Hard(number=0.1 + 0.2, moment=moment, flag=False, big=-(2**63)),
    ]
    Hard.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW dynamic_view AS SELECT id, text FROM dynamic_hard")
        for statement in _of_the_server(PROGRAMS):
            cursor.execute(statement)


def _of_the_server(statements: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    maria = getattr(connection, "mysql_is_mariadb", False)
    return (*statements[connection.vendor], *(statements["mariadb"] if maria else ()))


PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER dynamic_trigger AFTER UPDATE ON dynamic_hard "
        "BEGIN UPDATE dynamic_hard SET big = 1 WHERE id = NEW.id; END",
    ),
    "postgresql": (
        "CREATE SCHEMA other",
        "CREATE TYPE other.mood AS ENUM ('good', 'bad')",
        "CREATE TABLE other.moods (id serial PRIMARY KEY, mood other.mood)",
        "INSERT INTO other.moods (mood) VALUES ('bad')",
        "CREATE FUNCTION dynamic_function() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN NEW.big := 1; RETURN NEW; END $$",
        "CREATE TRIGGER dynamic_trigger BEFORE UPDATE ON dynamic_hard "
        "FOR EACH ROW EXECUTE FUNCTION dynamic_function()",
        "CREATE MATERIALIZED VIEW dynamic_seen AS SELECT count(*) FROM dynamic_hard",
        "SELECT lo_from_bytea(0, 'large object')",
        "CREATE EXTENSION citext",
        "COMMENT ON TABLE dynamic_hard IS 'kept'",
    ),
    "mysql": (
        "CREATE TRIGGER dynamic_trigger BEFORE UPDATE ON dynamic_hard FOR EACH ROW SET NEW.big = 1",
        "CREATE PROCEDURE dynamic_procedure() BEGIN SELECT ';'; END",
        "CREATE EVENT dynamic_event ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01' DO DELETE FROM dynamic_hard",
    ),
    "mariadb": ("CREATE SEQUENCE dynamic_sequence START WITH 42",),
}

# What goes with `clean`, which only drops tables and functions.
REMOVALS: Mapping[str, tuple[str, ...]] = {
    "sqlite": ("DROP VIEW IF EXISTS dynamic_view",),
    "postgresql": (
        "DROP VIEW IF EXISTS dynamic_view",
        "DROP MATERIALIZED VIEW IF EXISTS dynamic_seen",
        "DROP SCHEMA IF EXISTS other CASCADE",
        "DROP EXTENSION IF EXISTS citext",
        "SELECT lo_unlink(oid) FROM pg_largeobject_metadata",
    ),
    "mysql": (
        "DROP VIEW IF EXISTS dynamic_view",
        "DROP PROCEDURE IF EXISTS dynamic_procedure",
        "DROP EVENT IF EXISTS dynamic_event",
    ),
    "mariadb": ("DROP SEQUENCE IF EXISTS dynamic_sequence",),
}


def remove_all() -> None:
    """Remove what `make_hard_rows` has made besides tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _of_the_server(REMOVALS):
            cursor.execute(statement)


def everything(of: BaseDatabaseWrapper = connection, *, plugin: bool = False) -> dict[str, Any]:  # type: ignore[assignment]
    """Return the rows of every table, and every view, routine and trigger with its source.

    Args:
        of: the database.
        plugin: with the plugin's own rows, which a restore changes.
    """
    content: dict[str, Any] = {}
    with of.cursor() as cursor:
        for name in of.introspection.table_names(cursor, include_views=True):
            if plugin or not name.startswith(PLUGIN):
                cursor.execute(f"SELECT * FROM {of.ops.quote_name(name)}")
                columns = tuple(each[0] for each in cursor.description)
                content[name] = columns, sorted(map(repr, map(_plain, cursor.fetchall())))
        for query in SOURCES[of.vendor]:
            cursor.execute(query)
            content[query] = sorted(map(repr, cursor.fetchall()))
    return content


SOURCES: Mapping[str, tuple[str, ...]] = {
    "sqlite": ("SELECT type, name, sql FROM sqlite_schema",),
    "postgresql": (
        "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT schemaname, sequencename, last_value FROM pg_sequences "
        "WHERE sequencename NOT LIKE 'lowcode_async_%'",
        "SELECT obj_description(to_regclass('dynamic_hard'), 'pg_class')",
        "SELECT lo_get(oid)::text FROM pg_largeobject_metadata",
        "SELECT extname FROM pg_extension",
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'",
    ),
    "mysql": (
        "SELECT trigger_name, action_statement FROM information_schema.triggers "
        "WHERE trigger_schema = DATABASE()",
        "SELECT routine_name, routine_definition FROM information_schema.routines "
        "WHERE routine_schema = DATABASE()",
        "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE()",
        "SELECT table_name, index_name, column_name FROM information_schema.statistics "
        "WHERE table_schema = DATABASE()",
        "SELECT constraint_name, table_name, referenced_table_name "
        "FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()",
    ),
}


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
