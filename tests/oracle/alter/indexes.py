"""Indexes."""

from dataclasses import dataclass, replace

from . import Change, bare, family


@dataclass(frozen=True)
class Definition:
    """The parts of CREATE INDEX."""

    index: tuple
    unique: bool
    method: str
    keys: tuple
    include: str = ""
    distinct: str = ""
    predicate: str | None = None

    def change(self, kind):
        where = f" WHERE {self.predicate}" if self.predicate else ""
        create = f"CREATE {'UNIQUE ' if self.unique else ''}INDEX \"{self.index.bare}\" ON {self.index.table} USING {self.method} ({', '.join(self.keys)}){self.include}{self.distinct}{where}"
        return Change(kind, (f"DROP INDEX {self.index.name}", create), bare(self.index.table), (self.index.bare,))


def definitions(schema):
    """All indexes with their parts; the text of a key stands between the parentheses of the definition and is cut by counting."""
    for index in schema.indexes:
        if index.partitioned:
            continue
        text = index.definition
        start = text.index("(", text.index(" USING "))
        depth, parts, quoted = 0, [""], False
        for at in range(start, len(text)):
            char = text[at]
            if char == "'":
                quoted = not quoted
            if not quoted:
                depth += {"(": 1, ")": -1}.get(char, 0)
                if depth == 0:
                    break
                if char == "," and depth == 1:
                    parts.append("")
                    continue
            parts[-1] += char
        keys = tuple(part.strip() for part in (parts[0][1:], *parts[1:]))
        rest = text[at + 1 :]
        include = ""
        if rest.startswith(" INCLUDE ("):
            include = rest[: rest.index(")") + 1]
        distinct = " NULLS NOT DISTINCT" if "NULLS NOT DISTINCT" in rest else ""
        yield Definition(index, index.unique, index.method, keys, include, distinct, index.predicate)


@family
def presence(schema):
    for index in schema.indexes:
        yield Change("index dropped", (f"DROP INDEX {index.name}",), bare(index.table), (index.bare,))
        yield Change("index renamed", (f"ALTER INDEX {index.name} RENAME TO zz_{index.bare[:40]}",), bare(index.table), (index.bare, f"zz_{index.bare[:40]}"))
    for table in schema.tables:
        columns = [column.name for column in schema.columns_of(table.name) if column.type in ("integer", "bigint", "text", "uuid", "date") or column.type.startswith(("char", "timestamp"))]
        if columns and not table.partition:
            yield Change("index added", (f"CREATE INDEX zz_{bare(table.name)[:40]}_i ON {table.name} ({columns[-1]})",), bare(table.name), (f"zz_{bare(table.name)[:40]}_i",))


@family
def shapes(schema):
    for one in definitions(schema):
        if one.method == "btree":
            yield replace(one, unique=not one.unique, distinct="").change("index unique")
            if not one.unique and len(one.keys) == 1 and not one.include and " " not in one.keys[0]:
                yield replace(one, method="hash").change("index method")
            if not one.unique:
                yield replace(one, method="brin", include="", keys=tuple(key.split(" DESC")[0] for key in one.keys)).change("index method")
            if one.unique:
                yield replace(one, distinct="" if one.distinct else " NULLS NOT DISTINCT").change("index nulls not distinct")
        if len(one.keys) > 1:
            yield replace(one, keys=tuple(reversed(one.keys))).change("index column order")
            yield replace(one, keys=one.keys[:-1]).change("index columns")
        columns = [column for column in schema.columns_of(one.index.table) if not any(column.name in key for key in one.keys) and column.type in ("integer", "bigint", "text", "uuid")]
        if columns and one.method == "btree":
            yield replace(one, keys=(*one.keys, columns[0].name)).change("index columns")
            yield replace(one, keys=(columns[0].name, *one.keys[1:])).change("index columns")
            if not one.include:
                yield replace(one, include=f" INCLUDE ({columns[0].name})").change("index include")
        if one.include:
            yield replace(one, include="").change("index include")


@family
def keys(schema):
    for one in definitions(schema):
        if one.method != "btree":
            continue
        for at, key in enumerate(one.keys):
            with_key = lambda other: replace(one, keys=(*one.keys[:at], other, *one.keys[at + 1 :]))  # noqa: B023, E731
            bare_key = key.removesuffix(" NULLS FIRST").removesuffix(" NULLS LAST").removesuffix(" DESC")
            if "DESC" in key:
                yield with_key(bare_key).change("index sort order")
                yield with_key(f"{bare_key} DESC{'' if 'NULLS' in key else ' NULLS LAST'}").change("index nulls order")
            else:
                yield with_key(f"{bare_key} DESC").change("index sort order")
                yield with_key(f"{bare_key}{'' if 'NULLS' in key else ' NULLS FIRST'}").change("index nulls order")
            type = one.index.types[at]
            if type in ("text", "character varying") and "_ops" not in key and "COLLATE" not in key:
                yield with_key(key.replace(bare_key, f"{bare_key} {'text' if type == 'text' else 'varchar'}_pattern_ops", 1)).change("index operator class")
                yield with_key(key.replace(bare_key, f'{bare_key} COLLATE "C"', 1)).change("index collation")
                if bare_key.isidentifier():
                    yield with_key(key.replace(bare_key, f"lower({bare_key})", 1)).change("index expression")
            elif "_ops" in key:
                yield with_key(key.replace(key[key.rindex(" ", 0, key.index("_ops")) : key.index("_ops") + 4], "")).change("index operator class")
            if "(" in bare_key and "lower(" in bare_key:
                yield with_key(key.replace("lower(", "upper(")).change("index expression")


@family
def predicates(schema):
    for one in definitions(schema):
        column = schema.columns_of(one.index.table)[0]
        if one.predicate:
            yield replace(one, predicate=None).change("index predicate")
            yield replace(one, predicate=f"NOT ({one.predicate})").change("index predicate")
            yield replace(one, predicate=f"({one.predicate}) AND {column.name} IS NOT NULL").change("index predicate")
            for operator, other in ((" IS NOT NULL", " IS NULL"), (" = ", " <> "), ("true", "false")):
                if operator in one.predicate:
                    yield replace(one, predicate=one.predicate.replace(operator, other, 1)).change("index predicate")
        else:
            yield replace(one, predicate=f"{column.name} IS NOT NULL").change("index predicate")


@family
def properties(schema):
    for index in schema.indexes:
        about = (bare(index.table), (index.bare,))
        parameter = {"btree": "fillfactor = 55", "hash": "fillfactor = 55", "gist": "fillfactor = 55", "gin": "fastupdate = off", "brin": "pages_per_range = 8"}.get(index.method)
        if parameter:
            yield Change("index storage parameters", (f"ALTER INDEX {index.name} SET ({parameter})",), *about)
        if index.computed:
            yield Change("index statistics", (f"ALTER INDEX {index.name} ALTER COLUMN 1 SET STATISTICS 77",), *about)
        if index.method == "btree" and not index.predicate and not index.partitioned:
            names = (bare(index.table), index.bare)
            yield Change("table cluster", (f"ALTER TABLE {index.table} CLUSTER ON {index.bare}",), about[0], names)
            yield Change("table replica identity", (f"ALTER TABLE {index.table} REPLICA IDENTITY USING INDEX {index.bare}",), about[0], names)
