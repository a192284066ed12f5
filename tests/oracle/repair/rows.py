"""Rows for every table: typed values that satisfy what the table demands, parents before children."""

import psycopg2
from generate.operation import quoted
from generate.schema import Schema

NUMBERS = {"int2", "int4", "int8", "float4", "float8", "oid", "money"}
# What a type takes; `{n}` is a small number that is another one in each row.
VALUES = {
    "bool": "{n} % 2 = 0", "date": "DATE '2001-01-01' + {n}", "timestamp": "TIMESTAMP '2001-01-01' + {n} * INTERVAL '1 hour'",
    "timestamptz": "TIMESTAMPTZ '2001-01-01 00:00+00' + {n} * INTERVAL '1 hour'", "time": "TIME '01:00' + {n} * INTERVAL '1 minute'",
    "timetz": "TIME '01:00' + {n} * INTERVAL '1 minute'", "interval": "{n} * INTERVAL '1 day'", "json": "'{{\"n\": {n}}}'", "jsonb": "'{{\"n\": {n}}}'",
    "uuid": "md5('{n}')::uuid", "bytea": "'{n}'::bytea", "inet": "'10.0.0.{n}'", "cidr": "'10.0.{n}.0/24'", "macaddr": "'08:00:2b:01:02:{n:02}'",
    "macaddr8": "'08:00:2b:01:02:03:04:{n:02}'", "regclass": "'pg_class'", "tsvector": "to_tsvector('simple', 'w{n}')", "tsquery": "'w{n}'::tsquery",
    "int4range": "int4range({n}, {n} + 1)", "int8range": "int8range({n}, {n} + 1)", "numrange": "numrange({n}, {n} + 1)",
    "daterange": "daterange(DATE '2001-01-01' + {n}, DATE '2001-01-01' + {n} + 1)", "bit": "{n}::bit({length})", "varbit": "'01'", "xml": "'<a/>'", "point": "point({n}, 0)",
    "tsrange": "tsrange(TIMESTAMP '2001-01-01' + {n} * INTERVAL '1 day', TIMESTAMP '2001-01-02' + {n} * INTERVAL '1 day')",
    "tstzrange": "tstzrange(TIMESTAMPTZ '2001-01-01' + {n} * INTERVAL '1 day', TIMESTAMPTZ '2001-01-02' + {n} * INTERVAL '1 day')",
    "int4multirange": "'{{[{n},{n}]}}'", "datemultirange": "'{{}}'", "vector": "'[1,2,3]'", "hstore": "'a=>{n}'",
}  # fmt: skip


class Filler:
    """Writes rows into the tables of a database."""

    def __init__(self, connection, versions, chance=None):
        self.connection, self.chance, self.count = connection, chance, 10
        self.cursor = connection.cursor()
        self.schema = Schema(self.cursor)
        self.enums = {enum.oid: enum.labels for enum in self.schema.enums}
        self.domains = {domain.oid: domain.base for domain in self.schema.domains}
        self.tables = [table for table in self.in_order() if table.name != versions]

    def in_order(self):
        """Tables after those that they refer to."""
        ready, waiting = [], [table for table in self.schema.tables]
        while waiting:
            done = {table.oid for table in ready}
            refers = lambda table: {c.refers for c in table.constraints if c.type == "f"} - {table.oid} - done  # noqa: B023, E731
            batch = [table for table in waiting if not refers(table)] or waiting[:1]
            ready += batch
            waiting = [table for table in waiting if table not in batch]
        return ready

    def fill(self, most=3):
        """A few rows for each table; the names of those that took none."""
        empty = []
        for table in self.tables:
            # Some columns hold nothing at all.
            hollow = {column.name for column in table.columns if not column.notnull and self.chance.random() < 0.3}
            wanted = self.chance.randint(1, most)
            if not sum(self.insert(table, hollow) for _ in range(wanted)):
                empty.append(table.name)
        return empty

    def fill_only(self, names):
        """A few rows for the tables of these names; those that took some."""
        self.tables = [table for table in self.tables if f"{quoted(table.schema)}.{quoted(table.name)}" in names]
        empty = self.fill()
        return [f"{quoted(table.schema)}.{quoted(table.name)}" for table in self.tables if table.name not in empty]

    def insert(self, table, hollow):
        """One row, with values where they can be; with less where it is refused."""
        self.count += 1
        fancy = [column for column in table.columns if column.name not in hollow and self.chance.random() < 0.85]
        needed = self.needed(table)
        for columns in (fancy, [column for column in fancy if not column.default], needed):
            columns = [column for column in table.columns if column in columns or column in needed]
            if self.try_insert(self.statement(table, columns)):
                return True
        return False

    def needed(self, table):
        """The columns that an INSERT must name."""
        return [column for column in table.columns if column.notnull and column.default is None and not column.identity]

    def statement(self, table, columns):
        references = self.references(table)
        words = []
        for column in columns:
            if column.identity or column.generated or "nextval" in (column.default or ""):
                continue
            value = references.get(column.name) or self.value(column)
            if value is not None:
                words.append((quoted(column.name), value))
        at = f"{quoted(table.schema)}.{quoted(table.name)}"
        if not words:
            return f"INSERT INTO {at} DEFAULT VALUES"
        return f"INSERT INTO {at} ({', '.join(name for name, _ in words)}) VALUES ({', '.join(value for _, value in words)})"

    def references(self, table):
        """For the columns of foreign keys: a query that finds a key."""
        found = {}
        tables = {table.oid: table for table in self.schema.tables}
        for constraint in table.constraints:
            if constraint.type == "f" and constraint.refers in tables:
                target = tables[constraint.refers]
                self.cursor.execute(
                    "SELECT array_agg(a.attname::text ORDER BY u.at) FROM pg_constraint k, unnest(k.confkey) WITH ORDINALITY u (number, at), pg_attribute a "
                    "WHERE k.conrelid = %s AND k.conname = %s AND a.attrelid = k.confrelid AND a.attnum = u.number", (table.oid, constraint.name))
                for column, key in zip(constraint.columns, self.cursor.fetchone()[0], strict=True):
                    found[column] = f"(SELECT {quoted(key)} FROM {quoted(target.schema)}.{quoted(target.name)} ORDER BY 1 LIMIT 1 OFFSET {self.count % 2})"
        return found

    def value(self, column):
        """SQL of a value; nothing for a type that is not known."""
        n, length = self.count, column.length or 1
        if column.category == "A":
            return f"'{{}}'::{column.type}"
        if column.typeoid in self.enums:
            labels = self.enums[column.typeoid]
            return "'" + labels[n % len(labels)].replace("'", "''") + "'"
        if column.typtype == "d":
            return f"'{n}@x'" if "text" in self.domains.get(column.typeoid, "") else f"'{n}'"
        if column.typtype == "c":
            return "NULL"
        if column.base in ("text", "varchar", "bpchar", "citext", "name", "char"):
            return f"'{str(n)[-length:]}'" if column.length else f"'{n}'"
        if column.base == "numeric":
            return f"{n % 10}"
        if column.base in NUMBERS:
            return str(n)
        return VALUES[column.base].format(n=n, length=max(length + 4, 1)) if column.base in VALUES else None

    def try_insert(self, statement):
        """In a transaction of its own, for constraints may wait for its end."""
        try:
            self.cursor.execute(f"BEGIN; {statement}; COMMIT")
            return True
        except psycopg2.Error:
            self.cursor.execute("ROLLBACK")
            return False


def application_inserts(connection, versions):
    """One INSERT for each table, with only the columns that need a value, as an application would send it; those that work."""
    filler = Filler(connection, versions)
    filler.count = 60
    statements = []
    for table in filler.tables:
        filler.count += 1
        statement = filler.statement(table, filler.needed(table))
        if filler.try_insert(statement):
            statements.append(statement)
    return statements
