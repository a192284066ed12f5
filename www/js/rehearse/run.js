// Sends statements one by one, as psql and Alembic do, and stops at the first that is refused.

import { Refused } from './postgres.js';
import { provide } from './restore.js';

/** @typedef {import('../../pkg/restamp.js').Sent} Sent */
/** @typedef {import('./postgres.js').Postgres} Postgres */

/**
 * @typedef {object} Failure
 * @property {Sent} sent
 * @property {Refused} error
 */

/**
 * What became of a list of statements.
 * @typedef {object} Ran
 * @property {number} sent how many were sent and taken
 * @property {Failure | null} failure
 * @property {Record<string, any>[][]} results the rows of each result
 * @property {readonly Sent[]} passed those of which it is not known whether they are sent, or with which values: they were not
 */

/**
 * A script, whose transactions are statements of its own. What it leaves open is lost, as when psql ends.
 * @param {Postgres} db
 * @param {readonly Sent[]} statements
 * @param {(done: number) => void} [tell]
 * @returns {Promise<Ran>}
 */
export async function script(db, statements, tell) {
  return ended(db, await each(db, statements, tell));
}

/**
 * What Alembic sends, whose transactions have numbers. It ends with the version rows, in the last transaction where one is open.
 * @param {Postgres} db
 * @param {readonly Sent[]} statements
 * @param {(done: number) => void} [tell]
 * @returns {Promise<Ran>}
 */
export async function upgrade(db, statements, tell) {
  const known = statements.filter(isKnown);
  const passed = statements.filter((one) => !isKnown(one));
  /** @type {number | null} */
  let open = null;
  let done = 0;
  /** @type {Record<string, any>[][]} */
  const results = [];
  for (const one of known) {
    if (one.transaction !== open) {
      if (open !== null) {
        // Deferred constraints may refuse the end of a transaction: that belongs to the statement before it.
        const failure = await attempt(db, { ...one, sql: 'COMMIT' });
        if (failure !== null) return ended(db, { sent: done, failure, results, passed });
      }
      if (one.transaction !== null) await db.send('BEGIN');
      open = one.transaction;
    }
    const failure = await attempt(db, one, results);
    if (failure !== null) return ended(db, { sent: done, failure, results, passed });
    done += 1;
    tell?.(done);
  }
  const last = known.at(-1);
  const failure = open === null || last === undefined ? null : await attempt(db, { ...last, sql: 'COMMIT' });
  return ended(db, { sent: done, failure, results, passed });
}

/**
 * A parameter stands for a value that only the rows tell, and a question mark for a word that the engine could not follow.
 * @param {Sent} sent
 */
function isKnown({ sql, may_run }) {
  const code = sql.replace(/'(?:[^']|'')*'|"((?:[^"]|"")*)"|(\$\w*\$)[\s\S]*?\2/g, (_, name) => (name === '?' ? '?' : ''));
  return may_run === null && !/\$\d|(^|[\s(,.])\?(?=$|[\s),.])/.test(code);
}

/**
 * @param {Postgres} db
 * @param {readonly Sent[]} statements
 * @param {((done: number) => void) | undefined} tell
 * @returns {Promise<Ran>}
 */
async function each(db, statements, tell) {
  /** @type {Record<string, any>[][]} */
  const results = [];
  let done = 0;
  for (const one of statements) {
    const failure = await attempt(db, one, results);
    if (failure !== null) return { sent: done, failure, results, passed: [] };
    done += 1;
    tell?.(done);
  }
  return { sent: done, failure: null, results, passed: [] };
}

/**
 * @param {Postgres} db
 * @param {Sent} sent
 * @param {Record<string, any>[][]} [results]
 * @returns {Promise<Failure | null>}
 */
async function attempt(db, sent, results) {
  try {
    await provide(db, sent.sql);
    const rows = await db.send(sent.sql);
    results?.push(...rows);
    return null;
  } catch (error) {
    if (error instanceof Refused) return { sent, error };
    throw error;
  }
}

/**
 * @param {Postgres} db
 * @param {Ran} ran
 */
async function ended(db, ran) {
  if (db.inTransaction()) await db.send('ROLLBACK');
  return ran;
}

/**
 * A new session: what the one before has set is gone.
 * @param {Postgres} db
 * @param {string} searchPath a statement that sets that of Alembic's connection
 */
export async function session(db, searchPath) {
  await db.send('DISCARD ALL');
  await db.send(searchPath);
}
