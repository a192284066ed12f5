"""Schemas, extensions, statistics and what else a dump names."""

from . import Change, bare, family


@family
def schemas(schema):
    yield Change("schema added", ("CREATE SCHEMA zz_schema",), None, ("zz_schema",))
    for one in schema.schemas:
        name = bare(one.name)
        yield Change("schema dropped", (f"DROP SCHEMA {one.name} CASCADE",), None, (name,), True)
        yield Change("schema renamed", (f"ALTER SCHEMA {one.name} RENAME TO zz_schema",), None, (name, "zz_schema"), True)


@family
def extensions(schema):
    have = {bare(one.name) for one in schema.extensions}
    for name in ("pg_trgm", "citext", "hstore", "pgcrypto", "btree_gist", "vector"):
        if name not in have:
            yield Change("extension added", (f"CREATE EXTENSION {name}",), None, (name,))
    for one in schema.extensions:
        yield Change("extension dropped", (f"DROP EXTENSION {one.name} CASCADE",), None, (bare(one.name),), True)
        yield Change("extension schema", ("CREATE SCHEMA zz_schema", f"ALTER EXTENSION {one.name} SET SCHEMA zz_schema"), None, (bare(one.name),), True)


@family
def statistics(schema):
    for one in schema.statistics:
        yield Change("statistics dropped", (f"DROP STATISTICS {one.name}",), None, (one.bare,))
        yield Change("statistics renamed", (f"ALTER STATISTICS {one.name} RENAME TO zz_statistics",), None, (one.bare, "zz_statistics"))
        yield Change("statistics target", (f"ALTER STATISTICS {one.name} SET STATISTICS 99",), None, (one.bare,))
    for table in schema.tables:
        columns = [column.name for column in schema.columns_of(table.name) if column.type in ("integer", "bigint", "text", "uuid", "boolean")]
        if len(columns) > 1:
            yield Change("statistics added", (f"CREATE STATISTICS public.zz_statistics ON {columns[0]}, {columns[1]} FROM {table.name}",), None, ("zz_statistics",))


OTHERS = {
    "collation": ("CREATE COLLATION public.zz_collation FROM \"C\"", "zz_collation"),
    "cast": ("CREATE CAST (boolean AS text) WITH INOUT AS ASSIGNMENT", None),
    "operator": ("CREATE OPERATOR public.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)", "==="),
    "text search configuration": ("CREATE TEXT SEARCH CONFIGURATION public.zz_search (COPY = pg_catalog.simple)", "zz_search"),
    "publication": ("CREATE PUBLICATION zz_publication FOR ALL TABLES", "zz_publication"),
    "event trigger": (
        "CREATE FUNCTION public.zz_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER zz_event ON ddl_command_end EXECUTE FUNCTION public.zz_event()",
        "zz_event",
    ),
    "foreign data wrapper": ("CREATE FOREIGN DATA WRAPPER zz_wrapper", "zz_wrapper"),
}  # fmt: skip


@family
def others(schema):
    for kind, (sql, name) in OTHERS.items():
        yield Change(f"{kind} added", (sql,), None, (name or "(boolean AS text)",), True)
