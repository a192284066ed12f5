// Reads a schema back and says in what two differ.

/** @typedef {import('./postgres.js').Postgres} Postgres */
/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../../pkg/restamp.js').Drift} Drift */

/**
 * The library, as the page and Node load it.
 * @typedef {object} Library
 * @property {typeof import('../../pkg/restamp.js').analyze} analyze
 * @property {typeof import('../../pkg/restamp.js').snapshot_sql} snapshot_sql
 * @property {typeof import('../../pkg/restamp.js').snapshot_to_sql} snapshot_to_sql
 */

/** @typedef {{ json: string, sql: string }} Schema the snapshot, and what pg_dump would write for it */

/**
 * @param {Postgres} db
 * @param {Library} library
 * @returns {Promise<Schema>}
 */
export async function schema(db, library) {
  const [rows] = await db.send(library.snapshot_sql());
  const cell = Object.values(rows?.[0] ?? {})[0];
  // PGlite keeps a version of its own among the options of each column (`pg_attver`), which no revision and no other server knows.
  const json = (typeof cell === 'string' ? cell : JSON.stringify(cell)).replace(/\[\s*"pg_attver=\d+"\s*\]/g, 'null').replace(/"pg_attver=\d+"\s*,|,\s*"pg_attver=\d+"/g, '');
  return { json, sql: library.snapshot_to_sql(json) };
}

/**
 * The statements that only one of two schemas has.
 * @param {Schema} before
 * @param {Schema} after
 */
export function differences(before, after) {
  const [was, is] = [statements(before.sql), statements(after.sql)];
  return { gone: without(was, is), come: without(is, was) };
}

/** @param {string} sql */
function statements(sql) {
  // Comments stand on lines of their own; what a statement holds keeps together, for the writer ends each with an empty line.
  return sql.split(/\n\n+/).map((part) => part.replace(/^--.*\n?/gm, '').trim()).filter((part) => part !== '');
}

/**
 * @param {string[]} all
 * @param {string[]} others
 */
function without(all, others) {
  const count = new Map();
  for (const one of others) count.set(one, (count.get(one) ?? 0) + 1);
  return all.filter((one) => {
    const left = count.get(one) ?? 0;
    count.set(one, left - 1);
    return left <= 0;
  });
}

/** A difference that keeps a database from being as the revisions make it, as a text to compare. @param {Drift} drift */
const key = ({ change, object, attribute }) => JSON.stringify([change, object.kind, object.schema, object.table, object.name, attribute]);

/**
 * The differences that count and were not there before.
 * @param {readonly Drift[]} drift
 * @param {readonly Drift[]} before
 */
export function fresh(drift, before) {
  const known = new Set(before.map(key));
  return drift.filter((one) => one.counts && !known.has(key(one)));
}

/**
 * Is the database where these version rows say, as far as the engine can tell?
 * @param {Report} report
 * @param {readonly string[]} rows
 */
export function isAt({ located, revisions }, rows) {
  if (located === null) return false;
  const wanted = ancestry(revisions, rows);
  return [located.revisions, ...located.same_schema, ...located.may_be].some((state) => {
    const found = ancestry(revisions, state);
    return found.size === wanted.size && [...found].every((id) => wanted.has(id));
  });
}

/**
 * The version rows after an upgrade: of the revisions that are there those that no other one follows.
 * @param {Report} report
 * @param {readonly string[]} from
 * @param {readonly string[]} runs
 */
export function rowsAfter({ revisions }, from, runs) {
  const there = [...from, ...runs];
  const passed = new Set(revisions.filter(({ id }) => there.includes(id)).flatMap(({ down, depends_on }) => [...ancestry(revisions, [...down, ...depends_on])]));
  return there.filter((id) => !passed.has(id));
}

/**
 * @param {Report['revisions']} revisions
 * @param {readonly string[]} ids
 */
function ancestry(revisions, ids) {
  const all = new Map(revisions.map((one) => [one.id, one]));
  const found = new Set();
  const waiting = [...ids];
  for (let id; (id = waiting.pop()) !== undefined;) {
    if (found.has(id)) continue;
    found.add(id);
    const one = all.get(id);
    if (one !== undefined) waiting.push(...one.down, ...one.depends_on);
  }
  return found;
}
