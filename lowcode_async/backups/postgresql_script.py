"""What goes before a dump of PostgreSQL when it is loaded: dropping all there is, and a tolerant head."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO, Final

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


def write_head(dump: IO[bytes], target: Path, *, server: int) -> None:
    """Copy what a dump has before its first rows, leaving out what this server would refuse.

    That is what a newer pg_dump sets, and what only the owner of an extension may do; the schemas
    that extensions live in have been kept.
    """
    with target.open("wb") as head:
        start = dump.tell()
        for line in dump:
            if line.startswith(b"COPY "):
                break
            start += len(line)
            if line.startswith(b"COMMENT ON EXTENSION "):
                continue
            if server < 17 and line.startswith(b"SET transaction_timeout "):
                continue
            head.write(re.sub(rb"^CREATE SCHEMA (?!IF )", b"CREATE SCHEMA IF NOT EXISTS ", line))
        dump.seek(start)
