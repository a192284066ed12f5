"""Kinds that few projects have, each with what its own ALTER offers."""

from . import Change, family

RENAMED = (
    "COLLATION",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "EVENT TRIGGER",
    "PUBLICATION",
    "FOREIGN DATA WRAPPER",
    "SERVER",
    "FOREIGN TABLE",
    "OPERATOR CLASS",
    "OPERATOR FAMILY",
)
MOVED = ("COLLATION", "TEXT SEARCH CONFIGURATION", "TEXT SEARCH DICTIONARY", "FOREIGN TABLE", "OPERATOR", "OPERATOR CLASS")
# By kind: what is changed, and how.
ACTIONS = {
    "TEXT SEARCH CONFIGURATION": [
        ("mapping", "ADD MAPPING FOR word WITH pg_catalog.simple"),
        ("mapping", "ALTER MAPPING FOR asciiword WITH pg_catalog.simple"),
        ("mapping", "DROP MAPPING FOR asciiword"),
    ],
    "TEXT SEARCH DICTIONARY": [("options", "(StopWords = dutch)"), ("options", "(StopWords)"), ("options", "(Accept = false)")],
    "EVENT TRIGGER": [("enabled", "DISABLE"), ("enabled", "ENABLE ALWAYS"), ("enabled", "ENABLE REPLICA")],
    "PUBLICATION": [
        ("options", "SET (publish = 'insert')"),
        ("options", "SET (publish = 'insert, update, delete, truncate')"),
        ("options", "SET (publish_via_partition_root = true)"),
    ],
    "FOREIGN DATA WRAPPER": [("options", "OPTIONS (SET a 'zz')"), ("options", "OPTIONS (DROP a)"), ("options", "OPTIONS (ADD zz 'zz')")],
    "SERVER": [("options", "OPTIONS (SET host 'zz')"), ("options", "OPTIONS (DROP host)"), ("options", "OPTIONS (ADD zz 'zz')"), ("version", "VERSION 'zz'")],
    "FOREIGN TABLE": [
        ("options", "OPTIONS (SET t 'zz')"),
        ("columns", "ADD COLUMN zz_column integer"),
        ("columns", "ALTER COLUMN a TYPE bigint"),
        ("columns", "ALTER COLUMN a SET NOT NULL"),
        ("columns", "RENAME COLUMN a TO zz_column"),
        ("columns", "DROP COLUMN a"),
    ],
    "OPERATOR": [("estimators", "SET (RESTRICT = NONE)"), ("estimators", "SET (JOIN = eqjoinsel)")],
}  # fmt: skip


@family
def kept(schema):
    for one in schema.kept:
        kind, words = one.kind.lower(), f"{one.kind} {one.name}"
        yield Change(f"{kind} dropped", (f"DROP {words} CASCADE",), None, (one.bare,), True)
        if one.kind in RENAMED:
            yield Change(f"{kind} renamed", (f"ALTER {words} RENAME TO zz_renamed",), None, (one.bare, "zz_renamed"))
        if one.kind in MOVED:
            yield Change(f"{kind} schema", ("CREATE SCHEMA zz_schema", f"ALTER {words} SET SCHEMA zz_schema"), None, (one.bare,), True)
        for what, action in ACTIONS.get(one.kind, ()):
            yield Change(f"{kind} {what}", (f"ALTER {words} {action}",), None, (one.bare,))


@family
def remade(schema):
    """What has no ALTER, as another object of the same name."""
    for one in schema.event_triggers:
        sql = f"CREATE EVENT TRIGGER {one.name} ON {{}} EXECUTE FUNCTION {one.function}()"
        yield Change("event trigger event", (f"DROP EVENT TRIGGER {one.name}", sql.format("sql_drop")), None, (one.bare,))
        yield Change("event trigger tags", (f"DROP EVENT TRIGGER {one.name}", sql.format(f"{one.event} WHEN TAG IN ('CREATE TABLE')")), None, (one.bare,))
    for one in schema.statistics:
        for kinds in ("mcv", "ndistinct", "dependencies, mcv"):
            sql = f"CREATE STATISTICS {one.name} ({kinds}) ON {', '.join(one.columns)} FROM {one.table}"
            yield Change("statistics kinds", (f"DROP STATISTICS {one.name}", sql), None, (one.bare,))
    for one in schema.casts:
        for context in ("", " AS ASSIGNMENT", " AS IMPLICIT"):
            sql = f"CREATE CAST {one.name} WITH FUNCTION {one.function}{context}"
            yield Change("cast context", (f"DROP CAST {one.name}", sql), None, (one.name,))
    for one in schema.aggregates:
        sql = f"CREATE OR REPLACE AGGREGATE {one.signature} (SFUNC = int4mul, STYPE = integer, INITCOND = '{{}}')"
        yield Change("aggregate definition", (sql.format(7),), None, (one.bare,))
        yield Change("aggregate definition", (sql.replace(", INITCOND = '{}'", ""),), None, (one.bare,))
    for one in schema.rules:
        sql = f"CREATE OR REPLACE RULE {one.name} AS ON {one.event} TO {one.table}"
        names = (one.name, one.table.split(".")[-1])
        for definition in ("DO ALSO NOTHING", "WHERE current_user = 'zz' DO INSTEAD NOTHING", "DO INSTEAD SELECT 1"):
            yield Change("rule definition", (f"{sql} {definition}",), None, names)
