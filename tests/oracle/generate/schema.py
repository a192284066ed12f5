"""The database as the generator sees it: read from the real catalog before each operation."""

import json

QUERY = """
SELECT json_build_object(
  'tables', (SELECT coalesce(json_agg(json_build_object(
      'oid', c.oid::int, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'comment', obj_description(c.oid, 'pg_class'),
      'partitioned', c.relkind = 'p' OR c.relispartition, 'key', pg_get_partkeydef(c.oid),
      'columns', (SELECT coalesce(json_agg(json_build_object(
          'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'base', t.typname, 'category', t.typcategory, 'typtype', t.typtype,
          'length', CASE WHEN a.atttypmod > 0 THEN a.atttypmod - 4 END,
          'notnull', a.attnotnull, 'default', pg_get_expr(d.adbin, d.adrelid), 'identity', a.attidentity, 'generated', a.attgenerated,
          'typeoid', t.oid::int, 'comment', col_description(a.attrelid, a.attnum)) ORDER BY a.attnum), '[]')
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
      'constraints', (SELECT coalesce(json_agg(json_build_object(
          'name', k.conname, 'type', k.contype, 'refers', k.confrelid::int, 'validated', k.convalidated,
          'columns', (SELECT json_agg(a.attname ORDER BY u.at) FROM unnest(k.conkey) WITH ORDINALITY u (number, at)
                      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number)) ORDER BY k.conname), '[]')
        FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x')),
      'indexes', (SELECT coalesce(json_agg(json_build_object(
          'name', r.relname, 'unique', i.indisunique, 'valid', i.indisvalid, 'partial', i.indpred IS NOT NULL, 'expressions', i.indexprs IS NOT NULL,
          'constraint', EXISTS (SELECT FROM pg_constraint WHERE conindid = r.oid AND contype IN ('p', 'u', 'x')),
          'columns', (SELECT json_agg(a.attname ORDER BY u.at) FROM unnest(i.indkey) WITH ORDINALITY u (number, at)
                      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number)) ORDER BY r.relname), '[]')
        FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid WHERE i.indrelid = c.oid),
      'triggers', (SELECT coalesce(json_agg(t.tgname ORDER BY t.tgname), '[]') FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
      ) ORDER BY n.nspname, c.relname), '[]')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm') AND {mine} AND c.relname !~ 'alembic_version'),
  'sequences', (SELECT coalesce(json_agg(json_build_object('oid', c.oid::int, 'schema', n.nspname, 'name', c.relname) ORDER BY n.nspname, c.relname), '[]')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND {mine}
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype IN ('a', 'i'))),
  'types', (SELECT coalesce(json_agg(json_build_object('oid', t.oid::int, 'schema', n.nspname, 'name', t.typname, 'kind', t.typtype,
      'base', format_type(t.typbasetype, t.typtypmod),
      'labels', (SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)) ORDER BY n.nspname, t.typname), '[]')
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE {mine} AND (t.typtype IN ('e', 'd') OR c.relkind = 'c')),
  'functions', (SELECT coalesce(json_agg(json_build_object('oid', p.oid::int, 'schema', n.nspname, 'name', p.proname, 'result', p.prorettype::regtype::text,
      'arguments', pg_get_function_identity_arguments(p.oid)) ORDER BY n.nspname, p.proname, p.oid), '[]')
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE {mine} AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')),
  'schemas', (SELECT json_agg(json_build_object('oid', n.oid::int, 'name', n.nspname) ORDER BY n.nspname) FROM pg_namespace n WHERE {mine}))
"""
MINE = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"


class Item:
    """A row of the catalog, its values as attributes."""

    def __init__(self, row):
        self.__dict__.update(row)


class Table(Item):
    def __init__(self, row):
        super().__init__(row)
        self.columns = [Item(column) for column in self.columns]
        self.constraints = [Item(constraint) for constraint in self.constraints]
        self.indexes = [Item(index) for index in self.indexes]

    def primary_key(self):
        return next((constraint.columns for constraint in self.constraints if constraint.type == "p"), None)


class Schema:
    def __init__(self, cursor):
        cursor.execute(QUERY.replace("{mine}", MINE))
        found = cursor.fetchone()[0]
        found = json.loads(found) if isinstance(found, str) else found
        relations = [Table(row) for row in found["tables"]]
        self.tables = [relation for relation in relations if relation.kind in "rp"]
        self.views = [relation for relation in relations if relation.kind in "vm"]
        self.sequences = [Item(row) for row in found["sequences"]]
        self.enums = [Item(row) for row in found["types"] if row["kind"] == "e"]
        self.domains = [Item(row) for row in found["types"] if row["kind"] == "d"]
        self.composites = [Item(row) for row in found["types"] if row["kind"] == "c"]
        self.functions = [Item(row) for row in found["functions"]]
        self.schemas = [Item(row) for row in found["schemas"] if row["name"] != "public"]

    def everything(self):
        """All objects that a branch may own."""
        return [*self.tables, *self.views, *self.sequences, *self.enums, *self.domains, *self.composites, *self.functions, *self.schemas]
