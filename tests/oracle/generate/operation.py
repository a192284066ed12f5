"""What an operation is, and the list of all of them."""

import dataclasses

OPERATIONS = []


@dataclasses.dataclass
class Statement:
    """A few lines of an `upgrade()`, which can be taken out of it without touching the others."""

    code: str
    # What the lines need at the top of the file.
    module: str = ""
    # It ends the transaction.
    autocommit: bool = False


def operation(weight=1.0):
    """Registers a function that gives the Python of one operation, a `Statement`, or nothing where there is nothing to work on."""

    def register(function):
        OPERATIONS.append((weight, function))
        return function

    return register


def call(name, /, *arguments, **keywords):
    """`name(…)` in Python; arguments are Python already, keywords that are None are left out."""
    words = [*arguments, *(f"{key}={value}" for key, value in keywords.items() if value is not None)]
    text = f"{name}({', '.join(words)})"
    if len(text) <= 110:
        return text
    inner = ",\n".join("    " + word.replace("\n", "\n    ") for word in words)
    return f"{name}(\n{inner},\n)"


def quoted(name):
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def execute(sql):
    """`op.execute` of a text; SQLAlchemy takes `:name` for a parameter, so colons are escaped as people do it."""
    return f"op.execute({sql!r})" if "\n" not in sql else f'op.execute("""{sql}""")'
