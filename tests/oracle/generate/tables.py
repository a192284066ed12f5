"""Tables and columns."""

from .operation import call, execute, literal, operation, quoted
from .types import WIDER


def columns_of(g, count, taken):
    """Python of some columns, and of the constraints in them."""
    made = []
    for _ in range(count):
        name = g.names.column(taken)
        taken.append(name)
        made.append(column(g, name))
    return made


def column(g, name, inside=True):
    """`sa.Column(…)`; some of its options only work inside of a new table."""
    kind, defaults = g.type()
    words = [repr(name), kind]
    keywords = {}
    chance = g.random.random()
    if chance < 0.05 and kind in ("sa.Integer()", "sa.BigInteger()") and inside:
        options = g.random.choice(["always=True", "always=False", "", "start=10, increment=5", "always=True, minvalue=1, maxvalue=1000, cycle=True", "cache=20"])
        words.append(f"sa.Identity({options})")
        keywords["nullable"] = "False"
    else:
        nullable = g.random.choice(["True", "False", None])
        if defaults and g.random.random() < 0.4:
            keywords["server_default"] = g.random.choice(defaults)
        elif not inside and nullable == "False":
            nullable = g.random.choice(["True", "False"])
        keywords["nullable"] = nullable
    if g.random.random() < 0.06 and "JSON" not in kind:
        keywords["unique"] = "True"
    if g.random.random() < 0.06 and "JSON" not in kind:
        keywords["index"] = "True"
    if g.random.random() < 0.08:
        keywords["comment"] = repr(g.random.choice(["what it is", "it's", "", "a; b", "100%"]))
    return call("sa.Column", *words, **keywords)


def reference(g):
    """A column that refers to another table, as Python; nothing where there is no such table."""
    targets = [table for table in g.tables() if table.kind == "r" and len(table.primary_key() or ()) == 1]
    if not targets:
        return None
    table = g.random.choice(targets)
    key = table.primary_key()[0]
    kind = next(column.type for column in table.columns if column.name == key)
    python = {"integer": "sa.Integer()", "bigint": "sa.BigInteger()", "uuid": "sa.Uuid()", "text": "sa.Text()"}.get(kind)
    if python is None or "." in table.name or "." in key:
        return None
    target = f"{table.schema}.{table.name}.{key}" if table.schema != "public" else f"{table.name}.{key}"
    return table, key, python, target


def fk_options(g):
    """Options of a foreign key."""
    options = {}
    if g.random.random() < 0.35:
        options["ondelete"] = repr(g.random.choice(["CASCADE", "SET NULL", "RESTRICT", "SET DEFAULT", "NO ACTION", "cascade"]))
    if g.random.random() < 0.15:
        options["onupdate"] = repr(g.random.choice(["CASCADE", "SET NULL", "RESTRICT"]))
    if g.random.random() < 0.08:
        options["deferrable"] = g.random.choice(["True", "False"])
        if options["deferrable"] == "True":
            options["initially"] = repr(g.random.choice(["DEFERRED", "IMMEDIATE"]))
    if g.random.random() < 0.04:
        options["match"] = repr(g.random.choice(["FULL", "SIMPLE"]))
    return options


@operation(6)
def create_table(g):
    name = g.names.table()
    if g.random.random() < 0.03:
        name = g.names.unused(name + "_" + "x" * (70 - len(name)))[:63]
    schema = g.pick_schema(0.12)
    taken = ["id"]
    words = [repr(name)]
    style = g.random.random()
    key = g.random.choice(["sa.Integer()", "sa.Integer()", "sa.Integer()", "sa.BigInteger()", "sa.Uuid()", "sa.Text()"])
    after = []
    if style < 0.45:
        words.append(f"sa.Column('id', {key}, nullable=False)")
        after.append(g.random.choice(["sa.PrimaryKeyConstraint('id')", "sa.PrimaryKeyConstraint('id')", f"sa.PrimaryKeyConstraint('id', name={g.names.of('pk', name)!r})",
                                      f"sa.PrimaryKeyConstraint('id', name=op.f({g.names.of('pk', name)!r}))"]))
    elif style < 0.8:
        options = g.random.choice(["", "", ", autoincrement=True", ", autoincrement=False", ", index=True"])
        words.append(f"sa.Column('id', {key}, primary_key=True{options})")
    elif style < 0.86:
        words.append(f"sa.Column('id', sa.Integer(), sa.Identity(always={g.random.random() < 0.5}), primary_key=True)")
    elif style < 0.9:
        sequence = g.names.of(name, "custom_seq")
        words.append(f"sa.Column('id', sa.Integer(), sa.Sequence({sequence!r}), primary_key=True)")
    elif style < 0.96:
        other = g.names.column(taken)
        taken.append(other)
        words += ["sa.Column('id', sa.Integer(), nullable=False)", f"sa.Column({other!r}, sa.String(length=20), nullable=False)"]
        after.append(f"sa.PrimaryKeyConstraint('id', {other!r})")
    plain = columns_of(g, g.random.randint(1, 5), taken)
    words += plain
    names = [name for name in taken if name != "id"]
    for _ in range(g.random.choice([0, 0, 1, 1, 2])):
        found = reference(g)
        if not found:
            continue
        table, target_key, python, target = found
        local = f"{table.name[:30]}_id".replace(" ", "_")
        if local in taken or "%" in local:
            continue
        taken.append(local)
        options = fk_options(g)
        if g.random.random() < 0.5:
            words.append(call("sa.Column", repr(local), g.random.choice([python, python, "sa.Integer()"]) if python == "sa.Integer()" else python,
                              call("sa.ForeignKey", repr(target), **options), nullable=g.random.choice(["True", "False", None])))
        else:
            words.append(f"sa.Column({local!r}, {python}, nullable={g.random.random() < 0.5})")
            if g.random.random() < 0.4:
                options["name"] = g.random.choice(["op.f(%r)", "%r"]) % g.names.of("fk", name, local)
            after.append(call("sa.ForeignKeyConstraint", f"[{local!r}]", f"[{target!r}]", **options))
        if g.random.random() < 0.2:
            after.append(f"sa.Index({g.names.of('ix', name, local)!r}, {local!r})")
    if names and g.random.random() < 0.25:
        chosen = g.random.sample(names, min(len(names), g.random.choice([1, 1, 2])))
        options = {"name": g.random.choice([None, None, repr(g.names.of("uq", name)), f"op.f({g.names.of('uq', name)!r})"])}
        if g.random.random() < 0.15:
            options.update(deferrable="True", initially="'DEFERRED'")
        if g.random.random() < 0.1:
            options["postgresql_nulls_not_distinct"] = "True"
        after.append(call("sa.UniqueConstraint", *map(repr, chosen), **options))
    if g.random.random() < 0.15:
        check = g.random.choice(["1 = 1", "id IS NOT NULL", "length('a') > 0"])
        after.append(call("sa.CheckConstraint", repr(check), name=g.random.choice([None, repr(g.names.of("ck", name)), f"op.f({g.names.of('ck', name)!r})"])))
    keywords = {}
    if schema:
        keywords["schema"] = repr(schema)
    if g.random.random() < 0.1:
        keywords["comment"] = repr(g.random.choice(["holds things", "it's; so", "1 %"]))
    if g.random.random() < 0.05:
        keywords["if_not_exists"] = "True"
    if g.random.random() < 0.03:
        keywords["prefixes"] = "['UNLOGGED']"
    if g.random.random() < 0.04:
        keywords["postgresql_with"] = "{'fillfactor': 70}"
    g.random.shuffle(after)
    return call("op.create_table", *words, *after, **keywords)


@operation(1.2)
def drop_table(g):
    table = g.pick(g.tables())
    if not table:
        return None
    # Its names may be used again.
    g.names.used.discard(table.name)
    options = {"schema": g.schema_word(table)}
    if g.random.random() < 0.2:
        options["if_exists"] = "True"
    return call("op.drop_table", repr(table.name), **options)


@operation(1)
def rename_table(g):
    table = g.pick(g.tables())
    return table and call("op.rename_table", repr(table.name), repr(g.names.table()), schema=g.schema_word(table))


@operation(5)
def add_column(g):
    table = g.pick(g.tables())
    if not table:
        return None
    name = g.names.column([column.name for column in table.columns])
    schema = g.schema_word(table)
    found = reference(g) if g.random.random() < 0.15 else None
    if found and table.kind == "r":
        target, _, python, address = found
        local = g.names.column([column.name for column in table.columns])
        made = call("sa.Column", repr(local), python, call("sa.ForeignKey", repr(address), **fk_options(g)), nullable="True")
        return call("op.add_column", repr(table.name), made, schema=schema)
    options = {"schema": schema}
    if g.random.random() < 0.06:
        options["if_not_exists"] = "True"
    numbers = [column.name for column in table.columns if column.type in ("integer", "bigint") and not column.generated]
    if numbers and g.random.random() < 0.07:
        persisted = g.random.choice(["True", "True", "True", "False", "None"])
        expression = g.random.choice(["{c} + 1", "{c} * 2", "{c} % 7", "abs({c})", "CASE WHEN {c} > 0 THEN 1 ELSE 0 END"]).format(c=quoted(g.random.choice(numbers)))
        made = f"sa.Column({name!r}, sa.Integer(), sa.Computed({expression!r}, persisted={persisted}))"
        return call("op.add_column", repr(table.name), made, **options)
    return call("op.add_column", repr(table.name), column(g, name, inside=False), **options)


@operation(2)
def drop_column(g):
    table, column = g.pick_column()
    if not column:
        return None
    options = {"schema": g.schema_word(table)}
    if g.random.random() < 0.06:
        options["if_exists"] = "True"
    return call("op.drop_column", repr(table.name), repr(column.name), **options)


def existing(g, column):
    """`existing_type=` as autogenerate writes it, or nothing."""
    python = {"integer": "sa.INTEGER()", "bigint": "sa.BIGINT()", "boolean": "sa.BOOLEAN()", "text": "sa.TEXT()", "date": "sa.DATE()",
              "timestamp without time zone": "postgresql.TIMESTAMP()", "jsonb": "postgresql.JSONB(astext_type=sa.Text())"}.get(column.type)
    if column.type.startswith("character varying("):
        python = f"sa.VARCHAR(length={column.length})"
    return python if g.random.random() < 0.7 else None


@operation(1.2)
def rename_column(g):
    table, column = g.pick_column()
    if not column:
        return None
    new = g.names.column([column.name for column in table.columns])
    keywords = {"new_column_name": repr(new), "existing_type": existing(g, column), "schema": g.schema_word(table)}
    if g.random.random() < 0.15:
        keywords["nullable"] = "True"
        keywords["existing_nullable"] = str(not column.notnull)
    return call("op.alter_column", repr(table.name), repr(column.name), **keywords)


@operation(1.5)
def alter_nullable(g):
    table, column = g.pick_column()
    if not column:
        return None
    return call("op.alter_column", repr(table.name), repr(column.name), existing_type=existing(g, column), nullable=str(column.notnull),
                schema=g.schema_word(table))


@operation(1.5)
def alter_default(g):
    table, column = g.pick_column()
    if not column:
        return None
    values = {"S": ["'x'", "sa.text(\"'y'\")", "sa.text(\"lower('Z')\")", "sa.text(\"'a' || 'b'\")"], "N": ["'7'", "sa.text('3 + 4')", "sa.text('0')"],
              "D": ["sa.func.now()", "sa.text('now()')", "sa.text(\"now() + interval '1 day'\")"], "B": ["sa.false()", "sa.text('true')"],
              "U": ["sa.text(\"'{}'\")", "sa.text('NULL')", "sa.text('gen_random_uuid()')"]}.get(column.category, ["sa.text('NULL')"])
    value = "None" if column.default and g.random.random() < 0.5 else g.random.choice(values)
    keywords = {"existing_type": existing(g, column), "server_default": value, "schema": g.schema_word(table)}
    if g.random.random() < 0.2:
        keywords["existing_nullable"] = str(not column.notnull)
    return call("op.alter_column", repr(table.name), repr(column.name), **keywords)


@operation(2.5)
def alter_type(g):
    table, column = g.pick_column()
    if not column or column.category not in WIDER:
        return None
    kind = g.random.choice([kind for kind in WIDER[column.category] if "CITEXT" not in kind])
    keywords = {"existing_type": existing(g, column), "type_": kind, "schema": g.schema_word(table)}
    if g.random.random() < 0.4:
        sql = {"sa.BigInteger()": "bigint", "sa.Integer()": "integer", "sa.Text()": "text", "sa.Date()": "date", "postgresql.JSONB()": "jsonb", "sa.Float()": "double precision",
               "postgresql.UUID()": "uuid", "sa.Boolean()": "boolean", "postgresql.ARRAY(sa.Text())": "text[]"}.get(kind)
        if sql:
            keywords["postgresql_using"] = repr(f"{quoted(column.name)}::{sql}")
    if column.default and g.random.random() < 0.3:
        keywords["server_default"] = "None"
    if g.random.random() < 0.2:
        keywords["nullable"] = "True"
    return call("op.alter_column", repr(table.name), repr(column.name), **keywords)


@operation(0.7)
def alter_comment(g):
    table, column = g.pick_column()
    if not column:
        return None
    keywords = {"comment": "None" if column.comment else repr(g.random.choice(["noted", "it's", "ü %s", "a:b"])), "existing_type": existing(g, column),
                "existing_comment": repr(column.comment) if column.comment else None, "schema": g.schema_word(table)}
    return call("op.alter_column", repr(table.name), repr(column.name), **keywords)


@operation(0.4)
def alter_identity(g):
    table, column = g.pick_column(lambda column: column.type in ("integer", "bigint", "smallint") and (column.notnull or column.identity))
    if not column:
        return None
    value = g.random.choice(["None", "sa.Identity(always=True)", "sa.Identity(start=100)"] if column.identity else ["sa.Identity()", "sa.Identity(always=True, start=5)"])
    keywords = {"server_default": value, "existing_type": "sa.Integer()", "schema": g.schema_word(table)}
    if column.identity:
        keywords["existing_server_default"] = f"sa.Identity(always={column.identity == 'a'})"
    return call("op.alter_column", repr(table.name), repr(column.name), **keywords)


@operation(0.6)
def table_comment(g):
    table = g.pick(g.tables())
    if not table:
        return None
    schema = g.schema_word(table)
    if table.comment:
        return call("op.drop_table_comment", repr(table.name), existing_comment=repr(table.comment), schema=schema)
    return call("op.create_table_comment", repr(table.name), repr(g.random.choice(["about it", "it's", "50%", "ü"])), schema=schema)


@operation(2.5)
def batch(g):
    """Autogenerate's form under `render_as_batch`."""
    table = g.pick(g.tables())
    if not table:
        return None
    taken = [column.name for column in table.columns]
    lines = []
    for _ in range(g.random.randint(1, 4)):
        chance = g.random.random()
        one = g.pick(table.columns)
        if not one:
            continue
        if chance < 0.35:
            name = g.names.column(taken)
            taken.append(name)
            lines.append(call("batch_op.add_column", column(g, name, inside=False)))
        elif chance < 0.5:
            lines.append(call("batch_op.alter_column", repr(one.name), existing_type=existing(g, one), nullable=str(one.notnull)))
        elif chance < 0.6:
            name = g.names.column(taken)
            taken.append(name)
            lines.append(call("batch_op.alter_column", repr(one.name), new_column_name=repr(name)))
        elif chance < 0.75:
            index = g.names.of("ix", table.name, one.name)
            lines.append(f"batch_op.create_index(batch_op.f({index!r}), [{one.name!r}], unique={g.random.random() < 0.3})")
        elif chance < 0.85:
            lines.append(f"batch_op.create_unique_constraint({g.names.of('uq', table.name, one.name)!r}, [{one.name!r}])")
        elif chance < 0.9 and table.indexes:
            lines.append(f"batch_op.drop_index({g.random.choice(table.indexes).name!r})")
        else:
            lines.append(f"batch_op.drop_column({one.name!r})")
    if not lines:
        return None
    keywords = {"schema": g.schema_word(table) or g.random.choice([None, "None"])}
    body = "\n".join("    " + line.replace("\n", "\n    ") for line in lines)
    return f"with {call('op.batch_alter_table', repr(table.name), **keywords)} as batch_op:\n{body}"


@operation(1.2)
def raw_column(g):
    """Columns in raw SQL."""
    table, column = g.pick_column()
    if not column:
        return None
    name, at = g.sql_name(table), quoted(column.name)
    fresh = quoted(g.names.column([column.name for column in table.columns]))
    sql = g.random.choice([
        f"ALTER TABLE {name} ADD COLUMN {fresh} integer NOT NULL DEFAULT 0",
        f"ALTER TABLE {name} ADD {fresh} varchar(20) CHECK ({fresh} <> '')",
        f"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS {fresh} timestamptz DEFAULT now(), ADD COLUMN IF NOT EXISTS zz_more text[]",
        f"ALTER TABLE IF EXISTS {name} ADD COLUMN {fresh} numeric(6,2) DEFAULT 1.50",
        f"ALTER TABLE {name} ADD COLUMN {fresh} serial",
        f"ALTER TABLE {name} ADD COLUMN {fresh} bigint GENERATED ALWAYS AS IDENTITY",
        f"ALTER TABLE {name} ADD COLUMN {fresh} text GENERATED ALWAYS AS ('a' || 'b') STORED",
        f"ALTER TABLE {name} DROP COLUMN IF EXISTS {at} CASCADE",
        f"ALTER TABLE {name} DROP COLUMN {at}",
        f"ALTER TABLE {name} RENAME COLUMN {at} TO {fresh}",
        f"ALTER TABLE {name} RENAME {at} TO {fresh}",
        f"ALTER TABLE {name} ALTER COLUMN {at} DROP NOT NULL, ALTER COLUMN {at} DROP DEFAULT",
        f"ALTER TABLE {name} ALTER {at} SET DEFAULT NULL",
        f"ALTER TABLE {name} ALTER COLUMN {at} TYPE text USING {at}::text",
        f"ALTER TABLE {name} ALTER COLUMN {at} SET STATISTICS 200",
        f"ALTER TABLE {name} ALTER COLUMN {at} SET STORAGE EXTERNAL",
        f"COMMENT ON COLUMN {name}.{at} IS {literal('raw')}",
        f"COMMENT ON TABLE {name} IS NULL",
    ])
    return execute(sql)
