"""What a failed deploy, or a hand, does to a database behind Alembic's back."""

import re

import drift
import psycopg2
import sqlalchemy as sa
from generate.operation import literal, quoted
from generate.schema import Schema

from .rows import Filler
from .shape import shape

MADE = re.compile(r"\s*(CREATE (UNIQUE )?(TABLE|INDEX|TYPE|SEQUENCE|DOMAIN|VIEW|FUNCTION)|ALTER TABLE (IF EXISTS )?\S+ ADD COLUMN|ALTER TYPE \S+ ADD VALUE)", re.I)
AFTERWARDS = ["drop_column", "add_column", "retype", "drop_default", "set_default", "drop_not_null", "set_not_null", "drop_table", "drop_constraint",
              "drop_index", "add_index", "add_enum_value", "rename_column"]  # fmt: skip
WORDS = re.compile(r"\w+")
KINDS = {"prefix": 4, "ahead": 3, "create_all": 2, "rows": 4, "lost": 4}


class Disturbance:
    """Changes a database; `done` tells how."""

    def __init__(self, case, chance):
        self.case, self.chance, self.done = case, chance, []
        connection = self.connection = psycopg2.connect(case.base.plain)
        connection.autocommit = True
        self.cursor = connection.cursor()
        there = self.table_names()
        kinds = set(chance.choices(list(KINDS), list(KINDS.values()), k=chance.choice([1, 1, 1, 2, 2, 3])))
        for kind in KINDS:
            # The rows come last: what Alembic itself does needs them as they are.
            if kind in kinds and kind != "rows":
                getattr(self, kind)()
        # The application writes into what was made ahead.
        self.filled = {}
        ahead = self.table_names() - there if chance.random() < 0.5 and not case.project.asks_for_rows() else ()
        for table in Filler(connection, case.project.versions, chance).fill_only(ahead):
            self.cursor.execute(f"SELECT count(*) FROM {table}")
            self.filled[table] = self.cursor.fetchone()[0]
        if "rows" in kinds:
            self.rows()
        connection.close()

    def table_names(self):
        return {f"{quoted(table.schema)}.{quoted(table.name)}" for table in Schema(self.cursor).tables if table.kind == "r"}

    def run(self, kind, *statements):
        """Runs the statements, each in a transaction of its own; false where the server refuses the first."""
        for number, statement in enumerate(statements):
            try:
                self.cursor.execute(statement)
            except psycopg2.Error:
                self.cursor.execute("ROLLBACK")
                return number > 0
            self.done.append((kind, statement))
        return True

    def prefix(self):
        """The first statements of the next revisions; the deploy ended before it wrote the row."""
        groups = [group for group in self.case.sent if group]
        if not groups:
            return
        at = 0 if self.chance.random() < 0.7 else self.chance.randrange(len(groups))
        last = groups[at]
        statements = [statement for group in groups[:at] for statement in group]
        self.run("prefix", *statements, *last[: self.chance.randint(1, max(1, len(last) - 1))])

    def ahead(self):
        """Some objects of later revisions, in any order."""
        made = [statement for group in self.case.sent for statement in group if MADE.match(statement)]
        for statement in self.chance.sample(made, min(len(made), self.chance.choice([1, 1, 2, 3]))):
            self.run("ahead", statement)

    def create_all(self):
        """The tables of the target that are not there, as an application makes them when it starts."""
        metadata = sa.MetaData()
        try:
            metadata.reflect(self.case.counter.engine)
        except Exception:  # noqa: BLE001 - what SQLAlchemy cannot read no application has made so
            return
        there = {table.name for table in Schema(self.cursor).tables}
        tables = [table for table in metadata.sorted_tables if table.name not in there and table.name != self.case.project.versions]
        if not tables or any(isinstance(column.type, sa.types.NullType) for table in tables for column in table.columns):
            return
        for table, column in [(table, column) for table in tables for column in table.columns]:
            default = str(getattr(column.server_default, "arg", ""))
            if f"{table.name}_{column.name}_seq" in default:
                column.server_default = None
            elif "nextval" in default:
                # Reflection does not tell of which sequence.
                return
        for table in tables if self.chance.random() < 0.5 else self.chance.sample(tables, 1):
            try:
                with self.case.base.engine.begin() as connection:
                    table.create(connection)
                    if self.as_at_the_target(connection, table):
                        self.done.append(("create_all", table.fullname))
                    else:
                        # Reflection has left something out, which a model would say.
                        connection.rollback()
            except sa.exc.SQLAlchemyError:
                continue

    def as_at_the_target(self, connection, table):
        goal = self.case.goal[0]
        made = shape(connection.connection.driver_connection, self.case.project.versions)
        is_part = lambda key, text: key[2] == table.name and key[0] in ("relation", "column", "constraint") or key[0] == "sequence" and table.name in text  # noqa: E731
        return all(made.get(key) == goal.get(key) for key, text in [*made.items(), *goal.items()] if is_part(key, text))

    def rows(self):
        """The version rows: gone, moved back or forward, doubled, or of no file."""
        table, project, now = self.case.project.versions, self.case.project, self.case.base.rows(self.case.project.versions)
        kind = self.chance.choice(["gone", "back", "back", "forward", "forward", "doubled", "ghost", "ghost beside"])
        if not now and kind != "forward":
            return None
        other = self.chance.choice(project.revisions)
        match kind:
            case "gone":
                statements = [f"DELETE FROM {table}"]
            case "back":
                # What is stamped is a place before this one, as Alembic's own rows say it.
                earlier = self.case.earlier
                if not earlier:
                    return None
                return self.stamp(f"--purge {self.chance.choice(earlier)}", now)
            case "forward":
                return self.stamp(self.chance.choice(["heads", "heads", other]), now)
            case "doubled":
                statements = [f"INSERT INTO {table} VALUES ({literal(other)})"]
            case "ghost":
                statements = [f"DELETE FROM {table}", f"INSERT INTO {table} VALUES ('0123456789ab')"]
            case "ghost beside":
                statements = [f"INSERT INTO {table} VALUES ('0123456789ab')"]
        return self.run(f"rows {kind}", *statements)

    def stamp(self, target, before):
        """By Alembic itself."""
        self.case.project.alembic(self.case.base, f"alembic stamp {target}")
        rows = self.case.base.rows(self.case.project.versions)
        if rows != before:
            self.done.append(("rows stamped", f"{before} is now {rows}"))

    def lost(self):
        """Objects of revisions that ran, without values in them."""
        foreign = self.case.project.foreign(self.case.base)
        for _ in range(self.chance.choice([1, 1, 2])):
            kind = self.chance.choice(["drop_default", "drop_index", "drop_index", "drop_constraint", "drop_not_null", "column", "column", "table", "enum value"])
            if kind.startswith("drop_"):
                choices = [[sql] for sql in drift.candidates(kind, drift.Schema(self.connection, f"public.{self.case.project.versions}"), None)]
                self.cursor.execute("RESET search_path")
            else:
                choices = getattr(self, kind.replace(" ", "_") + "s")()
            choices = [statements for statements in choices if not foreign & set(WORDS.findall(statements[0]))]
            if choices:
                self.run(f"lost {kind}", *self.chance.choice(choices))

    def columns(self):
        """The columns that hold nothing."""
        found = []
        for table in Schema(self.cursor).tables:
            at = f"{quoted(table.schema)}.{quoted(table.name)}"
            for column in table.columns:
                self.cursor.execute(f"SELECT count({quoted(column.name)}) FROM {at}")
                if not self.cursor.fetchone()[0]:
                    found.append([f"ALTER TABLE {at} DROP COLUMN {quoted(column.name)}"])
        return found

    def tables(self):
        """The tables that hold nothing."""
        found = []
        for table in Schema(self.cursor).tables:
            at = f"{quoted(table.schema)}.{quoted(table.name)}"
            self.cursor.execute(f"SELECT count(*) FROM {at}")
            if not self.cursor.fetchone()[0]:
                found.append([f"DROP TABLE {at}"])
        return found

    def enum_values(self):
        """A value of an enum less: a new type, and the columns over to it."""
        found, schema = [], Schema(self.cursor)
        for enum in (enum for enum in schema.enums if len(enum.labels) > 1):
            name, old = f"{quoted(enum.schema)}.{quoted(enum.name)}", quoted(enum.name[:50] + "_old")
            lines = [f"ALTER TYPE {name} RENAME TO {old}", f"CREATE TYPE {name} AS ENUM ({', '.join(map(literal, enum.labels[:-1]))})"]
            for table, column in ((table, column) for table in schema.tables for column in table.columns if column.typeoid == enum.oid):
                at = f"ALTER TABLE {quoted(table.schema)}.{quoted(table.name)} ALTER COLUMN {quoted(column.name)}"
                lines += [f"{at} DROP DEFAULT"] if column.default else []
                lines.append(f"{at} TYPE {name} USING {quoted(column.name)}::text::{name}")
                lines += [f"{at} SET DEFAULT {column.default}"] if column.default else []
            lines.append(f"DROP TYPE {quoted(enum.schema)}.{old}")
            found.append(["BEGIN; " + "; ".join(lines) + "; COMMIT"])
        return found


def change(chance, connection, versions, rows=False):
    """One object or one version row changed after the dump, with `rows` a row; what it was, and the SQL."""
    cursor = connection.cursor()
    cursor.execute("SELECT to_regclass(%s)", (versions,))
    there = cursor.fetchone()[0]
    if rows and not there:
        return None, None
    if there and (rows or chance.random() < 0.25):
        cursor.execute(f"SELECT version_num FROM {versions}")
        row = cursor.fetchone()
        sql = f"UPDATE {versions} SET version_num = 'other' WHERE version_num = {literal(row[0])}" if row else f"INSERT INTO {versions} VALUES ('other')"
        cursor.execute(sql)
        return "row", sql
    schema = drift.Schema(connection, f"public.{versions}")
    choices = [sql for kind in AFTERWARDS for sql in drift.candidates(kind, schema, None)]
    cursor.execute("RESET search_path")
    chance.shuffle(choices)
    for sql in choices:
        try:
            cursor.execute(sql)
        except psycopg2.Error:
            cursor.execute("ROLLBACK")
            continue
        return "object", sql
    return None, None
