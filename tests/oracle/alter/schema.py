"""What a database holds that can be changed, as rows with names; every name is written so that it can stand in SQL."""

from psycopg2.extras import NamedTupleCursor

OURS = """n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_temp'"""
QUERIES = {
    "tables": f"""
        SELECT c.oid, c.oid::regclass::text AS name, n.nspname AS schema, c.relkind = 'p' AS partitioned, c.relispartition AS partition,
          c.relpersistence = 'u' AS unlogged, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced, c.relreplident AS replica,
          (SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = c.oid LIMIT 1) AS parent, c.reloptions AS options,
          pg_get_expr(c.relpartbound, c.oid) AS bound
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {OURS} AND NOT (c.relname ~ 'alembic_version')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 2""",
    "columns": """
        SELECT t.name AS "table", quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS needed,
          pg_get_expr(d.adbin, d.adrelid) AS "default", a.attidentity AS identity, a.attgenerated AS generated, y.typcategory AS category,
          a.attcollation <> 0 AS collatable, a.attcollation <> y.typcollation AS collated, a.attstorage AS storage, y.typlen AS length,
          EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS key,
          pg_get_serial_sequence(t.name, a.attname) AS sequence, a.attinhcount > 0 AS inherited, a.attnum AS number, t.partitioned AS partitioned
        FROM pg_attribute a JOIN tables t ON t.oid = a.attrelid JOIN pg_type y ON y.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum""",
    "constraints": """
        SELECT t.name AS "table", quote_ident(c.conname) AS name, c.contype AS type, pg_get_constraintdef(c.oid) AS definition,
          c.condeferrable AS deferrable, c.condeferred AS deferred, c.convalidated AS validated, c.conparentid <> 0 OR c.coninhcount > 0 AS inherited,
          ARRAY(SELECT quote_ident(a.attname) FROM unnest(c.conkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = n ORDER BY o) AS columns,
          c.conindid::regclass::text AS "index", t.partitioned OR t.partition AS partitioned, t.parent AS parent
        FROM pg_constraint c JOIN tables t ON t.oid = c.conrelid WHERE c.contype IN ('p', 'u', 'f', 'c', 'x', 'n') ORDER BY 1, 2""",
    "indexes": """
        SELECT i.indexrelid::regclass::text AS name, c.relname AS bare, t.name AS "table", i.indisunique AS "unique", m.amname AS method, pg_get_expr(i.indpred, i.indrelid) AS predicate,
          ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) k) AS keys, i.indnkeyatts < i.indnatts AS included,
          i.indoption::int[] AS options, pg_get_indexdef(i.indexrelid) AS definition, t.partitioned OR t.partition AS partitioned,
          ARRAY(SELECT format_type(a.atttypid, NULL) FROM pg_attribute a WHERE a.attrelid = i.indexrelid ORDER BY a.attnum) AS types,
          0 = ANY (i.indkey::int[]) AS computed
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam JOIN tables t ON t.oid = i.indrelid
        WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) ORDER BY 1""",
    "enums": f"""
        SELECT t.oid::regtype::text AS name, ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND {OURS} ORDER BY 1""",
    "sequences": f"""
        SELECT c.oid::regclass::text AS name, format_type(s.seqtypid, NULL) AS type, s.seqincrement AS increment, s.seqcycle AS cycle,
          (SELECT refobjid::regclass::text FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0) AS "table",
          EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'i') AS identity
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS} ORDER BY 1""",
    "triggers": """
        SELECT t.name AS "table", quote_ident(g.tgname) AS name, pg_get_triggerdef(g.oid) AS definition, g.tgenabled AS enabled, g.tgconstraint <> 0 AS deferrable
        FROM pg_trigger g JOIN tables t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal AND NOT t.partition ORDER BY 1, 2""",
    "policies": """
        SELECT t.name AS "table", quote_ident(p.polname) AS name, p.polpermissive AS permissive, p.polcmd AS command,
          pg_get_expr(p.polqual, p.polrelid) AS "using", pg_get_expr(p.polwithcheck, p.polrelid) AS "check"
        FROM pg_policy p JOIN tables t ON t.oid = p.polrelid ORDER BY 1, 2""",
    "views": f"""
        SELECT c.oid::regclass::text AS name, c.relkind = 'm' AS materialized, rtrim(pg_get_viewdef(c.oid), ';') AS query,
          ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum) AS columns
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND {OURS}
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1""",
    "routines": f"""
        SELECT p.oid::regprocedure::text AS signature, n.nspname AS schema, p.proname AS bare, quote_ident(n.nspname) || '.' || quote_ident(p.proname) AS name,
          pg_get_functiondef(p.oid) AS definition, p.prokind = 'p' AS procedure, l.lanname AS language, p.prosrc AS body, p.provolatile AS volatility,
          p.proisstrict AS strict, p.prosecdef AS definer, p.proparallel AS parallel, p.proretset AS set, format_type(p.prorettype, NULL) AS returns
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        WHERE p.prokind IN ('f', 'p') AND {OURS} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype IN ('e', 'i')) ORDER BY 1""",
    "aggregates": f"""
        SELECT p.oid::regprocedure::text AS signature, p.proname AS bare FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.prokind = 'a' AND {OURS} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1""",
    "domains": f"""
        SELECT t.oid::regtype::text AS name, t.typnotnull AS needed, t.typdefault AS "default", format_type(t.typbasetype, t.typtypmod) AS type,
          ARRAY(SELECT quote_ident(c.conname) FROM pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c' ORDER BY 1) AS constraints
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND {OURS}
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e') ORDER BY 1""",
    "composites": f"""
        SELECT t.oid::regtype::text AS name, ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS attributes
        FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {OURS} ORDER BY 1""",
    "ranges": f"""
        SELECT t.oid::regtype::text AS name FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'r' AND {OURS} ORDER BY 1""",
    "schemas": f"SELECT quote_ident(n.nspname) AS name FROM pg_namespace n WHERE {OURS} AND n.nspname <> 'public' ORDER BY 1",
    "extensions": "SELECT quote_ident(extname) AS name FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1",
    "rules": """
        SELECT t.name AS "table", quote_ident(r.rulename) AS name,
          CASE r.ev_type WHEN '2' THEN 'UPDATE' WHEN '3' THEN 'INSERT' WHEN '4' THEN 'DELETE' ELSE 'SELECT' END AS event FROM pg_rewrite r JOIN tables t ON t.oid = r.ev_class ORDER BY 1, 2""",
    "statistics": """
        SELECT quote_ident(n.nspname) || '.' || quote_ident(s.stxname) AS name, s.stxname AS bare, t.name AS "table",
          ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys)) AS columns FROM pg_statistic_ext s
        JOIN pg_namespace n ON n.oid = s.stxnamespace JOIN tables t ON t.oid = s.stxrelid ORDER BY 1""",
    "event_triggers": """
        SELECT quote_ident(evtname) AS name, evtname AS bare, evtevent AS event, evtfoid::regproc::text AS function FROM pg_event_trigger ORDER BY 1""",
    "casts": """
        SELECT '(' || castsource::regtype || ' AS ' || casttarget::regtype || ')' AS name, castfunc::regprocedure::text AS function FROM pg_cast
        WHERE oid >= 16384 AND castmethod = 'f' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_cast.oid AND d.deptype = 'e') ORDER BY 1""",
    # Whatever else has a name and is not PostgreSQL's or an extension's own.
    "kept": """
        SELECT k.kind, k.name AS bare,
          CASE WHEN k.kind = 'CAST' THEN k.name WHEN k.kind = 'OPERATOR' THEN quote_ident(nspname) || '.' || k.name || arguments
            ELSE coalesce(quote_ident(nspname) || '.', '') || quote_ident(k.name) || arguments END AS name
        FROM (
          SELECT oid, 'COLLATION', collnamespace, collname::text, '' FROM pg_collation
          UNION ALL SELECT oid, 'TEXT SEARCH CONFIGURATION', cfgnamespace, cfgname, '' FROM pg_ts_config
          UNION ALL SELECT oid, 'TEXT SEARCH DICTIONARY', dictnamespace, dictname, '' FROM pg_ts_dict
          UNION ALL SELECT oid, 'EVENT TRIGGER', 0, evtname, '' FROM pg_event_trigger
          UNION ALL SELECT oid, 'PUBLICATION', 0, pubname, '' FROM pg_publication
          UNION ALL SELECT oid, 'FOREIGN DATA WRAPPER', 0, fdwname, '' FROM pg_foreign_data_wrapper
          UNION ALL SELECT oid, 'SERVER', 0, srvname, '' FROM pg_foreign_server
          UNION ALL SELECT oid, 'FOREIGN TABLE', relnamespace, relname, '' FROM pg_class WHERE relkind = 'f'
          UNION ALL SELECT oid, 'OPERATOR', oprnamespace, oprname, ' (' || oprleft::regtype || ', ' || oprright::regtype || ')' FROM pg_operator
          UNION ALL SELECT c.oid, 'OPERATOR CLASS', opcnamespace, opcname, ' USING ' || amname FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod
          UNION ALL SELECT f.oid, 'OPERATOR FAMILY', opfnamespace, opfname, ' USING ' || amname FROM pg_opfamily f JOIN pg_am a ON a.oid = opfmethod
          UNION ALL SELECT oid, 'CAST', 0, '(' || castsource::regtype || ' AS ' || casttarget::regtype || ')', '' FROM pg_cast
        ) k(oid, kind, schema, name, arguments) LEFT JOIN pg_namespace n ON n.oid = k.schema
        WHERE k.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = k.oid AND d.deptype = 'e') ORDER BY 1, 3""",
}  # fmt: skip


class Schema:
    """One list of rows per kind of object; see QUERIES."""

    def __init__(self, connection):
        cursor = connection.cursor(cursor_factory=NamedTupleCursor)
        # Names are then qualified wherever they are printed.
        cursor.execute("SET search_path = ''")
        self.version = connection.server_version // 10000
        for kind, query in QUERIES.items():
            cursor.execute(query if kind == "tables" else f"WITH tables AS ({QUERIES['tables']}) {query}")
            setattr(self, kind, cursor.fetchall())
        cursor.execute("RESET search_path")

    def columns_of(self, table):
        return [column for column in self.columns if column.table == table]
