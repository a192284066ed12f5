"""The objects of a dump, and which of them one dump has otherwise than another."""

import itertools
import re

HEADER = re.compile(r"^-- Name: (?P<name>.*); Type: (?P<type>[A-Z ]+); Schema: (?P<schema>.*); Owner: .*$", re.M)
QUOTED = r'(?:"(?:[^"]|"")+"|[^\s"]+)'
COLUMN = re.compile(rf"^    (?P<constraint>CONSTRAINT )?(?P<name>{QUOTED}) (?P<rest>.*)$")
IDENTITY = re.compile(rf"ALTER COLUMN ({QUOTED}) ADD GENERATED", re.S)
NOISE = re.compile(r"^(--.*|\\(un)?restrict \S+|SET default_t.*|)$")

# What a dump writes apart and belongs to another object; `None` says nothing of the schema.
WITHIN = {
    "FK CONSTRAINT": "CONSTRAINT", "CHECK CONSTRAINT": "CONSTRAINT", "DEFAULT": "COLUMN", "SEQUENCE OWNED BY": "SEQUENCE",
    "INDEX ATTACH": "INDEX", "TABLE ATTACH": "TABLE", "ROW SECURITY": "TABLE", "MATERIALIZED VIEW": "VIEW", "DOMAIN": "TYPE",
    "PROCEDURE": "FUNCTION", "AGGREGATE": "FUNCTION", "ACL": None, "DEFAULT ACL": None,
}  # fmt: skip


def unquoted(name):
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def objects(dump):
    """The text of each object, by kind, schema and name, as in `COLUMN public t a`.

    The columns and CHECKs in a table's parentheses are objects of their own.
    """
    found = {}
    headers = list(HEADER.finditer(dump))
    for header, following in itertools.zip_longest(headers, headers[1:]):
        name, kind, schema = header["name"], header["type"], header["schema"]
        kind = WITHIN.get(kind, kind)
        if kind is None or kind == "COMMENT" and name.startswith("EXTENSION "):
            continue
        if kind == "FUNCTION":
            name = name.split("(")[0]
        lines = dump[header.end() : following.start() if following else None].splitlines()
        lines = [line for line in lines if not NOISE.match(line)]
        if header["type"] == "TABLE":
            lines = table(found, schema, name, lines)
        text = "\n".join(lines)
        if kind == "SEQUENCE" and (identity := IDENTITY.search(text)):
            owner = re.match(rf"ALTER TABLE {QUOTED}\.({QUOTED})", text)
            add(found, f"COLUMN {schema} {unquoted(owner[1])} {unquoted(identity[1])}", "identity")
        add(found, f"{kind} {schema} {name}", text)
    return found


def table(found, schema, name, lines):
    """Puts the columns and CHECKs into `found`; what is left is the table's own."""
    own, inside, last = [], False, None
    for line in lines:
        if line.startswith("CREATE ") and line.endswith("("):
            inside = True
            own.append(line)
        elif inside and line.startswith(")"):
            inside = False
            own.append(line)
        elif inside and last and is_open(found[last]):
            add(found, last, line)
        elif inside and (part := COLUMN.match(line)):
            kind = "CONSTRAINT" if part["constraint"] else "COLUMN"
            last = f"{kind} {schema} {name} {unquoted(part['name'])}"
            found[last] = part["rest"]
        else:
            own.append(line)
    for key in found:
        # The last line of the parentheses has no comma, whichever it is.
        if key.split(" ")[1:3] == [schema, name]:
            found[key] = found[key].removesuffix(",")
    return own


def is_open(text):
    """Whether an expression goes on in the next line."""
    outside = "".join(text.split("'")[::2])
    return outside.count("(") > outside.count(")") or text.count("'") % 2 == 1


def add(found, key, text):
    found[key] = f"{found[key]}\n{text}" if key in found else text


def changed(before, after):
    """The objects that are new (`+`), gone (`-`) or otherwise (`~`)."""
    sign = lambda key: "+" if key not in before else "-" if key not in after else "~"  # noqa: E731
    return [sign(key) + key for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key)]
