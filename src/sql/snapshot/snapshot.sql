-- Restamp's snapshot: what pg_dump --schema-only would say of this database, and what it would not, as one value.
--
-- One SELECT, for any client of PostgreSQL 12 or later. It reads the system catalogs and changes nothing. Of the tables it reads one
-- column of one kind of table alone: the revisions in Alembic's version table. No other row, no password and no connection string is in
-- what it gives: options of foreign servers and of user mappings, and where a subscription connects to, are left out.
--
-- Names and operators are written with their schema, so that no search_path can give them another meaning. While it runs, the
-- search_path is empty, as in a session of pg_dump, so that the server writes all names in full. Then it is what it was.
SELECT CASE WHEN pg_catalog.set_config('search_path', taken.was, true) IS NOT NULL THEN taken.snapshot END AS snapshot
FROM (SELECT before.was, CASE WHEN pg_catalog.set_config('search_path', '', true) IS NOT NULL THEN (

WITH
spaces AS MATERIALIZED (
  SELECT n.oid, n.nspname AS name FROM pg_catalog.pg_namespace n
  WHERE NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_') AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'),
-- What an extension has brought, it brings again.
members AS MATERIALIZED (
  SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.deptype OPERATOR(pg_catalog.=) 'e'),
relations AS MATERIALIZED (
  SELECT c.*, s.name AS schema FROM pg_catalog.pg_class c JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'v', 'm', 'f', 'S']::pg_catalog."char"[])
    AND NOT EXISTS (SELECT FROM members m WHERE m.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND m.objid OPERATOR(pg_catalog.=) c.oid)),
types AS MATERIALIZED (
  SELECT t.*, s.name AS schema FROM pg_catalog.pg_type t JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) t.typnamespace
  LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.typrelid
  WHERE t.typtype OPERATOR(pg_catalog.<>) 'm' AND (t.typrelid OPERATOR(pg_catalog.=) 0 OR c.relkind OPERATOR(pg_catalog.=) 'c')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid OPERATOR(pg_catalog.=) t.typelem AND e.typarray OPERATOR(pg_catalog.=) t.oid)
    AND NOT EXISTS (SELECT FROM members m WHERE m.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass AND m.objid OPERATOR(pg_catalog.=) t.oid)),
routines AS MATERIALIZED (
  SELECT p.*, s.name AS schema FROM pg_catalog.pg_proc p JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) p.pronamespace
  WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass AND m.objid OPERATOR(pg_catalog.=) p.oid)
    -- Those that a range type has made.
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) p.oid AND d.deptype OPERATOR(pg_catalog.=) 'i')),
indexes AS MATERIALIZED (
  SELECT i.*, c.relname, c.reloptions FROM pg_catalog.pg_index i JOIN relations r ON r.oid OPERATOR(pg_catalog.=) i.indrelid JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid),
-- Alembic's version tables, whatever their names.
versions AS MATERIALIZED (
  SELECT r.oid, r.schema, r.relname FROM relations r JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) r.oid
  WHERE r.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']::pg_catalog."char"[]) AND a.attname OPERATOR(pg_catalog.=) 'version_num' AND NOT a.attisdropped
    AND a.atttypid OPERATOR(pg_catalog.=) ANY (ARRAY['pg_catalog.varchar'::pg_catalog.regtype, 'pg_catalog.text'::pg_catalog.regtype]::pg_catalog.oid[])
    AND (pg_catalog.strpos(r.relname::pg_catalog.text, 'alembic_version') OPERATOR(pg_catalog.>) 0
      OR NOT EXISTS (SELECT FROM pg_catalog.pg_attribute o WHERE o.attrelid OPERATOR(pg_catalog.=) r.oid AND o.attnum OPERATOR(pg_catalog.>) 0 AND NOT o.attisdropped AND o.attname OPERATOR(pg_catalog.<>) 'version_num'))),
-- Kinds of which the definition is said here, for they need no more.
others AS MATERIALIZED (
  SELECT 'pg_catalog.pg_language'::pg_catalog.regclass AS classid, l.oid, 'PROCEDURAL LANGUAGE' AS kind, NULL::pg_catalog.text AS schema, l.lanname::pg_catalog.text AS name,
    pg_catalog.quote_ident(l.lanname) AS identity, l.lanowner AS owner, l.lanacl AS acl,
    pg_catalog.format('CREATE OR REPLACE PROCEDURAL LANGUAGE %I;', l.lanname) AS def
  FROM pg_catalog.pg_language l WHERE l.lanispl
  UNION ALL
  SELECT 'pg_catalog.pg_collation'::pg_catalog.regclass, c.oid, 'COLLATION', s.name, c.collname,
    pg_catalog.format('%I.%I', s.name, c.collname), c.collowner, NULL,
    pg_catalog.format('CREATE COLLATION %I.%I (provider = %s%s%s%s);', s.name, c.collname,
      CASE WHEN c.collprovider OPERATOR(pg_catalog.=) 'i' THEN 'icu' WHEN c.collprovider OPERATOR(pg_catalog.=) 'b' THEN 'builtin' ELSE 'libc' END,
      CASE WHEN NOT c.collisdeterministic THEN ', deterministic = false' END,
      CASE WHEN coalesce(pg_catalog.to_jsonb(c) OPERATOR(pg_catalog.->>) 'colllocale', pg_catalog.to_jsonb(c) OPERATOR(pg_catalog.->>) 'colliculocale') IS NOT NULL
        THEN pg_catalog.format(', locale = %L', coalesce(pg_catalog.to_jsonb(c) OPERATOR(pg_catalog.->>) 'colllocale', pg_catalog.to_jsonb(c) OPERATOR(pg_catalog.->>) 'colliculocale'))
        WHEN c.collcollate::pg_catalog.text OPERATOR(pg_catalog.=) c.collctype::pg_catalog.text THEN pg_catalog.format(', locale = %L', c.collcollate)
        ELSE pg_catalog.format(', lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype) END,
      CASE WHEN pg_catalog.to_jsonb(c) OPERATOR(pg_catalog.->>) 'collicurules' IS NOT NULL THEN pg_catalog.format(', rules = %L', pg_catalog.to_jsonb(c) OPERATOR(pg_catalog.->>) 'collicurules') END)
  FROM pg_catalog.pg_collation c JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) c.collnamespace
  UNION ALL
  SELECT 'pg_catalog.pg_conversion'::pg_catalog.regclass, c.oid, 'CONVERSION', s.name, c.conname,
    pg_catalog.format('%I.%I', s.name, c.conname), c.conowner, NULL,
    pg_catalog.format('CREATE%s CONVERSION %I.%I FOR %L TO %L FROM %s;', CASE WHEN c.condefault THEN ' DEFAULT' END, s.name, c.conname,
      pg_catalog.pg_encoding_to_char(c.conforencoding), pg_catalog.pg_encoding_to_char(c.contoencoding), c.conproc)
  FROM pg_catalog.pg_conversion c JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) c.connamespace
  UNION ALL
  SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, o.oid, 'OPERATOR', s.name, o.oprname,
    pg_catalog.format('%I.%s (%s, %s)', s.name, o.oprname, CASE WHEN o.oprleft OPERATOR(pg_catalog.=) 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprleft, NULL) END,
      CASE WHEN o.oprright OPERATOR(pg_catalog.=) 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprright, NULL) END), o.oprowner, NULL,
    pg_catalog.concat(pg_catalog.format('CREATE OPERATOR %I.%s (', s.name, o.oprname), pg_catalog.chr(10), '    FUNCTION = ', o.oprcode,
      CASE WHEN o.oprleft OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.concat(',', pg_catalog.chr(10), '    LEFTARG = ', pg_catalog.format_type(o.oprleft, NULL)) END,
      CASE WHEN o.oprright OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.concat(',', pg_catalog.chr(10), '    RIGHTARG = ', pg_catalog.format_type(o.oprright, NULL)) END,
      (SELECT pg_catalog.concat(',', pg_catalog.chr(10), pg_catalog.format('    COMMUTATOR = OPERATOR(%I.%s)', n.nspname, x.oprname))
        FROM pg_catalog.pg_operator x JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) x.oprnamespace WHERE x.oid OPERATOR(pg_catalog.=) o.oprcom),
      (SELECT pg_catalog.concat(',', pg_catalog.chr(10), pg_catalog.format('    NEGATOR = OPERATOR(%I.%s)', n.nspname, x.oprname))
        FROM pg_catalog.pg_operator x JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) x.oprnamespace WHERE x.oid OPERATOR(pg_catalog.=) o.oprnegate),
      CASE WHEN o.oprcanmerge THEN pg_catalog.concat(',', pg_catalog.chr(10), '    MERGES') END,
      CASE WHEN o.oprcanhash THEN pg_catalog.concat(',', pg_catalog.chr(10), '    HASHES') END,
      CASE WHEN o.oprrest OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.concat(',', pg_catalog.chr(10), '    RESTRICT = ', o.oprrest) END,
      CASE WHEN o.oprjoin OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.concat(',', pg_catalog.chr(10), '    JOIN = ', o.oprjoin) END, pg_catalog.chr(10), ');')
  FROM pg_catalog.pg_operator o JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) o.oprnamespace WHERE o.oprcode OPERATOR(pg_catalog.<>) 0
  UNION ALL
  SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, f.oid, 'OPERATOR FAMILY', s.name, f.opfname,
    pg_catalog.format('%I.%I USING %I', s.name, f.opfname, m.amname), f.opfowner, NULL,
    pg_catalog.format('CREATE OPERATOR FAMILY %I.%I USING %I;', s.name, f.opfname, m.amname)
  FROM pg_catalog.pg_opfamily f JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) f.opfnamespace JOIN pg_catalog.pg_am m ON m.oid OPERATOR(pg_catalog.=) f.opfmethod
  UNION ALL
  SELECT 'pg_catalog.pg_opclass'::pg_catalog.regclass, o.oid, 'OPERATOR CLASS', s.name, o.opcname,
    pg_catalog.format('%I.%I USING %I', s.name, o.opcname, m.amname), o.opcowner, NULL,
    pg_catalog.concat(pg_catalog.format('CREATE OPERATOR CLASS %I.%I', s.name, o.opcname), pg_catalog.chr(10), '    ', CASE WHEN o.opcdefault THEN 'DEFAULT ' END,
      pg_catalog.format('FOR TYPE %s USING %I FAMILY %I.%I AS', pg_catalog.format_type(o.opcintype, NULL), m.amname, n.nspname, f.opfname), pg_catalog.chr(10), '    ',
      coalesce((SELECT pg_catalog.string_agg(x.item, pg_catalog.concat(' ,', pg_catalog.chr(10), '    ') ORDER BY x.place, x.number, x.item) FROM (
        SELECT 0 AS place, 0 AS number, pg_catalog.format('STORAGE %s', pg_catalog.format_type(o.opckeytype, NULL)) AS item WHERE o.opckeytype OPERATOR(pg_catalog.<>) 0
        UNION ALL
        SELECT 1, a.amopstrategy, pg_catalog.format('OPERATOR %s %s', a.amopstrategy, a.amopopr::pg_catalog.regoperator)
        FROM pg_catalog.pg_amop a JOIN pg_catalog.pg_depend d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_amop'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) a.oid
        WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_opclass'::pg_catalog.regclass AND d.refobjid OPERATOR(pg_catalog.=) o.oid
        UNION ALL
        SELECT 2, a.amprocnum, pg_catalog.format('FUNCTION %s (%s, %s) %s', a.amprocnum, pg_catalog.format_type(a.amproclefttype, NULL),
          pg_catalog.format_type(a.amprocrighttype, NULL), a.amproc::pg_catalog.oid::pg_catalog.regprocedure)
        FROM pg_catalog.pg_amproc a JOIN pg_catalog.pg_depend d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_amproc'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) a.oid
        WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_opclass'::pg_catalog.regclass AND d.refobjid OPERATOR(pg_catalog.=) o.oid) x),
        pg_catalog.format('STORAGE %s', pg_catalog.format_type(o.opcintype, NULL))), ';')
  FROM pg_catalog.pg_opclass o JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) o.opcnamespace JOIN pg_catalog.pg_am m ON m.oid OPERATOR(pg_catalog.=) o.opcmethod
  JOIN pg_catalog.pg_opfamily f ON f.oid OPERATOR(pg_catalog.=) o.opcfamily JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) f.opfnamespace
  UNION ALL
  SELECT 'pg_catalog.pg_cast'::pg_catalog.regclass, c.oid, 'CAST', NULL,
    pg_catalog.format('(%s AS %s)', pg_catalog.format_type(c.castsource, NULL), pg_catalog.format_type(c.casttarget, NULL)),
    pg_catalog.format('(%s AS %s)', pg_catalog.format_type(c.castsource, NULL), pg_catalog.format_type(c.casttarget, NULL)), NULL, NULL,
    pg_catalog.format('CREATE CAST (%s AS %s) %s%s;', pg_catalog.format_type(c.castsource, NULL), pg_catalog.format_type(c.casttarget, NULL),
      CASE WHEN c.castmethod OPERATOR(pg_catalog.=) 'b' THEN 'WITHOUT FUNCTION' WHEN c.castmethod OPERATOR(pg_catalog.=) 'i' THEN 'WITH INOUT'
        ELSE pg_catalog.format('WITH FUNCTION %s', c.castfunc::pg_catalog.regprocedure) END,
      CASE WHEN c.castcontext OPERATOR(pg_catalog.=) 'a' THEN ' AS ASSIGNMENT' WHEN c.castcontext OPERATOR(pg_catalog.=) 'i' THEN ' AS IMPLICIT' END)
  FROM pg_catalog.pg_cast c
  UNION ALL
  SELECT 'pg_catalog.pg_ts_parser'::pg_catalog.regclass, p.oid, 'TEXT SEARCH PARSER', s.name, p.prsname, pg_catalog.format('%I.%I', s.name, p.prsname), NULL, NULL,
    pg_catalog.format('CREATE TEXT SEARCH PARSER %I.%I (START = %s, GETTOKEN = %s, END = %s, LEXTYPES = %s);', s.name, p.prsname, p.prsstart, p.prstoken, p.prsend, p.prslextype)
  FROM pg_catalog.pg_ts_parser p JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) p.prsnamespace
  UNION ALL
  SELECT 'pg_catalog.pg_ts_template'::pg_catalog.regclass, t.oid, 'TEXT SEARCH TEMPLATE', s.name, t.tmplname, pg_catalog.format('%I.%I', s.name, t.tmplname), NULL, NULL,
    pg_catalog.format('CREATE TEXT SEARCH TEMPLATE %I.%I (LEXIZE = %s);', s.name, t.tmplname, t.tmpllexize)
  FROM pg_catalog.pg_ts_template t JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) t.tmplnamespace
  UNION ALL
  SELECT 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, d.oid, 'TEXT SEARCH DICTIONARY', s.name, d.dictname, pg_catalog.format('%I.%I', s.name, d.dictname), d.dictowner, NULL,
    pg_catalog.concat(pg_catalog.format('CREATE TEXT SEARCH DICTIONARY %I.%I (', s.name, d.dictname), pg_catalog.chr(10),
      pg_catalog.format('    TEMPLATE = %I.%I', n.nspname, t.tmplname),
      CASE WHEN d.dictinitoption IS NOT NULL THEN pg_catalog.concat(',', pg_catalog.chr(10), '    ', d.dictinitoption) END, ' );')
  FROM pg_catalog.pg_ts_dict d JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) d.dictnamespace JOIN pg_catalog.pg_ts_template t ON t.oid OPERATOR(pg_catalog.=) d.dicttemplate
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.tmplnamespace
  UNION ALL
  SELECT 'pg_catalog.pg_ts_config'::pg_catalog.regclass, c.oid, 'TEXT SEARCH CONFIGURATION', s.name, c.cfgname, pg_catalog.format('%I.%I', s.name, c.cfgname), c.cfgowner, NULL,
    pg_catalog.concat(pg_catalog.format('CREATE TEXT SEARCH CONFIGURATION %I.%I (', s.name, c.cfgname), pg_catalog.chr(10),
      pg_catalog.format('    PARSER = %I.%I );', n.nspname, p.prsname),
      (SELECT pg_catalog.string_agg(pg_catalog.concat(pg_catalog.chr(10), pg_catalog.chr(10), pg_catalog.format('ALTER TEXT SEARCH CONFIGURATION %I.%I', s.name, c.cfgname),
        pg_catalog.chr(10), pg_catalog.format('    ADD MAPPING FOR %I WITH %s;', x.alias, x.dictionaries)), '' ORDER BY x.tokid) FROM (
          SELECT k.tokid, k.alias, pg_catalog.string_agg(m.mapdict::pg_catalog.regdictionary::pg_catalog.text, ', ' ORDER BY m.mapseqno) AS dictionaries
          FROM pg_catalog.pg_ts_config_map m JOIN pg_catalog.ts_token_type(c.cfgparser) k ON k.tokid OPERATOR(pg_catalog.=) m.maptokentype WHERE m.mapcfg OPERATOR(pg_catalog.=) c.oid GROUP BY k.tokid, k.alias) x))
  FROM pg_catalog.pg_ts_config c JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) c.cfgnamespace JOIN pg_catalog.pg_ts_parser p ON p.oid OPERATOR(pg_catalog.=) c.cfgparser
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.prsnamespace
  UNION ALL
  SELECT 'pg_catalog.pg_am'::pg_catalog.regclass, a.oid, 'ACCESS METHOD', NULL, a.amname, pg_catalog.quote_ident(a.amname), NULL, NULL,
    pg_catalog.format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s;', a.amname, CASE WHEN a.amtype OPERATOR(pg_catalog.=) 't' THEN 'TABLE' ELSE 'INDEX' END, a.amhandler)
  FROM pg_catalog.pg_am a
  UNION ALL
  SELECT 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, f.oid, 'FOREIGN DATA WRAPPER', NULL, f.fdwname, pg_catalog.quote_ident(f.fdwname), f.fdwowner, f.fdwacl,
    pg_catalog.format('CREATE FOREIGN DATA WRAPPER %I%s%s;', f.fdwname,
      CASE WHEN f.fdwhandler OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format(' HANDLER %s', f.fdwhandler::pg_catalog.regproc) END,
      CASE WHEN f.fdwvalidator OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format(' VALIDATOR %s', f.fdwvalidator::pg_catalog.regproc) END)
  FROM pg_catalog.pg_foreign_data_wrapper f
  UNION ALL
  SELECT 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, v.oid, 'SERVER', NULL, v.srvname, pg_catalog.quote_ident(v.srvname), v.srvowner, v.srvacl,
    pg_catalog.format('CREATE SERVER %I%s%s FOREIGN DATA WRAPPER %I;', v.srvname, CASE WHEN v.srvtype IS NOT NULL THEN pg_catalog.format(' TYPE %L', v.srvtype) END,
      CASE WHEN v.srvversion IS NOT NULL THEN pg_catalog.format(' VERSION %L', v.srvversion) END, f.fdwname)
  FROM pg_catalog.pg_foreign_server v JOIN pg_catalog.pg_foreign_data_wrapper f ON f.oid OPERATOR(pg_catalog.=) v.srvfdw
  UNION ALL
  SELECT 'pg_catalog.pg_user_mapping'::pg_catalog.regclass, u.umid, 'USER MAPPING', NULL, pg_catalog.format('USER MAPPING %s SERVER %s', u.usename, u.srvname),
    pg_catalog.format('FOR %I SERVER %I', u.usename, u.srvname), NULL, NULL, pg_catalog.format('CREATE USER MAPPING FOR %I SERVER %I;', u.usename, u.srvname)
  FROM pg_catalog.pg_user_mappings u
  UNION ALL
  SELECT 'pg_catalog.pg_event_trigger'::pg_catalog.regclass, e.oid, 'EVENT TRIGGER', NULL, e.evtname, pg_catalog.quote_ident(e.evtname), e.evtowner, NULL,
    pg_catalog.concat(pg_catalog.format('CREATE EVENT TRIGGER %I ON %I', e.evtname, e.evtevent),
      CASE WHEN e.evttags IS NOT NULL THEN pg_catalog.concat(pg_catalog.chr(10), '         WHEN TAG IN (',
        (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(x.tag), ', ') FROM pg_catalog.unnest(e.evttags) x (tag)), ')') END,
      pg_catalog.chr(10), '   EXECUTE FUNCTION ', e.evtfoid::pg_catalog.regproc, '();',
      CASE WHEN e.evtenabled OPERATOR(pg_catalog.<>) 'O' THEN pg_catalog.concat(pg_catalog.chr(10), pg_catalog.chr(10), pg_catalog.format('ALTER EVENT TRIGGER %I ', e.evtname),
        CASE WHEN e.evtenabled OPERATOR(pg_catalog.=) 'D' THEN 'DISABLE' WHEN e.evtenabled OPERATOR(pg_catalog.=) 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, ';') END)
  FROM pg_catalog.pg_event_trigger e
  UNION ALL
  SELECT 'pg_catalog.pg_publication'::pg_catalog.regclass, p.oid, 'PUBLICATION', NULL, p.pubname, pg_catalog.quote_ident(p.pubname), p.pubowner, NULL,
    pg_catalog.format('CREATE PUBLICATION %I%s WITH (publish = %L);', p.pubname, CASE WHEN p.puballtables THEN ' FOR ALL TABLES' END,
      pg_catalog.concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END))
  FROM pg_catalog.pg_publication p
  UNION ALL
  -- Before version 14 not everybody may read the oid.
  SELECT 'pg_catalog.pg_subscription'::pg_catalog.regclass, (SELECT pg_catalog.min(t.subid) FROM pg_catalog.pg_stat_subscription t WHERE t.subname OPERATOR(pg_catalog.=) u.subname), 'SUBSCRIPTION', NULL, u.subname, pg_catalog.quote_ident(u.subname), u.subowner, NULL,
    pg_catalog.format('CREATE SUBSCRIPTION %I CONNECTION %L PUBLICATION %s;', u.subname, '',
      (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(x.name), ', ') FROM pg_catalog.unnest(u.subpublications) x (name)))
  FROM pg_catalog.pg_subscription u JOIN pg_catalog.pg_database b ON b.oid OPERATOR(pg_catalog.=) u.subdbid WHERE b.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())

SELECT pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
'restamp_snapshot', 1,
'server', pg_catalog.jsonb_build_object(
  'version', pg_catalog.current_setting('server_version'),
  'version_num', pg_catalog.current_setting('server_version_num'),
  'encoding', pg_catalog.current_setting('server_encoding'),
  'database', pg_catalog.current_database(),
  'taken', pg_catalog.to_char(pg_catalog.timezone('UTC', pg_catalog.clock_timestamp()), 'YYYY-MM-DD HH24:MI:SS "UTC"'),
  'role', current_user,
  'superuser', pg_catalog.current_setting('is_superuser'),
  -- As the session began: what a console has set since is not Alembic's.
  'search_path', (SELECT g.reset_val FROM pg_catalog.pg_settings g WHERE g.name OPERATOR(pg_catalog.=) 'search_path')),
-- Settings of the role and of the database: those alone that change what an upgrade does.
'settings', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT pg_catalog.pg_get_userbyid(CASE WHEN g.setrole OPERATOR(pg_catalog.<>) 0 THEN g.setrole END) AS role, b.datname AS database, e.setting
  FROM pg_catalog.pg_db_role_setting g LEFT JOIN pg_catalog.pg_database b ON b.oid OPERATOR(pg_catalog.=) g.setdatabase CROSS JOIN LATERAL pg_catalog.unnest(g.setconfig) e (setting)
  WHERE (g.setdatabase OPERATOR(pg_catalog.=) 0 OR b.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
    AND pg_catalog.split_part(e.setting, '=', 1) OPERATOR(pg_catalog.=) ANY (ARRAY['search_path', 'role', 'lock_timeout', 'statement_timeout', 'transaction_timeout',
      'idle_in_transaction_session_timeout', 'default_transaction_read_only', 'default_transaction_isolation', 'default_transaction_deferrable'])
  ORDER BY 1, 2, 3) x),
'roles', (SELECT pg_catalog.jsonb_agg(r.rolname ORDER BY r.rolname) FROM pg_catalog.pg_roles r WHERE NOT pg_catalog.starts_with(r.rolname::pg_catalog.text, 'pg_')),
'extensions', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT e.oid, e.extname AS name, n.nspname AS schema, e.extversion AS version FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
  ORDER BY e.extname) x),
'schemas', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT n.oid, n.nspname AS name, pg_catalog.pg_get_userbyid(n.nspowner) AS owner, n.nspacl AS acl
  FROM pg_catalog.pg_namespace n JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) n.oid
  WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass AND m.objid OPERATOR(pg_catalog.=) n.oid) ORDER BY n.nspname) x),
'types', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT t.oid, t.schema, t.typname AS name, t.typtype AS kind, pg_catalog.pg_get_userbyid(t.typowner) AS owner, t.typacl AS acl, CASE WHEN t.typarray OPERATOR(pg_catalog.<>) 0 THEN t.typarray END AS array,
    CASE WHEN t.typrelid OPERATOR(pg_catalog.<>) 0 THEN t.typrelid END AS relation, CASE WHEN NOT t.typisdefined THEN false END AS defined,
    (SELECT pg_catalog.jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid OPERATOR(pg_catalog.=) t.oid) AS labels,
    CASE WHEN t.typtype OPERATOR(pg_catalog.=) 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base,
    CASE WHEN t.typnotnull THEN true END AS not_null,
    coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 'pg_catalog.pg_type'::pg_catalog.regclass), pg_catalog.quote_literal(t.typdefault)) AS default,
    (SELECT pg_catalog.format('%I.%I', n.nspname, l.collname) FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) l.collnamespace
      JOIN pg_catalog.pg_type b ON b.oid OPERATOR(pg_catalog.=) t.typbasetype WHERE l.oid OPERATOR(pg_catalog.=) t.typcollation AND t.typcollation OPERATOR(pg_catalog.<>) b.typcollation) AS collation,
    (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('oid', k.oid, 'name', k.conname, 'type', k.contype, 'def', pg_catalog.pg_get_constraintdef(k.oid), 'valid', k.convalidated) ORDER BY k.conname)
      FROM pg_catalog.pg_constraint k WHERE k.contypid OPERATOR(pg_catalog.=) t.oid) AS constraints,
    (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('n', a.attnum, 'name', a.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'collation',
        (SELECT pg_catalog.format('%I.%I', n.nspname, l.collname) FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) l.collnamespace
          JOIN pg_catalog.pg_type b ON b.oid OPERATOR(pg_catalog.=) a.atttypid WHERE l.oid OPERATOR(pg_catalog.=) a.attcollation AND a.attcollation OPERATOR(pg_catalog.<>) b.typcollation)) ORDER BY a.attnum)
      FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) t.typrelid AND t.typrelid OPERATOR(pg_catalog.<>) 0 AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped) AS attributes,
    (SELECT pg_catalog.jsonb_build_object('subtype', pg_catalog.format_type(r.rngsubtype, NULL),
        'multirange', CASE WHEN pg_catalog.to_jsonb(r) OPERATOR(pg_catalog.->>) 'rngmultitypid' IS NOT NULL THEN pg_catalog.format_type((pg_catalog.to_jsonb(r) OPERATOR(pg_catalog.->>) 'rngmultitypid')::pg_catalog.oid, NULL) END,
        'multirange_oid', pg_catalog.to_jsonb(r) OPERATOR(pg_catalog.->) 'rngmultitypid',
        'opclass', (SELECT pg_catalog.format('%I.%I', n.nspname, o.opcname) FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) o.opcnamespace WHERE o.oid OPERATOR(pg_catalog.=) r.rngsubopc AND NOT o.opcdefault),
        'collation', (SELECT pg_catalog.format('%I.%I', n.nspname, l.collname) FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) l.collnamespace
          JOIN pg_catalog.pg_type b ON b.oid OPERATOR(pg_catalog.=) r.rngsubtype WHERE l.oid OPERATOR(pg_catalog.=) r.rngcollation AND r.rngcollation OPERATOR(pg_catalog.<>) b.typcollation),
        'canonical', CASE WHEN r.rngcanonical OPERATOR(pg_catalog.<>) 0 THEN r.rngcanonical::pg_catalog.text END,
        'subdiff', CASE WHEN r.rngsubdiff OPERATOR(pg_catalog.<>) 0 THEN r.rngsubdiff::pg_catalog.text END)
      FROM pg_catalog.pg_range r WHERE r.rngtypid OPERATOR(pg_catalog.=) t.oid) AS range,
    CASE WHEN t.typtype OPERATOR(pg_catalog.=) 'b' THEN pg_catalog.format('INTERNALLENGTH = %s, INPUT = %s, OUTPUT = %s',
      CASE WHEN t.typlen OPERATOR(pg_catalog.<) 0 THEN 'variable' ELSE t.typlen::pg_catalog.text END, t.typinput, t.typoutput) END AS made_by
  FROM types t ORDER BY t.schema, t.typname) x),
'routines', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT p.oid, p.schema, p.proname AS name, p.prokind AS kind, pg_catalog.pg_get_userbyid(p.proowner) AS owner, p.proacl AS acl,
    pg_catalog.pg_get_function_identity_arguments(p.oid) AS arguments, pg_catalog.oidvectortypes(p.proargtypes) AS types,
    pg_catalog.pg_get_function_arguments(p.oid) AS signature, pg_catalog.pg_get_function_result(p.oid) AS result,
    (SELECT l.lanname FROM pg_catalog.pg_language l WHERE l.oid OPERATOR(pg_catalog.=) p.prolang) AS language,
    (SELECT pg_catalog.string_agg(pg_catalog.concat('FOR TYPE ', pg_catalog.format_type(t.type, NULL)), ', ' ORDER BY t.place)
      FROM pg_catalog.unnest(p.protrftypes) WITH ORDINALITY t (type, place)) AS transforms,
    CASE WHEN p.provolatile OPERATOR(pg_catalog.<>) 'v' THEN p.provolatile END AS volatile, CASE WHEN p.proisstrict THEN true END AS strict, CASE WHEN p.prosecdef THEN true END AS security_definer,
    CASE WHEN p.proleakproof THEN true END AS leakproof, p.procost::pg_catalog.text AS cost, CASE WHEN p.proretset THEN p.prorows::pg_catalog.text END AS rows,
    CASE WHEN p.prosupport OPERATOR(pg_catalog.<>) 0 THEN p.prosupport END AS support, CASE WHEN p.proparallel OPERATOR(pg_catalog.<>) 'u' THEN p.proparallel END AS parallel, p.proconfig AS settings,
    p.prosrc AS source, p.probin AS library,
    -- What SQL's own syntax has as a body is no text in the catalog.
    CASE WHEN pg_catalog.to_jsonb(p) OPERATOR(pg_catalog.->>) 'prosqlbody' IS NOT NULL THEN pg_catalog.pg_get_functiondef(p.oid) END AS def,
    (SELECT pg_catalog.concat_ws(pg_catalog.concat(',', pg_catalog.chr(10), '    '), pg_catalog.format('SFUNC = %s', a.aggtransfn), pg_catalog.format('STYPE = %s', pg_catalog.format_type(a.aggtranstype, NULL)),
        CASE WHEN a.aggtransspace OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format('SSPACE = %s', a.aggtransspace) END,
        CASE WHEN a.agginitval IS NOT NULL THEN pg_catalog.format('INITCOND = %L', a.agginitval) END,
        CASE WHEN a.aggfinalfn OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format('FINALFUNC = %s', a.aggfinalfn) END,
        CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
        CASE WHEN a.aggcombinefn OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format('COMBINEFUNC = %s', a.aggcombinefn) END,
        CASE WHEN a.aggserialfn OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format('SERIALFUNC = %s', a.aggserialfn) END,
        CASE WHEN a.aggdeserialfn OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format('DESERIALFUNC = %s', a.aggdeserialfn) END,
        CASE WHEN a.aggmtransfn OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format('MSFUNC = %s', a.aggmtransfn) END,
        CASE WHEN a.aggminvtransfn OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format('MINVFUNC = %s', a.aggminvtransfn) END,
        CASE WHEN a.aggmtranstype OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format('MSTYPE = %s', pg_catalog.format_type(a.aggmtranstype, NULL)) END,
        CASE WHEN a.aggmtransspace OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format('MSSPACE = %s', a.aggmtransspace) END,
        CASE WHEN a.aggminitval IS NOT NULL THEN pg_catalog.format('MINITCOND = %L', a.aggminitval) END,
        CASE WHEN a.aggmfinalfn OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format('MFINALFUNC = %s', a.aggmfinalfn) END,
        CASE WHEN a.aggsortop OPERATOR(pg_catalog.<>) 0 THEN (SELECT pg_catalog.format('SORTOP = OPERATOR(%I.%s)', n.nspname, o.oprname)
          FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) o.oprnamespace WHERE o.oid OPERATOR(pg_catalog.=) a.aggsortop) END,
        CASE WHEN a.aggkind OPERATOR(pg_catalog.=) 'h' THEN 'HYPOTHETICAL' END,
        CASE WHEN p.proparallel OPERATOR(pg_catalog.=) 's' THEN 'PARALLEL = safe' WHEN p.proparallel OPERATOR(pg_catalog.=) 'r' THEN 'PARALLEL = restricted' END)
      FROM pg_catalog.pg_aggregate a WHERE a.aggfnoid::pg_catalog.oid OPERATOR(pg_catalog.=) p.oid) AS aggregate
  FROM routines p ORDER BY p.schema, p.proname, 7) x),
'relations', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT r.oid, r.schema, r.relname AS name, r.relkind AS kind, pg_catalog.pg_get_userbyid(r.relowner) AS owner, r.relacl AS acl,
    CASE WHEN NOT pg_catalog.pg_has_role(r.relowner, 'USAGE') THEN false END AS mine,
    CASE WHEN r.reltype OPERATOR(pg_catalog.<>) 0 THEN r.reltype END AS type, (SELECT CASE WHEN t.typarray OPERATOR(pg_catalog.<>) 0 THEN t.typarray END FROM pg_catalog.pg_type t WHERE t.oid OPERATOR(pg_catalog.=) r.reltype) AS array,
    CASE WHEN r.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'm']::pg_catalog."char"[]) THEN r.reltuples END AS tuples,
    CASE WHEN r.relpersistence OPERATOR(pg_catalog.<>) 'p' THEN r.relpersistence END AS persistence,
    CASE WHEN r.relkind OPERATOR(pg_catalog.=) 'p' THEN pg_catalog.pg_get_partkeydef(r.oid) END AS partition_by,
    CASE WHEN r.relispartition THEN pg_catalog.pg_get_expr(r.relpartbound, r.oid) END AS bound,
    (SELECT pg_catalog.jsonb_agg(h.inhparent ORDER BY h.inhseqno) FROM pg_catalog.pg_inherits h WHERE h.inhrelid OPERATOR(pg_catalog.=) r.oid) AS parents,
    CASE WHEN r.reloftype OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format_type(r.reloftype, NULL) END AS of_type,
    r.reloptions AS options, (SELECT o.reloptions FROM pg_catalog.pg_class o WHERE o.oid OPERATOR(pg_catalog.=) r.reltoastrelid) AS toast_options,
    (SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid OPERATOR(pg_catalog.=) r.relam) AS method,
    CASE WHEN r.relrowsecurity THEN true END AS row_security, CASE WHEN r.relforcerowsecurity THEN true END AS force_row_security,
    CASE WHEN r.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'm']::pg_catalog."char"[]) THEN r.relreplident END AS replica_identity,
    CASE WHEN r.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['v', 'm']::pg_catalog."char"[]) THEN pg_catalog.pg_get_viewdef(r.oid) END AS def,
    (SELECT w.oid FROM pg_catalog.pg_rewrite w WHERE w.ev_class OPERATOR(pg_catalog.=) r.oid AND w.rulename OPERATOR(pg_catalog.=) '_RETURN') AS rule,
    (SELECT v.srvname FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_foreign_server v ON v.oid OPERATOR(pg_catalog.=) f.ftserver WHERE f.ftrelid OPERATOR(pg_catalog.=) r.oid) AS server,
    (SELECT pg_catalog.jsonb_build_object('type', pg_catalog.format_type(q.seqtypid, NULL), 'start', q.seqstart, 'increment', q.seqincrement, 'min', q.seqmin, 'max', q.seqmax,
        'cache', q.seqcache, 'cycle', q.seqcycle) FROM pg_catalog.pg_sequence q WHERE q.seqrelid OPERATOR(pg_catalog.=) r.oid) AS sequence,
    CASE WHEN r.relkind OPERATOR(pg_catalog.=) 'S' THEN (SELECT pg_catalog.jsonb_build_object('relation', d.refobjid, 'n', d.refobjsubid, 'identity', d.deptype OPERATOR(pg_catalog.=) 'i')
      FROM pg_catalog.pg_depend d WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) r.oid AND d.objsubid OPERATOR(pg_catalog.=) 0
        AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid OPERATOR(pg_catalog.>) 0 AND d.deptype OPERATOR(pg_catalog.=) ANY (ARRAY['a', 'i']::pg_catalog."char"[])) END AS owned_by
  FROM relations r ORDER BY r.schema, r.relname) x),
'columns', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT a.attrelid AS relation, a.attnum AS n, a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
    (SELECT pg_catalog.format('%I.%I', n.nspname, l.collname) FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) l.collnamespace
      WHERE l.oid OPERATOR(pg_catalog.=) a.attcollation AND a.attcollation OPERATOR(pg_catalog.<>) t.typcollation AND r.relkind OPERATOR(pg_catalog.<>) ALL (ARRAY['v', 'm']::pg_catalog."char"[])) AS collation,
    CASE WHEN a.attnotnull THEN true END AS not_null, CASE WHEN a.attidentity OPERATOR(pg_catalog.<>) '' THEN a.attidentity END AS identity, CASE WHEN a.attgenerated OPERATOR(pg_catalog.<>) '' THEN a.attgenerated END AS generated,
    d.oid AS default_oid, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS default,
    CASE WHEN NOT a.attislocal THEN false END AS local, a.attacl AS acl,
    -- `pg_attver` is the server's own (seen with 15.20), and its pg_dump leaves it out.
    (SELECT pg_catalog.array_agg(o) FROM pg_catalog.unnest(a.attoptions) o WHERE o OPERATOR(pg_catalog.!~~) 'pg_attver=%') AS options,
    CASE WHEN a.attstorage OPERATOR(pg_catalog.<>) t.typstorage AND r.relkind OPERATOR(pg_catalog.<>) 'v' THEN a.attstorage END AS storage,
    CASE WHEN pg_catalog.to_jsonb(a) OPERATOR(pg_catalog.->>) 'attcompression' OPERATOR(pg_catalog.<>) '' THEN pg_catalog.to_jsonb(a) OPERATOR(pg_catalog.->>) 'attcompression' END AS compression,
    CASE WHEN coalesce(a.attstattarget, -1) OPERATOR(pg_catalog.<>) -1 THEN coalesce(a.attstattarget, -1) END AS statistics
  FROM relations r JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) r.oid JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid OPERATOR(pg_catalog.=) a.attrelid AND d.adnum OPERATOR(pg_catalog.=) a.attnum
  WHERE a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped AND r.relkind OPERATOR(pg_catalog.<>) 'S' ORDER BY a.attrelid, a.attnum) x),
'constraints', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT k.oid, k.conrelid AS relation, k.conname AS name, k.contype AS type, pg_catalog.pg_get_constraintdef(k.oid) AS def,
    CASE WHEN NOT k.convalidated THEN false END AS valid, CASE WHEN NOT k.conislocal THEN false END AS local, CASE WHEN k.connoinherit THEN true END AS no_inherit,
    CASE WHEN k.conindid OPERATOR(pg_catalog.<>) 0 THEN k.conindid END AS index, CASE WHEN k.conparentid OPERATOR(pg_catalog.<>) 0 THEN k.conparentid END AS parent, CASE WHEN k.contype OPERATOR(pg_catalog.=) 'n' THEN k.conkey[1] END AS n
  FROM pg_catalog.pg_constraint k JOIN relations r ON r.oid OPERATOR(pg_catalog.=) k.conrelid WHERE k.contype OPERATOR(pg_catalog.<>) 't' ORDER BY k.conrelid, k.conname) x),
'indexes', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT i.indexrelid AS oid, i.indrelid AS relation, i.relname AS name, pg_catalog.pg_get_indexdef(i.indexrelid) AS def, CASE WHEN NOT i.indisvalid THEN false END AS valid,
    CASE WHEN NOT i.indisready THEN false END AS ready, CASE WHEN i.indisclustered THEN true END AS clustered, CASE WHEN i.indisreplident THEN true END AS replica_identity, i.reloptions AS options,
    (SELECT h.inhparent FROM pg_catalog.pg_inherits h WHERE h.inhrelid OPERATOR(pg_catalog.=) i.indexrelid) AS parent,
    (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('n', a.attnum, 'target', a.attstattarget) ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
      WHERE a.attrelid OPERATOR(pg_catalog.=) i.indexrelid AND a.attstattarget OPERATOR(pg_catalog.>=) 0) AS statistics
  FROM indexes i ORDER BY i.indrelid, i.relname) x),
'rules', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT w.oid, w.ev_class AS relation, w.rulename AS name, pg_catalog.pg_get_ruledef(w.oid) AS def, w.ev_enabled AS enabled
  FROM pg_catalog.pg_rewrite w JOIN relations r ON r.oid OPERATOR(pg_catalog.=) w.ev_class WHERE w.rulename OPERATOR(pg_catalog.<>) '_RETURN' ORDER BY r.schema, r.relname, w.rulename) x),
'triggers', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT g.oid, g.tgrelid AS relation, g.tgname AS name, pg_catalog.pg_get_triggerdef(g.oid) AS def, g.tgenabled AS enabled,
    (SELECT CASE WHEN u.tgenabled OPERATOR(pg_catalog.<>) g.tgenabled THEN u.tgenabled END FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_trigger u ON u.oid OPERATOR(pg_catalog.=) d.refobjid
      WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_trigger'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) g.oid AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_trigger'::pg_catalog.regclass LIMIT 1) AS unlike_parent,
    CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_trigger'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) g.oid
      AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_trigger'::pg_catalog.regclass) THEN true END AS inherited
  FROM pg_catalog.pg_trigger g JOIN relations r ON r.oid OPERATOR(pg_catalog.=) g.tgrelid
  WHERE NOT g.tgisinternal OR EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_trigger u ON u.oid OPERATOR(pg_catalog.=) d.refobjid AND NOT u.tgisinternal AND u.tgenabled OPERATOR(pg_catalog.<>) g.tgenabled
    WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_trigger'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) g.oid AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_trigger'::pg_catalog.regclass)
  ORDER BY r.schema, r.relname, g.tgname) x),
'policies', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT p.oid, p.polrelid AS relation, p.polname AS name, p.polcmd AS command, p.polpermissive AS permissive, pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS using,
    pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS check,
    CASE WHEN p.polroles OPERATOR(pg_catalog.<>) '{0}'::pg_catalog.oid[] THEN (SELECT pg_catalog.jsonb_agg(pg_catalog.pg_get_userbyid(o.oid) ORDER BY o.oid) FROM pg_catalog.unnest(p.polroles) o (oid)) END AS roles
  FROM pg_catalog.pg_policy p JOIN relations r ON r.oid OPERATOR(pg_catalog.=) p.polrelid ORDER BY r.schema, r.relname, p.polname) x),
'statistics', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT e.oid, s.name AS schema, e.stxname AS name, e.stxrelid AS relation, pg_catalog.pg_get_userbyid(e.stxowner) AS owner, pg_catalog.pg_get_statisticsobjdef(e.oid) AS def,
    CASE WHEN (pg_catalog.to_jsonb(e) OPERATOR(pg_catalog.->>) 'stxstattarget')::pg_catalog.int4 OPERATOR(pg_catalog.<>) -1 THEN (pg_catalog.to_jsonb(e) OPERATOR(pg_catalog.->>) 'stxstattarget')::pg_catalog.int4 END AS target
  FROM pg_catalog.pg_statistic_ext e JOIN spaces s ON s.oid OPERATOR(pg_catalog.=) e.stxnamespace ORDER BY s.name, e.stxname) x),
'published', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT p.pubname AS name, pg_catalog.pg_get_userbyid(p.pubowner) AS owner, t.prrelid AS relation,
    (SELECT pg_catalog.jsonb_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
      WHERE a.attrelid OPERATOR(pg_catalog.=) t.prrelid AND pg_catalog.jsonb_contains(pg_catalog.to_jsonb(t) OPERATOR(pg_catalog.->) 'prattrs', pg_catalog.to_jsonb(a.attnum))) AS columns,
    (SELECT pg_catalog.to_jsonb(f) OPERATOR(pg_catalog.->>) 'rowfilter' FROM pg_catalog.pg_publication_tables f
      WHERE f.pubname OPERATOR(pg_catalog.=) p.pubname AND f.schemaname OPERATOR(pg_catalog.=) r.schema AND f.tablename OPERATOR(pg_catalog.=) r.relname) AS where
  FROM pg_catalog.pg_publication_rel t JOIN pg_catalog.pg_publication p ON p.oid OPERATOR(pg_catalog.=) t.prpubid JOIN relations r ON r.oid OPERATOR(pg_catalog.=) t.prrelid ORDER BY p.pubname, r.schema, r.relname) x),
'others', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT o.classid::pg_catalog.oid AS class, o.oid, o.kind, o.schema, o.name, o.identity, CASE WHEN o.owner IS NOT NULL THEN pg_catalog.pg_get_userbyid(o.owner) END AS owner, o.acl, o.def
  FROM others o WHERE o.oid OPERATOR(pg_catalog.>=) 16384
    -- What a range type has made, it makes again.
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid OPERATOR(pg_catalog.=) o.classid AND d.objid OPERATOR(pg_catalog.=) o.oid AND d.deptype OPERATOR(pg_catalog.=) 'i')
    AND NOT EXISTS (SELECT FROM members m WHERE m.classid OPERATOR(pg_catalog.=) o.classid AND m.objid OPERATOR(pg_catalog.=) o.oid)
  ORDER BY o.kind, o.schema, o.name, o.identity) x),
'default_privileges', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) FROM (
  SELECT pg_catalog.pg_get_userbyid(f.defaclrole) AS owner, n.nspname AS schema, f.defaclobjtype AS kind, f.defaclacl AS acl
  FROM pg_catalog.pg_default_acl f LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) f.defaclnamespace ORDER BY 1, 2, 3) x),
'comments', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(y.classoid::pg_catalog.oid, y.objoid, y.objsubid, y.description) ORDER BY y.classoid, y.objoid, y.objsubid)
  FROM pg_catalog.pg_description y WHERE (y.objoid OPERATOR(pg_catalog.>=) 16384 OR y.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass)
    AND NOT EXISTS (SELECT FROM members m WHERE m.classid OPERATOR(pg_catalog.=) y.classoid AND m.objid OPERATOR(pg_catalog.=) y.objoid)),
-- What must be there before what: [class, oid, class, oid].
'depends', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(x.classid, x.objid, x.refclassid, x.refobjid)) FROM (
  SELECT DISTINCT d.classid, d.objid, d.refclassid, d.refobjid FROM pg_catalog.pg_depend d
  WHERE d.objid OPERATOR(pg_catalog.>=) 16384 AND d.refobjid OPERATOR(pg_catalog.>=) 16384 AND d.deptype OPERATOR(pg_catalog.=) 'n'
    AND NOT EXISTS (SELECT FROM members m WHERE m.classid OPERATOR(pg_catalog.=) d.classid AND m.objid OPERATOR(pg_catalog.=) d.objid)
    AND NOT EXISTS (SELECT FROM members m WHERE m.classid OPERATOR(pg_catalog.=) d.refclassid AND m.objid OPERATOR(pg_catalog.=) d.refobjid)
    AND d.classid OPERATOR(pg_catalog.=) ANY (ARRAY['pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass,
      'pg_catalog.pg_rewrite'::pg_catalog.regclass, 'pg_catalog.pg_attrdef'::pg_catalog.regclass, 'pg_catalog.pg_constraint'::pg_catalog.regclass,
      'pg_catalog.pg_operator'::pg_catalog.regclass, 'pg_catalog.pg_opclass'::pg_catalog.regclass, 'pg_catalog.pg_cast'::pg_catalog.regclass,
      'pg_catalog.pg_ts_config'::pg_catalog.regclass, 'pg_catalog.pg_conversion'::pg_catalog.regclass]::pg_catalog.oid[])
  ORDER BY 1, 2, 3, 4) x),
-- What Alembic's version tables hold, where this role may see all of it. A table whose name is known only now is read by ts_stat,
-- which runs a SELECT: of each revision it gives back the text as the one word of a document.
'versions', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('relation', v.oid, 'rows',
    CASE WHEN pg_catalog.has_schema_privilege(v.schema::pg_catalog.text, 'USAGE') AND pg_catalog.has_column_privilege(v.oid, 'version_num', 'SELECT')
      AND NOT pg_catalog.row_security_active(v.oid)
    THEN (SELECT coalesce(pg_catalog.jsonb_agg(w.word ORDER BY w.word), '[]'::pg_catalog.jsonb) FROM pg_catalog.ts_stat(pg_catalog.format(
      'SELECT pg_catalog.array_to_tsvector(ARRAY[version_num::pg_catalog.text]) FROM %I.%I WHERE version_num <> %L', v.schema, v.relname, '')) w) END) ORDER BY v.oid)
  FROM versions v)))::pg_catalog.text

) END AS snapshot
FROM (SELECT pg_catalog.current_setting('search_path') AS was OFFSET 0) before OFFSET 0) taken;
