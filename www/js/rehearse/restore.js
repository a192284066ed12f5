// Makes the database of a dump on a server that is another one: of another version, without its roles, without its extensions.

import { Refused } from './postgres.js';

/** @typedef {import('../../pkg/restamp.js').Sent} Sent */
/** @typedef {import('./postgres.js').Postgres} Postgres */

/** The dump cannot be restored here, which says nothing of any plan. */
export class Impossible extends Error {
  /**
   * @param {string} message
   * @param {{ sent: Sent, error: Refused } | null} failure
   */
  constructor(message, failure = null) {
    super(message);
    this.name = 'Impossible';
    this.failure = failure;
  }
}

/** What is about the cluster, not about the schema. */
const OF_THE_CLUSTER = /^(CREATE|ALTER|DROP)\s+(DATABASE|SUBSCRIPTION|TABLESPACE)\b|^(COMMENT\s+ON|SECURITY\s+LABEL\s+.*\bON)\s+(DATABASE|SUBSCRIPTION|TABLESPACE|ROLE)\b|^(GRANT|REVOKE)\b[^;]*\sON\s+(DATABASE|TABLESPACE)\b|^ALTER\s+SYSTEM\b/i;
const EXTENSION = /\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|[\w$]+)/gi;
/** What CREATE EXTENSION … CASCADE makes besides. */
const NEEDS = /** @type {Record<string, string[]>} */ ({ earthdistance: ['cube'] });

/**
 * What had to be left out or made for it.
 * @typedef {object} Restored
 * @property {Set<string>} extensions that this server has by name alone, and of which nothing was needed
 * @property {string[]} roles that were made
 * @property {string | null} owner of the database: it owns most of what is in it, and a dump does not say
 * @property {string} searchPath sets that of Alembic's connection
 */

/**
 * @param {Postgres} db an empty database
 * @param {readonly Sent[]} statements
 * @param {(done: number) => void} [tell]
 * @returns {Promise<Restored>}
 */
export async function restore(db, statements, tell) {
  /** @type {Restored} */
  const restored = { extensions: db.standIns, roles: [], owner: null, searchPath: searchPath(statements) };
  // The first block in PL/pgSQL loads its library.
  await db.send('DO $$BEGIN END$$');
  let done = 0;
  for (const sent of statements) {
    if (!OF_THE_CLUSTER.test(sent.sql)) await one(db, sent, restored);
    done += 1;
    tell?.(done);
  }
  restored.owner = await owned(db);
  return restored;
}

/**
 * Whoever made the tables could make them: on most servers as the owner of the database, who may create objects in `public`.
 * @param {Postgres} db
 */
async function owned(db) {
  const [[most] = []] = await db.send(`SELECT r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT r.rolsuper AND n.nspname NOT LIKE 'pg\\_%' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`);
  if (most === undefined) return null;
  await db.send(`ALTER DATABASE postgres OWNER TO ${quote(most['rolname'])}`);
  return most['rolname'];
}

/**
 * Sends a statement, and what it turns out to need before it.
 * @param {Postgres} db
 * @param {Sent} sent
 * @param {Restored} restored
 */
async function one(db, sent, restored) {
  await provide(db, sent.sql);
  // Each turn makes one thing that was missing; a statement names few.
  for (let turn = 0; ; turn += 1) {
    try {
      await db.send(sent.sql);
      return;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.sqlstate === '42P06' && error.message.includes('"public"')) return;
      if (turn < 20 && await mended(db, error, restored)) continue;
      // A setting that this version does not have changes nothing that is compared.
      if (/^SET\s/i.test(sent.sql) && ['42704', '22023', '0A000'].includes(error.sqlstate)) return;
      throw new Impossible(why(sent, error, restored), { sent, error });
    }
  }
}

/**
 * Puts the files of the extensions in place that a statement makes.
 * @param {Postgres} db
 * @param {string} sql
 */
export async function provide(db, sql) {
  for (const [, quoted] of sql.matchAll(EXTENSION)) {
    const name = plain(quoted ?? '');
    if (name === 'plpgsql') continue;
    for (const one of [...NEEDS[name] ?? [], name]) await db.provide(one);
  }
}

/**
 * Makes what is the server's and not the dump's.
 * @param {Postgres} db
 * @param {Refused} error
 * @param {Restored} restored
 */
async function mended(db, { sqlstate, message }, restored) {
  if (sqlstate !== '42704') return false;
  const role = missingRole(message);
  if (role !== null) {
    await db.send(`CREATE ROLE ${quote(role)}`);
    restored.roles.push(role);
    return true;
  }
  const collation = /^collation "(.*)" for encoding/s.exec(message)?.[1];
  if (collation !== undefined) {
    // Its name tells the schema where the statement told it. The rules of a language decide the order of rows, of which there are none.
    const [schema, name] = collation.includes('.') ? [collation.slice(0, collation.indexOf('.')), collation.slice(collation.indexOf('.') + 1)] : ['pg_catalog', collation];
    await db.send(`CREATE COLLATION ${quote(schema ?? '')}.${quote(name ?? '')} (provider = icu, locale = 'und')`);
    return true;
  }
  return false;
}

/**
 * @param {Sent} sent
 * @param {Refused} error
 * @param {Restored} restored
 */
function why({ file, line }, error, { extensions }) {
  const at = file === null ? 'a statement' : `${file}:${line}`;
  const missing = extensions.size === 0 ? '' : ` It may need ${[...extensions].join(', ')}, which is not in it.`;
  return `this PostgreSQL does not take ${at} (${error.sqlstate}: ${error.message}).${missing}`;
}

/** @param {string} message */
export const missingRole = (message) => /^role "(.*)" does not exist$/s.exec(message)?.[1] ?? null;

/** @param {readonly Sent[]} statements */
function searchPath(statements) {
  return statements.findLast(({ sql }) => /^SET search_path = /.test(sql))?.sql ?? 'SET search_path = public';
}

/** A name as SQL writes it. @param {string} name */
export const quote = (name) => `"${name.replaceAll('"', '""')}"`;

/** A name without its quotation marks. @param {string} name */
const plain = (name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase());
