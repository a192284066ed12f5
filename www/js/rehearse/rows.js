// One row in each table, as an application would write it: only of the columns that must be given. An empty copy hides what rows refuse.

import { Refused } from './postgres.js';
import { quote } from './restore.js';

/** @typedef {import('./postgres.js').Postgres} Postgres */

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {string} type as SQL writes it
 * @property {string} category `typcategory` of the type, or of what a domain is over
 * @property {string[]} labels of an enum
 * @property {boolean} must it is NOT NULL, and nothing gives it a value
 * @property {string | null} refers a query for the value that a foreign key asks for
 */
/** @typedef {{ schema: string, name: string, columns: Column[], checks: string[] }} Table */
/** @typedef {{ schema: string, name: string, error: Refused }} Left */

const TABLES = `
SELECT n.nspname AS schema, c.relname AS name,
  (SELECT json_agg(json_build_object(
     'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'category', coalesce(base.typcategory, t.typcategory),
     'labels', coalesce((SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = coalesce(base.oid, t.oid)), '[]'),
     'must', (a.attnotnull OR t.typnotnull) AND NOT a.atthasdef AND a.attidentity = '' AND t.typdefault IS NULL,
     'refers', (SELECT format('(SELECT %I FROM %s LIMIT 1)', f.attname, k.confrelid::regclass) FROM pg_constraint k, unnest(k.conkey, k.confkey) u(own, far)
       JOIN pg_attribute f ON f.attnum = u.far
       WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0 AND f.attrelid = k.confrelid AND u.own = a.attnum LIMIT 1)
   ) ORDER BY a.attnum) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type base ON base.oid = t.typbasetype
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
  (SELECT coalesce(json_agg(pg_get_constraintdef(k.oid)), '[]') FROM pg_constraint k WHERE k.contype = 'c'
     AND (k.conrelid = c.oid OR k.contypid IN (SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0))) AS checks
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2`;

/**
 * @param {Postgres} db
 * @param {(schema: string, table: string, column: string | null) => boolean} leave a table that gets no row, or a column that is not named
 * @returns {Promise<{ filled: number, left: Left[] }>}
 */
export async function fill(db, leave) {
  const [found] = await db.send(TABLES);
  /** @type {Table[]} */
  let waiting = /** @type {any[]} */ (found ?? []).filter(({ schema, name }) => !leave(schema, name, null))
    .map((table) => ({ ...table, columns: (table.columns ?? []).filter((/** @type {Column} */ column) => !leave(table.schema, table.name, column.name)) }));
  let filled = 0;
  /** @type {Left[]} */
  let left = [];
  // A table comes after those that it refers to: what is refused waits until others have rows.
  for (let before = -1; before !== waiting.length;) {
    before = waiting.length;
    left = [];
    const again = [];
    for (const table of waiting) {
      const error = await insert(db, table);
      if (error === null) filled += 1;
      else {
        again.push(table);
        left.push({ schema: table.schema, name: table.name, error });
      }
    }
    waiting = again;
  }
  return { filled, left };
}

/**
 * @param {Postgres} db
 * @param {Table} table
 */
async function insert(db, table) {
  const must = table.columns.filter((column) => column.must);
  /** @type {Refused | null} */
  let last = null;
  for (const values of candidates(must, table.checks)) {
    const into = `${quote(table.schema)}.${quote(table.name)}`;
    const sql = must.length === 0 ? `INSERT INTO ${into} DEFAULT VALUES`
      : `INSERT INTO ${into} (${must.map(({ name }) => quote(name)).join(', ')}) VALUES (${values.join(', ')})`;
    try {
      await db.send(sql);
      return null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      last = error;
      // Other values can only help against a CHECK, or a value that is none of its type.
      if (!/^(23514|22)/.test(error.sqlstate)) return error;
    }
  }
  return last;
}

/** How many rows are tried for a table. */
const TRIES = 60;

/**
 * Values for the columns, the plainest first; then those that CHECK constraints write out.
 * @param {Column[]} columns
 * @param {string[]} checks
 */
function* candidates(columns, checks) {
  const written = [...new Set(checks.flatMap((check) => [...check.matchAll(/'((?:[^']|'')*)'/g)].map((match) => `'${match[1]}'`)))];
  const numbers = [...new Set(checks.flatMap((check) => [...check.matchAll(/\b\d+(\.\d+)?\b/g)].map((match) => match[0])))];
  const choices = columns.map((column) => {
    if (column.refers !== null) return [column.refers];
    const first = value(column);
    const more = column.category === 'S' ? written : column.category === 'N' ? ['0', ...numbers, '-1'] : column.category === 'B' ? ['false'] : [];
    return [first, ...more];
  });
  const plain = choices.map(([first]) => first ?? 'NULL');
  yield plain;
  let tries = 0;
  // One column at a time, then all that may take the same value together.
  for (const [index, all] of choices.entries()) {
    for (const other of all.slice(1)) {
      if ((tries += 1) > TRIES) return;
      yield plain.map((value, at) => (at === index ? other : value));
    }
  }
  for (const other of [...written, ...numbers]) {
    if ((tries += 1) > TRIES) return;
    yield choices.map((all, at) => (all.includes(other) ? other : plain[at] ?? 'NULL'));
  }
}

/** By `typcategory` (`pg_type` in PostgreSQL's documentation). */
const VALUES = /** @type {Record<string, string>} */ ({ A: "'{}'", B: 'true', D: 'now()', I: "'127.0.0.1'", N: '1', R: "'empty'", S: "'x'", T: "'1 hour'", V: "B'1'" });
const BY_TYPE = /** @type {Record<string, string>} */ ({
  uuid: 'gen_random_uuid()', json: "'{}'", jsonb: "'{}'", bytea: "'x'", xml: "'<x/>'", tsvector: "'x'", tsquery: "'x'", hstore: "''", citext: "'x'", ltree: "'x'", point: "'(0,0)'", macaddr: "'08:00:2b:01:02:03'",
});

/** @param {Column} column */
function value({ type, category, labels }) {
  const bare = type.replace(/^.*\./, '').replace(/\(.*$/, '');
  const dimensions = /^(?:.*\.)?(?:vector|halfvec)\((\d+)\)$/.exec(type)?.[1];
  if (dimensions !== undefined) return `'[${Array(Number(dimensions)).fill(0).join(',')}]'`;
  if (labels.length > 0) return `'${(labels[0] ?? '').replaceAll("'", "''")}'`;
  // A bit string of some length takes no other.
  const bits = /^bit\((\d+)\)$/.exec(type)?.[1];
  if (bits !== undefined) return `B'${'1'.repeat(Number(bits))}'`;
  return BY_TYPE[bare] ?? VALUES[category] ?? "'x'";
}
