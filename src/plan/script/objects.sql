SELECT 'relation' AS kind, n.nspname::text AS schema, '' AS owner, c.relname::text AS name, c.relname::text AS within, c.relkind::text AS state
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S')
  UNION ALL SELECT 'column', n.nspname, c.relname, a.attname, c.relname, format_type(a.atttypid, a.atttypmod)
    || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
    || CASE a.attidentity WHEN 'a' THEN ' ALWAYS AS IDENTITY' WHEN 'd' THEN ' BY DEFAULT AS IDENTITY' ELSE '' END
    || CASE WHEN a.attgenerated <> '' THEN ' GENERATED' ELSE '' END
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL SELECT 'default', n.nspname, c.relname, a.attname, c.relname,
    CASE WHEN pg_get_expr(d.adbin, d.adrelid) ~ '^([0-9]+|true|false|nextval[(].*)$' THEN pg_get_expr(d.adbin, d.adrelid) ELSE 'default' END
  FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND a.attgenerated = ''
  UNION ALL SELECT 'constraint', n.nspname, c.relname, k.conname, c.relname, k.contype::text
    || coalesce(' ' || (SELECT string_agg(a.attname::text, ',' ORDER BY CASE k.contype WHEN 'c' THEN a.attnum ELSE u.at END) FROM unnest(k.conkey) WITH ORDINALITY u(attnum, at)
       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum), '')
    || coalesce(' -> ' || (SELECT f.relname::text FROM pg_class f WHERE f.oid = k.confrelid), '')
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE k.contype IN ('c', 'u', 'p', 'f', 'x')
  UNION ALL SELECT 'index', n.nspname, '', x.relname, c.relname,
    CASE WHEN i.indisunique THEN 'unique ' ELSE '' END || c.relname::text
    || coalesce(' ' || (SELECT string_agg(coalesce(a.attname::text, '()'), ',' ORDER BY u.at) FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(attnum, at)
       LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum), '')
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE (i.indisvalid OR c.relkind = 'p') AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
  UNION ALL SELECT 'type', n.nspname, '', t.typname, t.typname, t.typtype::text
    || coalesce((SELECT ' ' || string_agg(e.enumlabel::text, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), '')
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype IN ('e', 'd') OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')
  UNION ALL SELECT 'schema', '', '', n.nspname, n.nspname, 'schema' FROM pg_namespace n
  UNION ALL SELECT 'extension', '', '', e.extname, e.extname, 'extension' FROM pg_extension e
  UNION ALL SELECT 'trigger', n.nspname, c.relname, t.tgname, c.relname, 'trigger'
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal
  UNION ALL SELECT 'policy', n.nspname, c.relname, p.polname, c.relname, 'policy'
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  UNION ALL SELECT 'routine', n.nspname, '', p.proname, p.proname, string_agg(p.prokind::text, '' ORDER BY p.prokind)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') GROUP BY 2, 4