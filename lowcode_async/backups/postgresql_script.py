"""What psql reads in a restore: dropping all there is, a dump with a tolerant head, and what comes after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO, Final

COMMIT: Final = b"COMMIT;\n"
"""The last word of a restore."""
_CHUNK: Final = 1 << 18

# Drops whatever a dump would hold, in every schema: the tables that came after the backup too, and
# nothing that belongs to an extension, which only its owner could make again.
CLEAN: Final = """
SET lock_timeout = '{lock_timeout}s';
DO $lowcode$
DECLARE
    statement text;
    statements text[];
BEGIN
    SELECT array_agg(format('DROP %s IF EXISTS %s CASCADE', CASE o.type
               WHEN 'composite type' THEN 'TYPE'
               WHEN 'statistics object' THEN 'STATISTICS'
               ELSE upper(o.type) END, o.identity))
    INTO statements
    FROM (SELECT DISTINCT classid, objid FROM pg_depend d
          JOIN pg_namespace n ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
          WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND d.deptype = 'n'
            AND d.classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass,
                'pg_collation'::regclass, 'pg_conversion'::regclass, 'pg_operator'::regclass,
                'pg_opclass'::regclass, 'pg_opfamily'::regclass, 'pg_statistic_ext'::regclass,
                'pg_ts_config'::regclass, 'pg_ts_dict'::regclass, 'pg_ts_parser'::regclass,
                'pg_ts_template'::regclass)) AS d
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS o
    WHERE NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid
                      AND e.objsubid = 0 AND e.deptype IN ('a', 'e', 'i', 'P', 'S'));
    FOREACH statement IN ARRAY COALESCE(statements, '{{}}') LOOP
        EXECUTE statement;
    END LOOP;

    SELECT array_agg(format('DROP SCHEMA IF EXISTS %I CASCADE', n.nspname))
    INTO statements
    FROM pg_namespace n
    WHERE n.nspname NOT IN ('public', 'information_schema') AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass
                      AND e.objid = n.oid AND e.deptype = 'e')
      AND NOT EXISTS (SELECT 1 FROM pg_extension x WHERE x.extnamespace = n.oid);
    FOREACH statement IN ARRAY COALESCE(statements, '{{}}') LOOP
        EXECUTE statement;
    END LOOP;

    SELECT array_agg(s) INTO statements FROM (
        SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication
        UNION ALL
        SELECT format('DROP EVENT TRIGGER %I', evtname) FROM pg_event_trigger t
        WHERE NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.deptype = 'e'
                          AND e.classid = 'pg_event_trigger'::regclass AND e.objid = t.oid)
    ) AS every(s);
    FOREACH statement IN ARRAY COALESCE(statements, '{{}}') LOOP
        EXECUTE statement;
    END LOOP;
    PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
END
$lowcode$;
"""


def script(dump: IO[bytes], *, before: str, after: Sequence[str], server: int) -> Iterator[bytes]:
    """Yield a restore but for its last word, `COMMIT`, which it asks for by the only thing that it prints.

    Whoever is killed before has changed nothing, how far psql may have come.

    Args:
        dump: the backup, from its start.
        before: what is executed before it.
        after: what is executed after it.
        server: the major version of the server.
    """
    yield f"\\o /dev/null\nBEGIN;\n{before}".encode()
    yield from _head(dump, server=server)
    while chunk := dump.read(_CHUNK):
        yield chunk
    # The dump has emptied the search path of the session.
    statements = ("RESET search_path", *after, "ANALYZE")
    yield "".join(f"\n{each};" for each in statements).encode()
    yield b"\n\\o\nSELECT 'commit?';\n"


def _head(dump: IO[bytes], *, server: int) -> Iterator[bytes]:
    """Yield what a dump has up to its first rows, leaving out what this server would refuse.

    That is what a newer pg_dump sets, and what only the owner of an extension may do; the schemas
    that extensions live in have been kept.
    """
    for line in dump:
        if line.startswith(b"COMMENT ON EXTENSION "):
            continue
        if server < 17 and line.startswith(b"SET transaction_timeout "):
            continue
        yield re.sub(rb"^CREATE SCHEMA (?!IF )", b"CREATE SCHEMA IF NOT EXISTS ", line)
        if line.startswith(b"COPY "):
            break
