"""Constraints of tables."""

import re

from . import Change, bare, family

ACTIONS = ("CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION")


def remade(kind, constraint, definition, alone=False):
    """The constraint with another definition under its name."""
    sql = f"ALTER TABLE {constraint.table} DROP CONSTRAINT {constraint.name}, ADD CONSTRAINT {constraint.name} {definition}"
    return Change(kind, (sql,), bare(constraint.table), (bare(constraint.name),), alone)


def plain(definition):
    """The definition without what may follow its columns, expression or actions."""
    return re.sub(r"( (NOT )?DEFERRABLE| INITIALLY (DEFERRED|IMMEDIATE)| NOT VALID| NO INHERIT| NOT ENFORCED)+$", "", definition)


@family
def presence(schema):
    for constraint in schema.constraints:
        if constraint.inherited or constraint.type == "n":
            continue
        about = (bare(constraint.table), (bare(constraint.name),))
        cascade = " CASCADE" if constraint.type in "pu" else ""
        yield Change("constraint dropped", (f"ALTER TABLE {constraint.table} DROP CONSTRAINT {constraint.name}{cascade}",), *about, alone=bool(cascade))
        sql = f"ALTER TABLE {constraint.table} RENAME CONSTRAINT {constraint.name} TO zz_{bare(constraint.table)[:30]}_c"
        yield Change("constraint renamed", (sql,), about[0], (about[1][0], f"zz_{bare(constraint.table)[:30]}_c"))
    for table in schema.tables:
        columns = [column for column in schema.columns_of(table.name) if not column.generated]
        names = (bare(table.name), ("zz_constraint",))
        if columns and not table.partition:
            yield Change("constraint added", (f"ALTER TABLE {table.name} ADD CONSTRAINT zz_constraint CHECK ({columns[0].name} IS NOT NULL)",), *names)
            if not table.partitioned:
                yield Change("constraint added", (f"ALTER TABLE {table.name} ADD CONSTRAINT zz_constraint UNIQUE ({columns[-1].name})",), *names)
            keys = [c for c in schema.constraints if c.table == table.name and c.type == "p" and len(c.columns) == 1]
            for key in keys:
                yield Change("constraint added", (f"ALTER TABLE {table.name} ADD CONSTRAINT zz_constraint FOREIGN KEY ({key.columns[0]}) REFERENCES {table.name}",), *names)


@family
def timing(schema):
    for constraint in schema.constraints:
        if constraint.inherited or constraint.type not in "pufx":
            continue
        definition = plain(constraint.definition)
        cascade = constraint.type in "pu"
        for words in (" DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED", ""):
            now = " DEFERRABLE INITIALLY DEFERRED" if constraint.deferred else " DEFERRABLE" if constraint.deferrable else ""
            if words != now:
                yield remade("constraint deferrable", constraint, definition + words, alone=cascade)
        if constraint.type == "f" and not constraint.deferrable:
            for words in ("DEFERRABLE INITIALLY IMMEDIATE", "DEFERRABLE INITIALLY DEFERRED"):
                sql = f"ALTER TABLE {constraint.table} ALTER CONSTRAINT {constraint.name} {words}"
                yield Change("constraint deferrable", (sql,), bare(constraint.table), (bare(constraint.name),))


@family
def validity(schema):
    for constraint in schema.constraints:
        if constraint.type not in "fc" or constraint.inherited or constraint.partitioned:
            continue
        if constraint.validated:
            yield remade("constraint not valid", constraint, f"{plain(constraint.definition)} NOT VALID")
        else:
            sql = f"ALTER TABLE {constraint.table} VALIDATE CONSTRAINT {constraint.name}"
            yield Change("constraint not valid", (sql,), bare(constraint.table), (bare(constraint.name),))
        if schema.version >= 18:
            yield remade("constraint not enforced", constraint, f"{plain(constraint.definition)} NOT ENFORCED")


@family
def foreign_keys(schema):
    for constraint in schema.constraints:
        if constraint.type != "f" or constraint.inherited:
            continue
        tail = constraint.definition[len(plain(constraint.definition)) :]
        base = plain(constraint.definition)
        for event in ("DELETE", "UPDATE"):
            found = re.search(rf" ON {event} (CASCADE|SET NULL(?: \([^)]*\))?|SET DEFAULT(?: \([^)]*\))?|RESTRICT)", base)
            now = found[1] if found else "NO ACTION"
            other = base.replace(found[0], "") if found else base
            for action in ACTIONS:
                if action != now:
                    yield remade(f"foreign key on {event.lower()}", constraint, f"{other} ON {event} {action}{tail}")
            if event == "DELETE" and len(constraint.columns) > 1:
                yield remade("foreign key on delete", constraint, f"{other} ON DELETE SET NULL ({constraint.columns[0]}){tail}")
        if "MATCH FULL" in base:
            yield remade("foreign key match", constraint, base.replace(" MATCH FULL", "") + tail)
        else:
            head = re.match(r"FOREIGN KEY \(.*?\) REFERENCES .*?\)(?= |$)", base)
            if head:
                yield remade("foreign key match", constraint, f"{head[0]} MATCH FULL{base[head.end() :]}{tail}")
        for column in schema.columns_of(constraint.table):
            if [column.name] != constraint.columns and len(constraint.columns) == 1:
                yield remade("foreign key columns", constraint, base.replace(f"FOREIGN KEY ({constraint.columns[0]})", f"FOREIGN KEY ({column.name})") + tail)


@family
def keys(schema):
    for constraint in schema.constraints:
        if constraint.type not in "pu" or constraint.inherited:
            continue
        columns, word = constraint.columns, "PRIMARY KEY" if constraint.type == "p" else "UNIQUE"
        tail = constraint.definition[len(plain(constraint.definition)) :]
        if len(columns) > 1:
            yield remade("key columns", constraint, f"{word} ({', '.join(reversed(columns))}){tail}", alone=True)
            yield remade("key columns", constraint, f"{word} ({', '.join(columns[:-1])}){tail}", alone=True)
        others = [column for column in schema.columns_of(constraint.table) if column.name not in columns and (column.needed or word == "UNIQUE")]
        if others:
            yield remade("key columns", constraint, f"{word} ({', '.join([*columns, others[0].name])}){tail}", alone=True)
            yield remade("key include", constraint, f"{word} ({', '.join(columns)}) INCLUDE ({others[0].name}){tail}", alone=True)
        yield remade("key storage parameters", constraint, f"{word} ({', '.join(columns)}) WITH (fillfactor = 71){tail}", alone=True)
        if not constraint.partitioned:
            yield Change("key storage parameters", (f"ALTER INDEX {constraint.index} SET (fillfactor = 71)",), bare(constraint.table), (bare(constraint.name),))
        if word == "UNIQUE":
            now = "NULLS NOT DISTINCT" in constraint.definition
            yield remade("key nulls not distinct", constraint, f"UNIQUE {'' if now else 'NULLS NOT DISTINCT '}({', '.join(columns)}){tail}", alone=True)


@family
def checks(schema):
    for constraint in schema.constraints:
        if constraint.type != "c" or constraint.inherited:
            continue
        base = plain(constraint.definition)
        expression = base.removeprefix("CHECK ")
        tail = constraint.definition[len(base) :]
        yield remade("check expression", constraint, f"CHECK (NOT {expression}){tail}")
        yield remade("check expression", constraint, f"CHECK (({expression}) OR current_user = 'zz'){tail}")
        number = re.search(r"(?<![\w'\"])\d+(?![\w'\"])", expression)
        if number:
            yield remade("check expression", constraint, f"CHECK {expression[: number.start()]}{int(number[0]) + 1}{expression[number.end() :]}{tail}")
        text = re.search(r"'(\w+)'", expression)
        if text:
            yield remade("check expression", constraint, f"CHECK {expression[: text.end() - 1]}_zz{expression[text.end() - 1 :]}{tail}")
        for operator, other in ((" >= ", " > "), (" > ", " >= "), (" <= ", " < "), (" < ", " <= "), (" AND ", " OR "), (" OR ", " AND "), (" IS NULL", " IS NOT NULL"), (" = ", " <> ")):
            if operator in expression:
                yield remade("check expression", constraint, f"CHECK {expression.replace(operator, other, 1)}{tail}")
        if not constraint.partitioned:
            inherit = "" if "NO INHERIT" in constraint.definition else " NO INHERIT"
            yield remade("check no inherit", constraint, f"{base}{inherit}")


@family
def exclusions(schema):
    for constraint in schema.constraints:
        if constraint.type == "x":
            definition = constraint.definition
            if " WHERE " in definition:
                yield remade("exclude predicate", constraint, definition[: definition.index(" WHERE ")])
            else:
                yield remade("exclude predicate", constraint, f"{plain(definition)} WHERE ({constraint.columns[0]} IS NOT NULL)")
            if " && " not in definition and definition.count("WITH &&") == 1:
                yield remade("exclude operator", constraint, definition.replace("WITH &&", "WITH -|-"))


@family
def named_not_null(schema):
    """Since version 18 a NOT NULL is a constraint with a name."""
    for constraint in schema.constraints:
        if constraint.type == "n" and not constraint.inherited:
            names = (bare(constraint.columns[0]), "zz_not_null", bare(constraint.name))
            sql = f"ALTER TABLE {constraint.table} RENAME CONSTRAINT {constraint.name} TO zz_not_null"
            yield Change("not null name", (sql,), bare(constraint.table), names)
            if not constraint.partitioned:
                sql = f"ALTER TABLE {constraint.table} ALTER CONSTRAINT {constraint.name} NO INHERIT"
                yield Change("not null no inherit", (sql,), bare(constraint.table), names)
