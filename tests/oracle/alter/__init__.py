"""Single changes of a database, enumerated from PostgreSQL's ALTER grammar for what exists in it: one module per family of objects.

`changes(schema)` gives them all; each knows the objects by which a report may name it. A function of a module that takes a `Schema`
and gives changes is found by its decorator: one more kind of change is one more function.

Not among them is what the revisions have no word on, so that nobody can know what it should be: who owns an object and who has privileges
on it (it is whoever ran the migrations, and pg_dump leaves both out with `-O -x`), and the comment on an extension (it comes with
the extension's files).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """One change: `kind` is its row in the table, `table` and `names` are what a difference that reports it may be called after."""

    kind: str
    sql: tuple
    table: str | None
    names: tuple
    # It reaches other objects, too, so that no other change may be judged on the same database.
    alone: bool = False

    def unit(self):
        """Changes of different units do not disturb each other."""
        return self.table or self.names[0]

    def is_reported(self, object):
        """Whether a difference of this object reports the change."""
        # A routine's name has its arguments behind it, that of a comment or of an object kept as text its kind before it.
        name = object["name"]
        last = name.split(" ")[-1]
        words = {name, name.split("(")[0], name.split(" ", 1)[-1], name.split(" ", 1)[-1].split("(")[0], last}
        if self.table is not None and self.table != object["table"] and self.table not in words:
            return False
        # What stands for the name of an operator or a cast holds more than the name.
        if object["kind"] == "comment":
            words |= set(name.split(" "))
        inside = object["kind"] == "other" and any(name in object["name"] for name in self.names)
        return inside or bool(words & set(self.names))


FAMILIES = []


def family(function):
    FAMILIES.append(function)
    return function


def bare(name):
    """The last part of a name as `pg_catalog` has it, of one that is written with quotes where they are needed."""
    out, at, inside = [""], 0, False
    while at < len(name):
        char = name[at]
        if char == '"' and inside and name[at + 1 : at + 2] == '"':
            out[-1] += '"'
            at += 1
        elif char == '"':
            inside = not inside
        elif char == "." and not inside:
            out.append("")
        else:
            out[-1] += char
        at += 1
    return out[-1]


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def changes(schema):
    from . import columns, comments, constraints, indexes, kept, others, relations, routines, types  # noqa: F401

    return [change for function in FAMILIES for change in function(schema)]
