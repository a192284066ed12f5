"""Columns, their defaults and identities."""

import re

from . import Change, bare, family


def alter(kind, column, *actions, alone=False):
    sql = tuple(f"ALTER TABLE {column.table} ALTER COLUMN {column.name} {action}" for action in actions)
    return Change(kind, sql, bare(column.table), (bare(column.name),), alone)


def other_types(type):
    """What another attribute of the type makes of it: the kind of change and the new type."""
    if type.endswith("[]"):
        yield "array", type[:-2]
    else:
        yield "array", f"{type}[]"
    if found := re.fullmatch(r"(character varying|character|bit|bit varying)\((\d+)\)(\[\])?", type):
        word, length, array = found[1], int(found[2]), found[3] or ""
        yield "length", f"{word}({length + 1}){array}"
        yield "length", f"{word}({max(1, length // 2)}){array}"
        if word == "character varying":
            yield "length", f"{word}{array}"
    elif type == "character varying":
        yield "length", "character varying(77)"
    if found := re.fullmatch(r"numeric\((\d+),(\d+)\)(\[\])?", type):
        precision, scale, array = int(found[1]), int(found[2]), found[3] or ""
        yield "precision", f"numeric({precision + 1},{scale}){array}"
        yield "precision", f"numeric({precision},{scale + 1 if scale < precision else scale - 1}){array}"
        yield "precision", f"numeric{array}"
    elif type == "numeric":
        yield "precision", "numeric(12,4)"
    if found := re.fullmatch(r"(timestamp|time)(\(\d\))? (with|without) time zone(\[\])?", type):
        word, precision, zone, array = found[1], found[2] or "", found[3], found[4] or ""
        yield "time zone", f"{word}{precision} {'without' if zone == 'with' else 'with'} time zone{array}"
        yield "precision", f"{word}{'(3)' if precision != '(3)' else ''} {zone} time zone{array}"
    if type == "interval":
        yield "precision", "interval(3)"
        yield "precision", "interval day to second"
    for base in ("text", "integer", "bigint", "smallint", "boolean", "jsonb", "json", "uuid", "date", "double precision", "real", "bytea"):
        if base != type:
            yield "type", base


@family
def types(schema):
    for column in schema.columns:
        if column.inherited or column.generated:
            continue
        for kind, type in other_types(column.type):
            yield alter(f"column {kind}", column, f"TYPE {type} USING NULL::{type}")


@family
def collations(schema):
    for column in schema.columns:
        if column.collatable and not column.inherited and not column.generated:
            for collation in ("C", "POSIX"):
                yield alter("column collation", column, f'TYPE {column.type} COLLATE pg_catalog."{collation}"')
            if column.collated:
                yield alter("column collation", column, f'TYPE {column.type} COLLATE pg_catalog."default"')


@family
def not_null(schema):
    for column in schema.columns:
        if not column.inherited:
            yield alter("column not null", column, "DROP NOT NULL" if column.needed else "SET NOT NULL")


def defaults_of(column):
    """Expressions of the column's type."""
    base = column.type.split("(")[0].removesuffix("[]")
    if column.type.endswith("[]"):
        return ["'{}'", "NULL::" + column.type + " || '{}'"]
    found = {
        "N": ["0", "1", "41 + 1"],
        "B": ["true", "false"],
        "S": ["''", "'zz_default'", "lower('ZZ')", "CURRENT_USER"],
        "D": ["now()", "CURRENT_TIMESTAMP", "'2020-01-01'", "clock_timestamp()"],
        "T": ["'1 day'"],
    }.get(column.category, [])
    return found + {"jsonb": ["'{}'", "'[1]'::jsonb"], "json": ["'{}'", "'[1]'"], "uuid": ["gen_random_uuid()"], "bytea": ["'\\x00'"]}.get(base, [])


@family
def defaults(schema):
    for column in schema.columns:
        if column.identity or column.generated:
            continue
        if column.default is not None:
            yield alter("default dropped", column, "DROP DEFAULT")
        kind = "default set" if column.default is None else "default changed"
        for expression in defaults_of(column):
            same = (column.default or "").replace(" ", "").lower() in (expression.replace(" ", "").lower(), f"{expression}::{column.type.split('(')[0]}".replace(" ", "").lower())
            if not same:
                yield alter(kind, column, f"SET DEFAULT {expression}")


@family
def identities(schema):
    for column in schema.columns:
        if column.identity:
            yield alter("identity dropped", column, "DROP IDENTITY")
            yield alter("identity kind", column, f"SET GENERATED {'BY DEFAULT' if column.identity == 'a' else 'ALWAYS'}")
            for option in ("INCREMENT BY 7", "MINVALUE -5", "MAXVALUE 4242", "START WITH 11", "CACHE 9", "CYCLE"):
                sql = f"ALTER TABLE {column.table} ALTER COLUMN {column.name} SET {option}"
                yield Change(f"identity {option.split()[0].lower()}", (sql,), None, (bare(column.sequence),))
        elif column.type in ("integer", "bigint", "smallint") and not column.generated and not column.inherited:
            first = ["DROP DEFAULT"] if column.default is not None else []
            for kind in ("ALWAYS", "BY DEFAULT"):
                yield alter("identity added", column, *first, "SET NOT NULL", f"ADD GENERATED {kind} AS IDENTITY", alone=True)


@family
def generated(schema):
    for column in schema.columns:
        if column.generated and not column.inherited:
            if column.generated == "s":
                yield alter("generated dropped", column, "DROP EXPRESSION")
            value = {"S": "'zz'", "N": "42", "B": "true"}.get(column.category)
            if value:
                sql = (f"ALTER TABLE {column.table} DROP COLUMN {column.name}", f"ALTER TABLE {column.table} ADD COLUMN {column.name} {column.type} GENERATED ALWAYS AS ({value}) STORED")
                yield Change("generated expression", sql, bare(column.table), (bare(column.name),))
    for table in schema.tables:
        if not table.partition:
            yield Change("generated added", (f"ALTER TABLE {table.name} ADD COLUMN zz_generated integer GENERATED ALWAYS AS (1 + 1) STORED",), bare(table.name), ("zz_generated",))
            if schema.version >= 18:
                yield Change("generated added", (f"ALTER TABLE {table.name} ADD COLUMN zz_generated integer GENERATED ALWAYS AS (1 + 1) VIRTUAL",), bare(table.name), ("zz_generated",))


@family
def properties(schema):
    for column in schema.columns:
        if column.generated == "v":
            continue
        yield alter("column statistics", column, "SET STATISTICS 432")
        yield alter("column options", column, "SET (n_distinct = 5)")
        if column.length == -1:
            yield alter("column storage", column, f"SET STORAGE {'EXTERNAL' if column.storage != 'e' else 'MAIN'}")
            yield alter("column compression", column, "SET COMPRESSION pglz")


@family
def presence(schema):
    for column in schema.columns:
        if not column.inherited:
            yield Change("column dropped", (f"ALTER TABLE {column.table} DROP COLUMN {column.name} CASCADE",), bare(column.table), (bare(column.name),), alone=True)
            yield Change("column renamed", (f"ALTER TABLE {column.table} RENAME COLUMN {column.name} TO zz_renamed",), bare(column.table), (bare(column.name), "zz_renamed"), alone=True)
    for table in schema.tables:
        if not table.partition:
            for type in ("integer", "text NOT NULL DEFAULT 'zz'"):
                yield Change("column added", (f"ALTER TABLE {table.name} ADD COLUMN zz_added {type}",), bare(table.name), ("zz_added",))
