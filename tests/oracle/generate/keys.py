"""Indexes and constraints."""

from .operation import Statement, call, execute, operation, quoted
from .tables import fk_options


def some_columns(g, table, most=3):
    """Columns that an index can take."""
    fitting = [column for column in table.columns if column.type not in ("json", "money[]") and column.category not in "I" or column.type == "inet"]
    fitting = [column for column in fitting if column.type not in ("json", "tsquery", "point", "xml")]
    return g.random.sample(fitting, min(len(fitting), g.random.choice([1, 1, 1, 2, most])))


@operation(4)
def create_index(g):
    table = g.pick(g.tables())
    columns = table and some_columns(g, table)
    if not columns:
        return None
    name = g.names.of("ix", table.name, columns[0].name)
    if g.random.random() < 0.04:
        name = g.names.unused((name + "_" + "very_long_" * 8)[:63])
    words = [repr(column.name) for column in columns]
    keywords = {"unique": g.random.choice([None, "False", "False", "True"]), "schema": g.schema_word(table)}
    first = columns[0]
    chance = g.random.random()
    if chance < 0.1:
        words[0] = g.random.choice(["sa.text({0!r})", "sa.text({1!r})", "sa.literal_column({0!r})", "sa.text({2!r})"]).format(
            f"lower(CAST({quoted(first.name)} AS text))", f"{quoted(first.name)} DESC", f"{quoted(first.name)} DESC NULLS LAST")
    elif chance < 0.16:
        keywords["postgresql_where"] = "sa.text(%r)" % g.random.choice([f"{quoted(first.name)} IS NOT NULL", f"({quoted(first.name)} IS NULL)"])
    elif chance < 0.2 and first.category == "S":
        keywords["postgresql_where"] = "sa.text(%r)" % g.random.choice([f"{quoted(first.name)} = 'a'", f"{quoted(first.name)} IN ('a', 'b')", f"{quoted(first.name)} <> ''",
                                                                       f"length({quoted(first.name)}) > 3", f"{quoted(first.name)} LIKE 'a%'"])
    elif chance < 0.24 and first.category == "N":
        keywords["postgresql_where"] = "sa.text(%r)" % g.random.choice([f"{quoted(first.name)} > 0", f"{quoted(first.name)} BETWEEN 1 AND 5", f"NOT ({quoted(first.name)} = 3)"])
    elif chance < 0.3:
        using = "gin" if first.type in ("jsonb", "tsvector") or first.type.endswith("[]") else g.random.choice(["hash", "btree", "brin"])
        keywords["postgresql_using"] = repr(using)
        words = words[:1] if using == "hash" else words
    elif chance < 0.34 and first.type in ("text",) or first.type.startswith("character varying"):
        ops = "text_pattern_ops" if first.type == "text" else "varchar_pattern_ops"
        keywords["postgresql_ops"] = repr({first.name: ops})
    elif chance < 0.38:
        others = [column.name for column in table.columns if column not in columns]
        if others:
            keywords["postgresql_include"] = repr(others[:2])
    elif chance < 0.42:
        keywords["unique"], keywords["postgresql_nulls_not_distinct"] = "True", "True"
    elif chance < 0.45:
        keywords["postgresql_with"] = "{'fillfactor': 80}"
    elif chance < 0.49:
        keywords["if_not_exists"] = "True"
    concurrently = g.random.random() < 0.08 and table.kind == "r"
    if concurrently:
        keywords["postgresql_concurrently"] = "True"
    made = call("op.create_index", g.random.choice(["op.f(%r)", "%r"]) % name, repr(table.name), f"[{', '.join(words)}]", **keywords)
    if concurrently:
        return Statement("with op.get_context().autocommit_block():\n    " + made.replace("\n", "\n    "), autocommit=True)
    return made


@operation(1.5)
def drop_index(g):
    table = g.pick(g.tables())
    index = table and g.pick(table.indexes)
    if not index:
        return None
    keywords = {"table_name": g.random.choice([repr(table.name), None]), "schema": g.schema_word(table)}
    if g.random.random() < 0.15:
        keywords["if_exists"] = "True"
    g.names.used.discard(index.name)
    return call("op.drop_index", g.random.choice(["op.f(%r)", "%r"]) % index.name, **keywords)


@operation(2)
def unique_constraint(g):
    table = g.pick(g.tables())
    columns = table and some_columns(g, table, 2)
    if not columns:
        return None
    keywords = {"schema": g.schema_word(table)}
    if g.random.random() < 0.15:
        keywords.update(deferrable="True", initially="'DEFERRED'")
    if g.random.random() < 0.1:
        keywords["postgresql_nulls_not_distinct"] = "True"
    if g.random.random() < 0.08:
        keywords["postgresql_include"] = "['id']"
    name = g.random.choice(["None", "%r", "op.f(%r)"])
    name = name % g.names.of("uq", table.name, columns[0].name) if "%" in name else name
    return call("op.create_unique_constraint", name, repr(table.name), repr([column.name for column in columns]), **keywords)


@operation(2.5)
def foreign_key(g):
    table = g.pick([table for table in g.tables() if table.kind == "r"])
    targets = [other for other in g.tables() if other.kind == "r" and len(other.primary_key() or ()) == 1]
    if not table or not targets:
        return None
    target = g.random.choice(targets)
    key = target.primary_key()[0]
    kind = next(column.type for column in target.columns if column.name == key)
    fitting = [column for column in table.columns if column.type == kind]
    column = g.pick(fitting if g.random.random() < 0.95 else table.columns)
    if not column:
        return None
    keywords = fk_options(g)
    keywords["source_schema"] = g.schema_word(table)
    keywords["referent_schema"] = g.schema_word(target)
    if g.random.random() < 0.06:
        keywords["postgresql_not_valid"] = "True"
    name = g.random.choice(["None", "%r", "%r", "op.f(%r)"])
    name = name % g.names.of("fk", table.name, column.name) if "%" in name else name
    return call("op.create_foreign_key", name, repr(table.name), repr(target.name), repr([column.name]), repr([key]), **keywords)


CHECKS = {
    "S": ["{c} <> ''", "length({c}) > 2", "{c} IN ('a', 'b', 'c')", "{c} ~ '^[a-z]+$'", "{c} = lower({c})", "char_length({c}) <= 40", "{c} NOT LIKE '%x'", "{c} IS NULL OR {c} != 'n'"],
    "N": ["{c} > 0", "{c} >= 0 AND {c} <= 100", "{c} BETWEEN 1 AND 10", "{c} IN (1, 2, 3)", "{c} IS NOT NULL", "NOT ({c} < 0)", "{c} + 1 > 0", "{c} <> -1"],
    "D": ["{c} > '2000-01-01'", "{c} IS NOT NULL", "{c} < now()"],
    "B": ["{c}", "{c} IS TRUE", "NOT {c}", "{c} = true", "{c} IN (true, false)"],
    "E": ["{c} IS NOT NULL"],
    "A": ["array_length({c}, 1) > 0", "cardinality({c}) < 10"],
    "U": ["{c} IS NOT NULL", "jsonb_typeof({c}) = 'object'"],
}


@operation(2)
def check_constraint(g):
    table, column = g.pick_column()
    if not column:
        return None
    check = g.random.choice(CHECKS.get(column.category, ["{c} IS NOT NULL"])).format(c=quoted(column.name))
    name = g.random.choice(["%r", "op.f(%r)", "None"])
    name = name % g.names.of("ck", table.name, column.name) if "%" in name else name
    keywords = {"schema": g.schema_word(table)}
    if g.random.random() < 0.08:
        keywords["postgresql_not_valid"] = "True"
    condition = g.random.choice(["%r", "sa.text(%r)"]) % check
    if "%" in check and "sa.text" in condition:
        condition = repr(check)
    return call("op.create_check_constraint", name, repr(table.name), condition, **keywords)


@operation(0.5)
def primary_key(g):
    table = g.pick([table for table in g.tables() if not table.primary_key()])
    columns = table and some_columns(g, table, 2)
    if not columns:
        return None
    name = g.random.choice([repr(g.names.of("pk", table.name)), "None"])
    return call("op.create_primary_key", name, repr(table.name), repr([column.name for column in columns]), schema=g.schema_word(table))


@operation(0.5)
def exclude_constraint(g):
    table, column = g.pick_column(lambda column: column.type.endswith("range") or column.type in ("inet", "cidr"))
    if not column:
        return None
    operator = "&&"
    words = [repr(g.names.of("ex", table.name)), repr(table.name), f"(sa.column({column.name!r}), {operator!r})"]
    if g.random.random() < 0.5 and " " not in column.name:
        words[2] = f"({column.name!r}, {operator!r})"
    keywords = {"using": "'gist'", "schema": g.schema_word(table)}
    if g.random.random() < 0.3:
        keywords["where"] = repr(f"{quoted(column.name)} IS NOT NULL")
    return call("op.create_exclude_constraint", *words, **keywords)


@operation(2)
def drop_constraint(g):
    table = g.pick(g.tables())
    constraint = table and g.pick(table.constraints)
    if not constraint:
        return None
    kind = {"p": "primary", "u": "unique", "f": "foreignkey", "c": "check", "x": None}[constraint.type]
    keywords = {"type_": g.random.choice([repr(kind) if kind else None, None]), "schema": g.schema_word(table)}
    if g.random.random() < 0.08:
        keywords["if_exists"] = "True"
    g.names.used.discard(constraint.name)
    return call("op.drop_constraint", g.random.choice(["op.f(%r)", "%r", "%r"]) % constraint.name, repr(table.name), **keywords)


@operation(1.5)
def raw_key(g):
    table, column = g.pick_column()
    if not column:
        return None
    name, at, fresh = g.sql_name(table), quoted(column.name), quoted(g.names.of("k", table.name, column.name))
    choices = [
        f"CREATE INDEX {fresh} ON {name} ({at})",
        f"CREATE INDEX ON {name} ({at})",
        f"CREATE UNIQUE INDEX IF NOT EXISTS {fresh} ON {name} USING btree ({at} DESC NULLS LAST)",
        f"CREATE INDEX {fresh} ON {name} ({at}) WHERE {at} IS NOT NULL",
        f"CREATE INDEX {fresh} ON {name} (({at}::text)) INCLUDE ({at})",
        f"ALTER TABLE {name} ADD UNIQUE ({at})",
        f"ALTER TABLE {name} ADD CONSTRAINT {fresh} UNIQUE NULLS NOT DISTINCT ({at})",
        f"ALTER TABLE {name} ADD CONSTRAINT {fresh} CHECK ({at} IS NOT NULL) NOT VALID",
        f"ALTER TABLE {name} ADD CHECK ({at} IS NOT NULL)",
        f"ALTER TABLE {name} ADD CONSTRAINT {fresh} CHECK ({at} IS NULL OR {at}::text <> '') NO INHERIT",
    ]
    for index in table.indexes:
        qualified = f"{quoted(table.schema)}.{quoted(index.name)}"
        choices += [f"ALTER INDEX {qualified} RENAME TO {fresh}", f"DROP INDEX IF EXISTS {qualified}", f"DROP INDEX {qualified} CASCADE"]
        if index.unique and not index.constraint and not index.partial and not index.expressions:
            choices += [f"ALTER TABLE {name} ADD CONSTRAINT {fresh} UNIQUE USING INDEX {quoted(index.name)}"] * 3
    for constraint in table.constraints:
        at = quoted(constraint.name)
        choices += [f"ALTER TABLE {name} RENAME CONSTRAINT {at} TO {fresh}", f"ALTER TABLE {name} DROP CONSTRAINT IF EXISTS {at} CASCADE",
                    f"ALTER TABLE {name} VALIDATE CONSTRAINT {at}"]
        if constraint.type == "f":
            choices += [f"ALTER TABLE {name} ALTER CONSTRAINT {at} DEFERRABLE INITIALLY DEFERRED"]
    return execute(g.random.choice(choices))
