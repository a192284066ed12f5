"""Types, views, functions, triggers and whatever else comes as raw SQL."""

from .operation import Statement, call, execute, literal, operation, quoted


@operation(1.3)
def create_enum(g):
    name = g.names.unused(g.random.choice(["status_kind", "ColorType", "priority", "order", "job_state", "mood"]))
    labels = g.random.sample(["new", "open", "DONE", "in progress", "it's", "a,b", "x", "closed", "Ü"], g.random.randint(1, 4))
    words = ", ".join(map(repr, labels))
    style = g.random.random()
    if style < 0.3:
        return execute(f"CREATE TYPE {quoted(name)} AS ENUM ({', '.join(map(literal, labels))})")
    kind = g.random.choice([f"postgresql.ENUM({words}, name={name!r})", f"sa.Enum({words}, name={name!r})", f"postgresql.ENUM({words}, name={name!r}, create_type=False)"])
    check = g.random.choice(["", ", checkfirst=True", ", checkfirst=False"])
    if style < 0.6:
        return f"{kind}.create(op.get_bind(){check})"
    return Statement(f"{name.lower()}_type.create(op.get_bind(){check})", f"{name.lower()}_type = {kind}\n")


def enum_python(g, enum):
    words = ", ".join(map(repr, enum.labels))
    schema = f", schema={enum.schema!r}" if enum.schema != "public" else ""
    return f"postgresql.ENUM({words}, name={enum.name!r}{schema}, create_type=False)"


@operation(1.5)
def enum_column(g):
    """A column of an enum that is there."""
    table, enum = g.pick(g.tables()), g.pick(g.reachable(g.schema.enums))
    if not table or not enum:
        return None
    name = g.names.column([column.name for column in table.columns])
    keywords = {"nullable": "True"}
    if g.random.random() < 0.4:
        keywords["server_default"] = g.random.choice(["%r", "sa.text(%r)"]) % enum.labels[0]
        if "sa.text" in keywords["server_default"]:
            keywords["server_default"] = f"sa.text({literal(enum.labels[0])!r})"
    kind = enum_python(g, enum)
    if g.random.random() < 0.4:
        kind = kind.replace("postgresql.ENUM", "sa.Enum").replace(", create_type=False", "")
    if g.random.random() < 0.25:
        kind, keywords = f"postgresql.ARRAY({kind})", {"nullable": "True"}
    return call("op.add_column", repr(table.name), call("sa.Column", repr(name), kind, **keywords), schema=g.schema_word(table))


@operation(1.2)
def alter_enum(g):
    enum = g.pick(g.owned(g.schema.enums))
    if not enum:
        return None
    name = f"{quoted(enum.schema)}.{quoted(enum.name)}" if enum.schema != "public" else quoted(enum.name)
    fresh = g.random.choice([f"added_{g.number()}", f"Ünew {g.number()}"])
    label = g.random.choice(enum.labels)
    sql = g.random.choice([
        f"ALTER TYPE {name} ADD VALUE {literal(fresh)}",
        f"ALTER TYPE {name} ADD VALUE IF NOT EXISTS {literal(g.random.choice([fresh, label]))}",
        f"ALTER TYPE {name} ADD VALUE {literal(fresh)} BEFORE {literal(label)}",
        f"ALTER TYPE {name} ADD VALUE {literal(fresh)} AFTER {literal(label)}",
        f"ALTER TYPE {name} RENAME VALUE {literal(label)} TO {literal(fresh)}",
        f"ALTER TYPE {name} RENAME TO {quoted(g.names.unused('renamed_type'))}",
    ])
    if "ADD VALUE" in sql and g.random.random() < 0.4:
        return Statement("with op.get_context().autocommit_block():\n    " + execute(sql), autocommit=True)
    return execute(sql)


@operation(0.5)
def drop_enum(g):
    enum = g.pick(g.owned(g.schema.enums))
    if not enum:
        return None
    name = f"{quoted(enum.schema)}.{quoted(enum.name)}"
    style = g.random.random()
    if style < 0.4:
        return execute(g.random.choice([f"DROP TYPE {name}", f"DROP TYPE IF EXISTS {name}", f"DROP TYPE IF EXISTS {name} CASCADE"]))
    schema = f", schema={enum.schema!r}" if enum.schema != "public" else ""
    return g.random.choice(["sa.Enum(name={0!r}{1}).drop(op.get_bind(), checkfirst={2})", "postgresql.ENUM(name={0!r}{1}).drop(op.get_bind(), checkfirst={2})"]).format(
        enum.name, schema, g.random.random() < 0.5)


@operation(0.8)
def swap_enum(g):
    """The usual way to take a value away: a new type, and the columns over to it."""
    found = [(table, column, enum) for table in g.tables() for column in table.columns for enum in g.owned(g.schema.enums) if column.typeoid == enum.oid]
    if not found:
        return None
    table, column, enum = g.random.choice(found)
    users = [(t, c) for t, c, e in found if e is enum]
    old = g.names.unused(enum.name[:40] + "_old")
    name = f"{quoted(enum.schema)}.{quoted(enum.name)}"
    labels = [*enum.labels, f"swap_{g.number()}"]
    lines = [execute(f"ALTER TYPE {name} RENAME TO {quoted(old)}"), execute(f"CREATE TYPE {name} AS ENUM ({', '.join(map(literal, labels))})")]
    for table, column in users:
        at = quoted(column.name)
        if column.default:
            lines.append(execute(f"ALTER TABLE {g.sql_name(table)} ALTER COLUMN {at} DROP DEFAULT"))
        lines.append(execute(f"ALTER TABLE {g.sql_name(table)} ALTER COLUMN {at} TYPE {name} USING {at}::text::{name}".replace("::", "::")))
    lines.append(execute(f"DROP TYPE {quoted(enum.schema)}.{quoted(old)}"))
    return "\n".join(lines)


@operation(0.6)
def to_enum(g):
    """A text column becomes an enum."""
    table, column = g.pick_column(lambda column: column.category == "S")
    enum = g.pick([enum for enum in g.reachable(g.schema.enums) if enum.schema == "public"])
    if not column or not enum:
        return None
    return call("op.alter_column", repr(table.name), repr(column.name), type_=enum_python(g, enum),
                postgresql_using=repr(f"{quoted(column.name)}::{quoted(enum.name)}"), schema=g.schema_word(table))


@operation(0.8)
def domain(g):
    domains = g.owned(g.schema.domains)
    if domains and g.random.random() < 0.5:
        one = g.random.choice(domains)
        name = f"{quoted(one.schema)}.{quoted(one.name)}"
        return execute(g.random.choice([f"ALTER DOMAIN {name} SET DEFAULT 'x'", f"ALTER DOMAIN {name} DROP NOT NULL", f"ALTER DOMAIN {name} ADD CONSTRAINT {quoted(g.names.of('dom', 'check'))} CHECK (VALUE IS NOT NULL)",
                                        f"DROP DOMAIN {name}", f"ALTER DOMAIN {name} RENAME TO {quoted(g.names.unused('renamed_domain'))}"]))
    name = g.names.unused(g.random.choice(["email_address", "positive", "short_text"]))
    if g.random.random() < 0.3:
        return f"postgresql.DOMAIN({name!r}, sa.Integer(), check='VALUE > 0', not_null=False).create(op.get_bind())"
    return execute(g.random.choice([f"CREATE DOMAIN {name} AS text CHECK (VALUE ~ '@')", f"CREATE DOMAIN {name} integer CONSTRAINT {name}_ok CHECK (VALUE > 0)",
                                    f"CREATE DOMAIN {name} AS varchar(10) DEFAULT 'd' NOT NULL"]))


@operation(0.5)
def domain_column(g):
    table, one = g.pick(g.tables()), g.pick(g.reachable([*g.schema.domains, *g.schema.composites]))
    if not table or not one:
        return None
    name = g.names.column([column.name for column in table.columns])
    return execute(f"ALTER TABLE {g.sql_name(table)} ADD COLUMN {quoted(name)} {quoted(one.schema)}.{quoted(one.name)}")


@operation(0.3)
def composite(g):
    name = g.names.unused("pair_type")
    return execute(f"CREATE TYPE {name} AS (first integer, second varchar(10))")


@operation(1.3)
def view(g):
    if g.schema.views and g.random.random() < 0.35:
        one = g.pick(g.owned(g.schema.views))
        if not one:
            return None
        word = "MATERIALIZED VIEW" if one.kind == "m" else "VIEW"
        name = f"{quoted(one.schema)}.{quoted(one.name)}"
        return execute(g.random.choice([f"DROP {word} {name}", f"DROP {word} IF EXISTS {name} CASCADE", f"ALTER {word} {name} RENAME TO {quoted(g.names.unused('renamed_view'))}"]))
    table = g.pick([*g.tables(), *g.owned(g.schema.views)])
    if not table or not table.columns:
        return None
    columns = g.random.sample(table.columns, min(len(table.columns), 2))
    name = g.names.unused(f"v_{g.random.choice(['active', 'summary', 'latest'])}")
    listed = ", ".join(quoted(column.name) for column in columns)
    source, first = g.sql_name(table), quoted(columns[0].name)
    return execute(g.random.choice([
        f"CREATE VIEW {name} AS SELECT {listed} FROM {source}",
        f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {source} WHERE {first} IS NOT NULL",
        f"CREATE VIEW {name} (one, two) AS SELECT {first}, count(*) FROM {source} t GROUP BY {first}",
        f"CREATE MATERIALIZED VIEW {name} AS SELECT {listed}, 1 AS version_number FROM {source}",
        f"CREATE MATERIALIZED VIEW {name} AS SELECT t.{first} FROM {source} AS t ORDER BY 1 WITH NO DATA",
        f"CREATE VIEW {name} AS SELECT a.{first} AS a_value, b.{first} AS b_value FROM {source} a LEFT JOIN {source} b ON a.{first} = b.{first}",
    ]))


BODY = """BEGIN
  NEW := NEW;
  RETURN NEW;
END;"""


@operation(1.2)
def function(g):
    owned = g.owned(g.schema.functions)
    if owned and g.random.random() < 0.3:
        one = g.random.choice(owned)
        at = f"{quoted(one.schema)}.{quoted(one.name)}"
        return execute(g.random.choice([f"DROP FUNCTION {at}({one.arguments})", f"DROP FUNCTION IF EXISTS {at}", f"DROP FUNCTION IF EXISTS {at}({one.arguments}) CASCADE",
                                        f"ALTER FUNCTION {at}({one.arguments}) RENAME TO {g.names.unused('renamed_function')}",
                                        f"COMMENT ON FUNCTION {at}({one.arguments}) IS 'does it'"]))
    name = g.names.unused(g.random.choice(["touch_row", "make_code", "add_up"]))
    return execute(g.random.choice([
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n{BODY}\n$$",
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS TRIGGER AS $body$\n{BODY}\n$body$ LANGUAGE plpgsql;",
        f"CREATE FUNCTION {name}(a integer, b integer DEFAULT 1) RETURNS integer AS 'SELECT a + b' LANGUAGE sql IMMUTABLE",
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS text AS $$ SELECT md5('x') $$ LANGUAGE sql STABLE",
        f"CREATE FUNCTION {name}(t text, OUT n int, OUT m int) AS $$ SELECT 1, 2 $$ LANGUAGE sql STRICT",
    ]))


@operation(0.6)
def function_default(g):
    one = g.pick([function for function in g.reachable(g.schema.functions) if function.result in ("text", "integer") and function.schema == "public"])
    table = g.pick(g.tables())
    if not one or not table:
        return None
    name = g.names.column([column.name for column in table.columns])
    arguments = "1, 2" if one.arguments else ""
    kind = "sa.Text()" if one.result == "text" else "sa.Integer()"
    made = f"sa.Column({name!r}, {kind}, server_default=sa.text({f'{quoted(one.name)}({arguments})'!r}))"
    return call("op.add_column", repr(table.name), made, schema=g.schema_word(table))


@operation(0.8)
def trigger(g):
    table = g.pick([table for table in g.tables() if table.kind == "r"])
    if not table:
        return None
    at = g.sql_name(table)
    if table.triggers and g.random.random() < 0.5:
        name = quoted(g.random.choice(table.triggers))
        return execute(g.random.choice([f"DROP TRIGGER {name} ON {at}", f"DROP TRIGGER IF EXISTS {name} ON {at} CASCADE", f"ALTER TABLE {at} DISABLE TRIGGER {name}",
                                        f"ALTER TRIGGER {name} ON {at} RENAME TO {quoted(g.names.unused('renamed_trigger'))}"]))
    one = g.pick([function for function in g.reachable(g.schema.functions) if function.result == "trigger"])
    if not one:
        return None
    name, function = g.names.unused("trg_touch"), f"{quoted(one.schema)}.{quoted(one.name)}"
    column = quoted(g.random.choice(table.columns).name) if table.columns else '"id"'
    return execute(g.random.choice([
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {at} FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"CREATE TRIGGER {name} AFTER INSERT OR DELETE ON {at} FOR EACH STATEMENT EXECUTE PROCEDURE {function}('a', 'b')",
        f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {at} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE OF {column} ON {at} FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION {function}()",
    ]))


@operation(1)
def sequence(g):
    owned = g.owned(g.schema.sequences)
    if owned and g.random.random() < 0.5:
        one = g.random.choice(owned)
        name = f"{quoted(one.schema)}.{quoted(one.name)}"
        table, column = g.pick_column(lambda column: column.type in ("integer", "bigint") and not column.identity)
        choices = [f"DROP SEQUENCE {name}", f"ALTER SEQUENCE {name} INCREMENT BY 3 CACHE 5", f"ALTER SEQUENCE {name} RENAME TO {quoted(g.names.unused('renamed_seq'))}",
                   f"ALTER SEQUENCE {name} RESTART WITH 50", f"SELECT setval({literal(name)}, 10)", f"ALTER SEQUENCE {name} MAXVALUE 1000 CYCLE"]
        if column:
            choices += [f"ALTER SEQUENCE {name} OWNED BY {g.sql_name(table)}.{quoted(column.name)}",
                        f"ALTER TABLE {g.sql_name(table)} ALTER COLUMN {quoted(column.name)} SET DEFAULT nextval({literal(name)})"]
        return execute(g.random.choice(choices))
    name = g.names.unused(g.random.choice(["counter_seq", "Number", "invoice_numbers"]))
    return g.random.choice([
        execute(f"CREATE SEQUENCE {quoted(name)}"), execute(f"CREATE SEQUENCE IF NOT EXISTS {quoted(name)} AS integer START WITH 100 INCREMENT BY 10 MINVALUE 5 NO CYCLE"),
        f"op.execute(sa.schema.CreateSequence(sa.Sequence({name!r}, start=5)))", f"sa.Sequence({name!r}).create(op.get_bind())",
    ])


@operation(0.5)
def schema(g):
    found = g.reachable(g.schema.schemas)
    if found and g.random.random() < 0.3:
        one = g.random.choice(found)
        name = one.name
        table = g.pick([table for table in g.tables() if table.schema == "public"])
        if table and g.random.random() < 0.7:
            return execute(f"ALTER TABLE {g.sql_name(table)} SET SCHEMA {quoted(name)}")
        return execute(f"DROP SCHEMA {quoted(name)}") if g.owned([one]) else None
    name = g.names.unused(g.random.choice(["app", "Reporting", "archive"]))
    return g.random.choice([execute(f"CREATE SCHEMA {quoted(name)}"), execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(name)}"), f"op.execute(sa.schema.CreateSchema({name!r}))"])


@operation(0.3)
def extension(g):
    return execute(g.random.choice(["CREATE EXTENSION IF NOT EXISTS vector", "CREATE EXTENSION IF NOT EXISTS plpgsql", 'DROP EXTENSION IF EXISTS "vector"', "CREATE EXTENSION vector"]))


@operation(1)
def raw_table(g):
    name = g.names.table()
    at = quoted(name)
    table = g.pick([table for table in g.tables() if table.kind == "r"])
    choices = [
        f"CREATE TABLE {at} (id serial PRIMARY KEY, name varchar(30) NOT NULL DEFAULT 'x', made timestamp with time zone DEFAULT now(), UNIQUE (name))",
        f"CREATE TABLE IF NOT EXISTS {at} (\n  id bigint GENERATED BY DEFAULT AS IDENTITY,\n  a int CHECK (a > 0),\n  b int,\n  CONSTRAINT {quoted(g.names.of('ck', name))} CHECK (a < b),\n  PRIMARY KEY (id)\n)",
        f"CREATE TABLE {at} (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tags text[] NOT NULL DEFAULT '{{}}', doc jsonb DEFAULT '{{}}'::jsonb)",
        f"CREATE TABLE {at} (id int, at date NOT NULL) PARTITION BY RANGE (at)",
        f"CREATE UNLOGGED TABLE {at} (id int)",
    ]
    if table:
        source = g.sql_name(table)
        choices += [f"CREATE TABLE {at} (LIKE {source} INCLUDING ALL)", f"CREATE TABLE {at} AS SELECT * FROM {source}", f"CREATE TABLE {at} (more text) INHERITS ({source})",
                    f"DROP TABLE {source} CASCADE", f"DROP TABLE IF EXISTS {source}", f"ALTER TABLE {source} RENAME TO {at}", f"ALTER TABLE {source} SET (fillfactor = 90)",
                    f"ALTER TABLE {source} ENABLE ROW LEVEL SECURITY", f"CREATE POLICY {quoted(g.names.of('pol', name))} ON {source} FOR SELECT USING (true)",
                    f"ALTER TABLE {source} REPLICA IDENTITY FULL", f"CREATE STATISTICS {quoted(g.names.of('st', name))} (dependencies) ON "
                    + ", ".join(quoted(column.name) for column in table.columns[:2]) + f" FROM {source}"]
    for parent in (table for table in g.tables() if table.kind == "p" and table.key and "RANGE (at)" in table.key):
        year = 2000 + g.number()
        choices += [f"CREATE TABLE {at} PARTITION OF {g.sql_name(parent)} FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01')"] * 3
    return execute(g.random.choice(choices))


@operation(1)
def do_block(g):
    table, column = g.pick_column()
    if not column:
        return None
    at = g.sql_name(table)
    name = g.names.column([column.name for column in table.columns])
    return execute(g.random.choice([
        f"DO $$\nBEGIN\n  IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_schema = {literal(table.schema)} AND table_name = {literal(table.name)} AND column_name = {literal(name)}) THEN\n"
        f"    ALTER TABLE {at} ADD COLUMN {quoted(name)} integer;\n  END IF;\nEND $$;",
        f"DO $$ BEGIN\n  CREATE TYPE {quoted(g.names.unused('do_enum'))} AS ENUM ('a', 'b');\nEXCEPTION\n  WHEN duplicate_object THEN null;\nEND $$;",
        f"DO $$ BEGIN ALTER TABLE {at} DROP COLUMN IF EXISTS {quoted(column.name)}; END $$",
        f"DO $$ BEGIN\n  IF EXISTS (SELECT FROM pg_type WHERE typname = 'nothing_here') THEN\n    DROP TABLE {at};\n  END IF;\nEND $$;",
    ]))


@operation(0.8)
def rows(g):
    """Data: rows inserted, updated, deleted."""
    table, column = g.pick_column(lambda column: column.category in "SN" and not column.generated and not column.identity)
    if not column or table.schema != "public":
        return None
    at, name = g.sql_name(table), quoted(column.name)
    value = "7" if column.category == "N" else "a"
    return g.random.choice([
        execute(f"UPDATE {at} SET {name} = {literal(value)} WHERE {name} IS NULL"),
        execute(f"DELETE FROM {at} WHERE {name} = {literal(value)}"),
        f"op.execute(sa.text({f'UPDATE {at} SET {name} = NULL WHERE {name} = {literal(value)}'!r}))",
        execute(f"INSERT INTO {at} ({name}) VALUES ({literal(value)})"),
        f"op.bulk_insert(sa.table({table.name!r}, sa.column({column.name!r}, {'sa.Integer()' if column.category == 'N' else 'sa.String()'})), [{{{column.name!r}: {int(value) if value == '7' else value!r}}}])",
        execute(f"TRUNCATE TABLE {at} CASCADE"),
    ])
