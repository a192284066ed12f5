"""Code around operations: guards, loops, helpers, attempts."""

from .operation import OPERATIONS, Statement, call, literal, operation, quoted
from .tables import column


def indented(code, by="    "):
    return "\n".join(by + line if line else line for line in code.split("\n"))


def some_operation(g):
    """The Python of another operation, which needs nothing of its own; never one of this file."""
    for _ in range(10):
        _, function = g.random.choices(OPERATIONS, [weight for weight, _ in OPERATIONS])[0]
        if function.__module__ == __name__:
            continue
        made = function(g)
        if isinstance(made, str):
            return made
    return None


@operation(1.5)
def has_table(g):
    table = g.pick(g.tables())
    if not table:
        return None
    name = g.random.choice([table.name, table.name, "not_there"])
    schema = g.schema_word(table)
    inside = call("op.add_column", repr(table.name), column(g, g.names.column([c.name for c in table.columns]), inside=False), schema=schema)
    check = g.random.choice(["sa.inspect(op.get_bind()).has_table({0}{1})", "{0} in sa.inspect(op.get_bind()).get_table_names({2})",
                             "op.get_bind().dialect.has_table(op.get_bind(), {0}{1})"])
    check = check.format(repr(name), f", schema={schema}" if schema else "", f"schema={schema}" if schema else "")
    return f"if {check}:\n{indented(inside)}"


@operation(1.5)
def has_column(g):
    table = g.pick(g.tables())
    if not table:
        return None
    taken = [c.name for c in table.columns]
    name = g.names.column(taken) if g.random.random() < 0.6 or not taken else g.random.choice(taken)
    schema = g.schema_word(table)
    options = f", schema={schema}" if schema else ""
    add = call("op.add_column", repr(table.name), column(g, name, inside=False), schema=schema)
    if g.random.random() < 0.5:
        return f"columns = [c['name'] for c in sa.inspect(op.get_bind()).get_columns({table.name!r}{options})]\nif {name!r} not in columns:\n{indented(add)}"
    helper = (
        "def has_column(table, name, schema=None):\n    inspector = sa.inspect(op.get_bind())\n"
        "    return any(c['name'] == name for c in inspector.get_columns(table, schema=schema))\n"
    )
    return Statement(f"if not has_column({table.name!r}, {name!r}{options}):\n{indented(add)}", helper)


@operation(1)
def has_index(g):
    table = g.pick([table for table in g.tables() if table.indexes])
    if not table:
        return None
    schema = g.schema_word(table)
    options = f", schema={schema}" if schema else ""
    name = g.random.choice([*[index.name for index in table.indexes], "ix_nothing"])
    drop = call("op.drop_index", repr(name), table_name=repr(table.name), schema=schema)
    return (
        f"existing = {{i['name'] for i in sa.inspect(op.get_bind()).get_indexes({table.name!r}{options})}}\nif {name!r} in existing:\n{indented(drop)}"
    )


@operation(0.8)
def has_constraint(g):
    table = g.pick([table for table in g.tables() if table.constraints])
    if not table:
        return None
    schema = g.schema_word(table)
    options = f", schema={schema}" if schema else ""
    look = g.random.choice(["get_unique_constraints", "get_foreign_keys", "get_check_constraints"])
    drop = call("op.drop_constraint", "one['name']", repr(table.name), schema=schema)
    return f"for one in sa.inspect(op.get_bind()).{look}({table.name!r}{options}):\n{indented(drop)}"


@operation(0.8)
def information_schema(g):
    table = g.pick(g.tables())
    if not table:
        return None
    taken = [c.name for c in table.columns]
    name = g.names.column(taken) if g.random.random() < 0.6 or not taken else g.random.choice(taken)
    add = call("op.add_column", repr(table.name), column(g, name, inside=False), schema=g.schema_word(table))
    style = g.random.random()
    if style < 0.5:
        query = "SELECT 1 FROM information_schema.columns WHERE table_name = :t AND column_name = :c AND table_schema = :s"
        code = f"found = op.get_bind().execute(sa.text({query!r}), {{'t': {table.name!r}, 'c': {name!r}, 's': {table.schema!r}}}).fetchone()\n"
        return code + f"if found is None:\n{indented(add)}"
    query = f"SELECT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = {literal(table.schema)} AND table_name = {literal(table.name)})"
    return f"if op.get_bind().execute(sa.text({query!r})).scalar():\n{indented(add)}"


@operation(0.8)
def enum_guard(g):
    enum = g.pick(g.owned(g.schema.enums))
    name = enum.name if enum and g.random.random() < 0.5 else g.names.unused("guarded_enum")
    query = f"SELECT 1 FROM pg_type WHERE typname = {literal(name)}"
    create = f"CREATE TYPE {quoted(name)} AS ENUM ('p', 'q')"
    return f"if not op.get_bind().execute(sa.text({query!r})).scalar():\n    op.execute({create!r})"


@operation(1)
def loop(g):
    tables = [table for table in g.tables() if table.schema == "public"]
    if len(tables) < 2:
        return None
    chosen = g.random.sample(tables, 2)
    names = [table.name for table in chosen]
    taken = [c.name for table in chosen for c in table.columns]
    fresh = g.names.column(taken)
    code = g.random.choice([
        f"for table in {names!r}:\n    op.add_column(table, sa.Column({fresh!r}, sa.Integer(), nullable=True))",
        f"for table in {tuple(names)!r}:\n    op.create_index(f'ix_{{table}}_{g.number()}', table, ['id'])",
        f"for table in {names!r}:\n    op.execute(f'ALTER TABLE \"{{table}}\" ADD COLUMN \"{fresh}\" text')",
        f"for table, kind in zip({names!r}, [sa.Text(), sa.Integer()]):\n    with op.batch_alter_table(table) as batch_op:\n        batch_op.add_column(sa.Column({fresh!r}, kind))",
    ])
    if g.random.random() < 0.4:
        constant = f"TABLES_{g.number()}"
        return Statement(code.replace(repr(names), constant, 1), f"{constant} = {names!r}\n")
    return code


@operation(0.7)
def helper(g):
    table = g.pick(g.tables())
    if not table:
        return None
    name = g.names.column([c.name for c in table.columns])
    module = (
        "def add_stamp(table, name, schema=None, **options):\n    options.setdefault('server_default', sa.func.now())\n"
        "    op.add_column(table, sa.Column(name, sa.DateTime(), **options), schema=schema)\n"
    )
    options = g.random.choice(["", ", nullable=False", ", server_default=None"])
    schema = f", schema={table.schema!r}" if table.schema != "public" else ""
    return Statement(f"add_stamp({table.name!r}, {name!r}{schema}{options})", module)


@operation(0.6)
def dialect_guard(g):
    inside = some_operation(g)
    if not inside:
        return None
    return g.random.choice([
        f"if op.get_bind().dialect.name == 'postgresql':\n{indented(inside)}",
        f"if op.get_context().dialect.name != 'sqlite':\n{indented(inside)}",
        f"if op.get_bind().engine.name == 'mysql':\n    pass\nelse:\n{indented(inside)}",
    ])


@operation(0.5)
def savepoint(g):
    inside = some_operation(g)
    return inside and f"with op.get_bind().begin_nested():\n{indented(inside)}"


@operation(0.6)
def rows_guard(g):
    """A condition on rows of a table that is mostly empty."""
    table = g.pick([table for table in g.tables() if table.kind == "r"])
    if not table:
        return None
    inside = call("op.add_column", repr(table.name), column(g, g.names.column([c.name for c in table.columns]), inside=False), schema=g.schema_word(table))
    return f"if not op.get_bind().execute(sa.text({f'SELECT count(*) FROM {g.sql_name(table)}'!r})).scalar():\n{indented(inside)}"


@operation(0.6)
def metadata_table(g):
    """Tables made by SQLAlchemy itself."""
    name = g.names.table()
    made = f"sa.Table({name!r}, sa.MetaData(), sa.Column('id', sa.Integer(), primary_key=True), sa.Column('note', sa.String(20), index=True))"
    return g.random.choice([f"{made}.create(op.get_bind())", f"{made}.create(op.get_bind(), checkfirst=True)",
                            f"metadata = sa.MetaData()\nsa.Table({name!r}, metadata, sa.Column('id', sa.BigInteger(), primary_key=True))\nmetadata.create_all(op.get_bind())"])
