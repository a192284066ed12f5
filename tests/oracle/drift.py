"""Random drifts: a database that was changed behind Alembic's back, and what the real `upgrade` then does to it.

Each starts from a snapshot's schema, changes it at random (also by a part of what a later revision does, and by other version rows)
and is written as `drifts/NN.json` with the dump `drifts/NN.sql.gz`. The seed is the project's name: a second run makes the same.
"""

import random

import psycopg2

TABLES = """
    SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
      AND n.nspname || '.' || c.relname <> %s AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e')
    ORDER BY 1"""
COLUMNS = """
    SELECT a.attrelid::regclass::text, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef,
      EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)), a.attidentity <> ''
    FROM pg_attribute a WHERE a.attrelid = ANY (%s::regclass[]) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY 1, a.attnum"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint
    WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('p', 'u', 'f', 'c', 'x') ORDER BY 1, 2"""
INDEXES = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
    WHERE i.indrelid = ANY (%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid) ORDER BY 1"""
ENUMS = """
    SELECT t.oid::regtype::text, array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
    GROUP BY 1 ORDER BY 1"""
CHANGES = [
    "drop_column", "drop_column", "rename_column", "add_column", "retype", "drop_default", "set_default", "drop_not_null", "set_not_null",
    "drop_table", "rename_table", "add_table", "drop_constraint", "add_constraint", "drop_index", "add_index", "add_enum_value",
    "rename_enum_value", "future_column", "future_column", "future_table", "future_index", "future_enum",
]  # fmt: skip


class Schema:
    """What a database holds that can be changed."""

    def __init__(self, connection, version_table):
        cursor = connection.cursor()
        # Names are then qualified wherever they are printed.
        cursor.execute("SET search_path = ''")
        ask = lambda query, *values: (cursor.execute(query, values), cursor.fetchall())[1]  # noqa: E731
        self.tables = [name for (name,) in ask(TABLES, version_table)]
        self.columns = ask(COLUMNS, self.tables)
        self.constraints = ask(CONSTRAINTS, self.tables)
        self.indexes = ask(INDEXES, self.tables)
        self.enums = ask(ENUMS)


def bare(name):
    """The last part of a qualified name, without its quotes."""
    return name.rsplit(".", 1)[-1].strip('"')


def candidates(kind, now, later):
    """All statements of a kind of change; what is not there cannot be changed."""
    known = {(table, column) for table, column, *_ in now.columns}
    plain = [row for row in now.columns if not row[6]]
    match kind:
        case "drop_column":
            return [f"ALTER TABLE {t} DROP COLUMN {c} CASCADE" for t, c, *_ in now.columns]
        case "rename_column":
            return [f'ALTER TABLE {t} RENAME COLUMN {c} TO "{bare(c)}_old"' for t, c, *_ in now.columns]
        case "add_column":
            return [f"ALTER TABLE {t} ADD COLUMN zz_{name} integer" for t in now.tables for name in ("owner", "flag")]
        case "retype":
            return [f"ALTER TABLE {t} ALTER COLUMN {c} TYPE text" for t, c, kind, *_ in now.columns if kind.startswith("character varying")]
        case "drop_default":
            return [f"ALTER TABLE {t} ALTER COLUMN {c} DROP DEFAULT" for t, c, _, _, default, *_ in plain if default]
        case "set_default":
            return [f"ALTER TABLE {t} ALTER COLUMN {c} SET DEFAULT 0" for t, c, kind, *_ in plain if kind in ("integer", "bigint")]
        case "drop_not_null":
            return [f"ALTER TABLE {t} ALTER COLUMN {c} DROP NOT NULL" for t, c, _, needed, _, key, _ in plain if needed and not key]
        case "set_not_null":
            return [f"ALTER TABLE {t} ALTER COLUMN {c} SET NOT NULL" for t, c, _, needed, *_ in now.columns if not needed]
        case "drop_table":
            return [f"DROP TABLE {t} CASCADE" for t in now.tables]
        case "rename_table":
            return [f'ALTER TABLE {t} RENAME TO "{bare(t)}_old"' for t in now.tables]
        case "add_table":
            return ["CREATE TABLE public.zz_scratch (id integer PRIMARY KEY, note text)"]
        case "drop_constraint":
            return [f"ALTER TABLE {t} DROP CONSTRAINT {c} CASCADE" for t, c in now.constraints]
        case "add_constraint":
            return [f"ALTER TABLE {t} ADD CONSTRAINT zz_unique UNIQUE ({c})" for t, c, kind, *_ in now.columns if kind in ("integer", "text")]
        case "drop_index":
            return [f"DROP INDEX {index}" for index, _ in now.indexes]
        case "add_index":
            return [f"CREATE INDEX zz_index ON {t} ({c})" for t, c, kind, *_ in now.columns if kind in ("integer", "text")]
        case "add_enum_value":
            return [f"ALTER TYPE {enum} ADD VALUE 'zz_value'" for enum, _ in now.enums]
        case "rename_enum_value":
            return [f"ALTER TYPE {enum} RENAME VALUE '{v}' TO '{v}_old'" for enum, values in now.enums for v in values if "'" not in v]
        case "future_column":
            later_columns = [row for row in later.columns if row[0] in now.tables and (row[0], row[1]) not in known]
            return [f"ALTER TABLE {t} ADD COLUMN {c} {kind}" for t, c, kind, *_ in later_columns]
        case "future_table":
            return [create(table, later) for table in later.tables if table not in now.tables]
        case "future_index":
            there = {index for index, _ in now.indexes}
            return [definition for index, definition in later.indexes if index not in there]
        case "future_enum":
            there = dict(now.enums)
            return [f"CREATE TYPE {e} AS ENUM ({', '.join(f'{v!r}' for v in values)})" for e, values in later.enums if e not in there]
    raise ValueError(kind)


def create(table, schema):
    """A table as it will be, without its constraints."""
    columns = [f"{c} {kind}{' NOT NULL' if needed else ''}" for t, c, kind, needed, *_ in schema.columns if t == table]
    return f"CREATE TABLE {table} ({', '.join(columns)})"


def mutate(random, connection, version_table, later, count):
    """Makes `count` changes and tells them; what PostgreSQL refuses is tried no further."""
    done = []
    for _ in range(count * 8):
        if len(done) == count:
            break
        kind = random.choice(CHANGES)
        statements = candidates(kind, Schema(connection, version_table), later)
        if not statements:
            continue
        sql = random.choice(statements)
        cursor = connection.cursor()
        try:
            cursor.execute(sql)
        except psycopg2.Error:
            continue
        done.append({"kind": kind, "sql": sql})
    return done


def rows(random, base, order):
    """The version rows: mostly those of the base, else an earlier revision's, none, or a second one."""
    place = order.index(base)
    choice = random.random()
    if choice < 0.7 or place == 0:
        return [base]
    if choice < 0.82:
        return [random.choice(order[max(0, place - 6) : place])]
    if choice < 0.88:
        return []
    if choice < 0.94 and place + 1 < len(order):
        return [random.choice(order[place + 1 : place + 4])]
    return sorted({base, random.choice(order[:place])})


def record(recorder, snapshots, order, count):
    """Records `count` drifts of a project whose snapshots are in the databases `empty_<revision>`."""
    chance = random.Random(recorder.project["name"])
    connect = lambda database: psycopg2.connect(recorder.server.url(database, "postgresql"))  # noqa: E731
    with connect("head") as connection:
        last = Schema(connection, recorder.version_table)
    later = {}
    for revision, following in zip(snapshots, [*snapshots[1:], None], strict=True):
        with connect(f"empty_{following}" if following else "head") as connection:
            later[revision] = Schema(connection, recorder.version_table)
    for number in range(count):
        base = chance.choice([*snapshots, "head"])
        database = recorder.server.create("drift", f"empty_{base}")
        connection = connect(database)
        connection.autocommit = True
        changes = chance.choices([0, 1, 2, 3], [1, 4, 3, 2])[0]
        mutations = mutate(chance, connection, recorder.version_table, later.get(base, last), changes)
        connection.close()
        stamped = rows(chance, order[-1] if base == "head" else base, order)
        recorder.stamp(database, stamped)
        recorder.write(f"drifts/{number:02}.sql.gz", recorder.server.dump(database, "-s"))
        drift = {"project": recorder.project["name"], "base": base, "stamped": stamped, "version_table": recorder.version_table}
        recorder.json(f"drifts/{number:02}.json", {**drift, "mutations": mutations, "outcome": recorder.outcome(database)})
