"""Everything that `pg_catalog` says of a schema, read without any of Restamp's words; the order of columns is left out.

An object is a row of kind, schema, name, the part of it (a column, a constraint, …) and what the server says of it.
"""

import datetime
import json

MINE = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = {oid} AND e.deptype = 'e')"
RELATIONS = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {mine} AND NOT (c.relname = %(versions)s AND c.relkind IN ('r', 'i'))"
QUERIES = {
    "relation": """
        SELECT n.nspname, c.relname, '', concat_ws(' ', c.relkind, c.relpersistence, (SELECT array_agg(o ORDER BY o) FROM unnest(c.reloptions) o), c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
          pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid), (SELECT string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid))
        FROM {relations} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c', 'S')""",
    "column": """
        SELECT n.nspname, c.relname, a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
          'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), 'identity ' || nullif(a.attidentity::text, ''), 'generated ' || nullif(a.attgenerated::text, ''),
          (SELECT 'COLLATE ' || l.collname FROM pg_collation l JOIN pg_type t ON t.oid = a.atttypid WHERE l.oid = a.attcollation AND l.oid <> t.typcollation))
        FROM pg_attribute a JOIN (SELECT c.* FROM {relations} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')) c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attnum > 0 AND NOT a.attisdropped""",
    "constraint": """
        SELECT n.nspname, coalesce(c.relname, ''), k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k LEFT JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = k.connamespace WHERE {mine} AND k.contype NOT IN ('n', 't') AND coalesce(c.relname, '') <> %(versions)s""",
    "index": """
        SELECT n.nspname, t.relname, c.relname, concat_ws(' ', pg_get_indexdef(c.oid), CASE WHEN NOT i.indisvalid THEN 'INVALID' END, CASE WHEN i.indisreplident THEN 'REPLICA IDENTITY' END)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {mine} AND t.relname <> %(versions)s""",
    "type": """
        SELECT n.nspname, t.typname, '', concat_ws(' ', t.typtype, (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
          CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END, CASE WHEN t.typnotnull THEN 'NOT NULL' END, 'DEFAULT ' || t.typdefault)
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {mine} AND t.typtype IN ('e', 'd', 'r')""",
    "sequence": """
        SELECT n.nspname, c.relname, '', concat_ws(' ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
          (SELECT d.deptype::text || d.refobjid::regclass || '.' || a.attname FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
           WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {mine}""",
    "view": "SELECT n.nspname, c.relname, '', pg_get_viewdef(c.oid) || c.relispopulated FROM {relations} AND c.relkind IN ('v', 'm')",
    "rule": "SELECT schemaname, tablename, rulename, definition FROM pg_rules WHERE schemaname <> 'pg_catalog'",
    "trigger": """
        SELECT n.nspname, c.relname, t.tgname, pg_get_triggerdef(t.oid) || t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal""",
    "function": """
        SELECT n.nspname, c.proname, pg_get_function_identity_arguments(c.oid), CASE WHEN c.prokind = 'a' THEN 'aggregate' ELSE pg_get_functiondef(c.oid) END
        FROM pg_proc c JOIN pg_namespace n ON n.oid = c.pronamespace WHERE {mine}""",
    "policy": "SELECT schemaname, tablename, policyname, concat_ws(' ', permissive, roles, cmd, qual, with_check) FROM pg_policies",
    "statistics": "SELECT n.nspname, '', s.stxname, pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace",
    "schema": "SELECT n.nspname, '', '', '' FROM pg_namespace n WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'",
    "extension": "SELECT '', extname, '', extversion FROM pg_extension",
    "comment": """
        SELECT coalesce(i.schema, ''), coalesce(i.name, i.identity), CASE WHEN d.objsubid > 0 THEN i.identity ELSE i.type END, d.description
        FROM pg_description d, LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
        WHERE i.identity !~ '^(pg_|information_schema)' AND coalesce(i.schema, '') NOT IN ('pg_catalog', 'information_schema') AND i.type NOT IN ('extension', 'language', 'database')
          AND i.identity <> 'public'""",
}  # fmt: skip
OIDS = {"constraint": "k.oid", "type": "t.oid"}
TABLES = """
    SELECT format('"%%s"."%%s"', n.nspname, c.relname) FROM {relations} AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"""


def query(kind, text):
    mine = MINE.format(oid=OIDS.get(kind, "c.oid"))
    return text.format(relations=RELATIONS.format(mine=mine), mine=mine)


def shape(connection, versions):
    """A dict from an object to what the server says of it."""
    cursor = connection.cursor()
    cursor.execute("SET search_path = ''")
    found = {}
    for kind, text in QUERIES.items():
        cursor.execute(query(kind, text), {"versions": versions})
        found.update({(kind, *row[:3]): row[3] for row in cursor})
    cursor.execute("RESET search_path")
    return found


def values(connection, versions):
    """The rows of each table, by the names of their columns."""
    cursor = connection.cursor()
    cursor.execute(query("relation", TABLES), {"versions": versions})
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    found = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
        rows = [json.loads(row) for (row,) in cursor]
        # What comes from the clock is the same at all times.
        found[table] = [{name: "now" if isinstance(value, str) and value.startswith(today) else value for name, value in row.items()} for row in rows]
    return found


def columns(rows):
    """The values of each column, in an order of their own."""
    names = {name for row in rows for name in row}
    return {name: sorted(json.dumps(row.get(name)) for row in rows) for name in names}


def by_chance(one, other):
    """The columns whose values are not the same in two runs of the same upgrade."""
    found = set()
    for table in one:
        mine, theirs = columns(one[table]), columns(other[table])
        found |= {(table, name) for name in mine if mine[name] != theirs.get(name)}
    return found


def unequal(expected, found, ignored):
    """The tables that hold other values, in a few words; columns that should not be there do not matter."""
    for table, rows in expected.items():
        names = {name for row in rows for name in row if (table, name) not in ignored}
        one, other = (sorted(json.dumps({name: row.get(name) for name in sorted(names)}) for row in side) for side in (rows, found.get(table, [])))
        if one != other:
            yield table, f"expected {[row for row in one if row not in other][:4]}, found {[row for row in other if row not in one][:4]}"
