// A rehearsal: a plan's files on an empty copy of the schema, in the order in which a person runs them, and what a real server says of each step.

import { differences, fresh, isAt, rowsAfter, schema } from './compare.js';
import { Postgres, Refused } from './postgres.js';
import { Impossible, missingRole, quote, restore } from './restore.js';
import { fill } from './rows.js';
import { script, session, upgrade } from './run.js';
import * as say from './say.js';

/** @typedef {import('../../pkg/restamp.js').Input} Input */
/** @typedef {import('../../pkg/restamp.js').Plan} Plan */
/** @typedef {import('../../pkg/restamp.js').Rehearsal} Rehearsal */
/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../../pkg/restamp.js').Sent} Sent */
/** @typedef {import('./compare.js').Library} Library */
/** @typedef {import('./compare.js').Schema} Schema */
/** @typedef {import('./postgres.js').Parts} Parts */
/** @typedef {import('./restore.js').Restored} Restored */
/** @typedef {import('./run.js').Ran} Ran */
/** @typedef {import('./say.js').Finding} Finding */
/** @typedef {import('./say.js').Stage} Stage */
/** @typedef {import('./say.js').Result} Result */

/**
 * What is rehearsed: plan number `index` of a report that was made with `rehearsal`.
 * @typedef {object} Question
 * @property {Input} input what the report was made of
 * @property {Report} report
 * @property {Rehearsal} rehearsal
 * @property {number} index
 */

/**
 * @typedef {{ kind: 'step', stage: Stage, done: number, total: number } | { kind: 'finding', finding: Finding }} Event
 */

/**
 * Rehearses a plan. What becomes of it is in the result, whatever PostgreSQL says; it throws only where PGlite itself breaks.
 * @param {Question} question
 * @param {Library} library
 * @param {Parts} parts
 * @param {(event: Event) => void} tell
 * @returns {Promise<Result>}
 */
export async function rehearse(question, library, parts, tell) {
  const stage = new Stages(question, library, parts, tell);
  try {
    await stage.all();
  } catch (error) {
    if (!(error instanceof Impossible)) throw error;
    stage.find(say.impossible(stage.now, error));
  }
  return say.result(stage.findings, stage.server, question.report.database?.tables ?? 0, stage.then);
}

class Stages {
  /** @type {Finding[]} */
  findings = [];
  /** @type {string | null} */
  server = null;
  /** @type {Stage} */
  now = 'start';
  /** @type {Plan} */
  #plan;
  /** @type {Rehearsal['plans'][number]} */
  #sent;
  /** What the upgrade after the plan was refused with. @type {import('./run.js').Failure | null} */
  #refused = null;
  /** What is made before each stage, for a statement needed it. @type {string[]} */
  #roles = [];
  /** @type {Restored} */
  #restored = { extensions: new Set(), roles: [], owner: null, searchPath: '' };
  /** @type {() => Promise<Postgres>} */
  #copy = () => Promise.reject(new Error('There is no template yet.'));

  /**
   * @param {Question} question
   * @param {Library} library
   * @param {Parts} parts
   * @param {(event: Event) => void} tell
   */
  constructor(question, library, parts, tell) {
    const [plan, sent] = [question.report.plans[question.index], question.rehearsal.plans[question.index]];
    if (plan === undefined || sent === undefined) throw new Error(`There is no plan number ${question.index}.`);
    this.question = question;
    this.library = library;
    this.parts = parts;
    this.tell = tell;
    this.#plan = plan;
    this.#sent = sent;
  }

  /** What is predicted of the upgrade after the plan. */
  get then() {
    return this.#plan.then;
  }

  async all() {
    this.#patch();
    const before = await this.#start();
    if (this.#scripts().length === 0 && this.#sent.upgrade.length === 0) this.find(say.nothing(this.then));
    if (await this.#fix(before)) {
      await this.#undo(before.schema);
      await this.#rows();
    }
  }

  /** A plan that changes revisions is rehearsed with what they send when they are changed. */
  #patch() {
    const { input } = this.question;
    const { patches } = this.#plan;
    if (patches.length === 0) return;
    const files = (input.files ?? []).map((file) => {
      let text = null;
      for (const { before, after } of patches.filter((patch) => patch.file === file.path)) {
        text ??= new TextDecoder().decode(Uint8Array.from(file.bytes));
        text = text.replace(before, () => after);
      }
      return text === null ? file : { ...file, bytes: /** @type {any} */ (new TextEncoder().encode(text)) };
    });
    const changed = { ...input, files };
    const { rehearsal } = this.library.analyze({ ...changed, options: { ...input.options, no_plans: true, rehearsal: true } }, () => {});
    this.question = { ...this.question, input: changed };
    if (rehearsal !== null) this.#sent = { ...this.#sent, upgrade: rehearsal.upgrade };
  }

  /**
   * The copy of the database, and on it what happens without a plan.
   */
  async #start() {
    const { report, rehearsal } = this.question;
    this.#at('start', 0);
    const db = await Postgres.start(this.parts);
    const [[version] = []] = await db.send('SHOW server_version');
    this.server = `PostgreSQL ${version?.['server_version']}`;
    const progress = this.#at('restore', rehearsal.restore.length);
    this.#restored = await restore(db, rehearsal.restore, progress);
    this.find(say.restored(this.#restored, this.server));
    this.#copy = await db.template();
    this.#at('read', 0);
    await this.#session(db);
    const start = await schema(db, this.library);
    const known = this.#analysed(start);
    if (report.prediction !== null && rehearsal.upgrade.length > 0) {
      const ran = await upgrade(db, rehearsal.upgrade, this.#at('today', rehearsal.upgrade.length));
      if (!(ran.failure !== null && missingRole(ran.failure.error.message) !== null)) this.find(say.today(report.prediction, rehearsal.upgrade, ran, this.#restored));
    }
    await db.close();
    return { schema: start, drift: [...report.drift, ...known.drift] };
  }

  /**
   * The fix, twice, and where the database is then; the upgrade, and where it is after that.
   * @param {{ schema: Schema, drift: Report['drift'] }} before
   * @returns {Promise<boolean>} whether the fix was taken
   */
  async #fix(before) {
    const plan = this.#plan;
    const { db, ran } = await this.#applied();
    if (ran.failure !== null) {
      this.find(say.fixRefused(ran.failure, this.#restored));
      await db.close();
      return false;
    }
    const scripts = this.#scripts();
    if (scripts.length > 0) {
      this.find(say.fixed(scripts, ran));
      const once = await this.#read(db);
      const again = await script(db, scripts, this.#at('again', scripts.length));
      this.find(say.again(again, again.failure === null ? differences(once, await this.#read(db)) : null));
      const report = this.#analysed(once);
      this.find(say.placed('placed', report, plan.to, isAt(report, plan.to), fresh(report.drift, before.drift)));
      await this.#session(db);
      if (this.#sent.verify.length > 0) this.find(say.verified(await script(db, this.#sent.verify, this.#at('verify', this.#sent.verify.length))));
    }
    await this.#upgrade(db, before.drift);
    await db.close();
    return true;
  }

  /**
   * @param {Postgres} db a database that the plan has mended
   * @param {Report['drift']} before
   */
  async #upgrade(db, before) {
    const { then, to } = this.#plan;
    let drift = before;
    if (then.runs.length > 0) {
      await this.#session(db);
      const ran = await upgrade(db, this.#sent.upgrade, this.#at('upgrade', this.#sent.upgrade.length));
      this.#refused = ran.failure;
      this.find(say.upgraded(then, this.#sent.upgrade, ran, this.#restored));
      // What is not known of an upgrade cannot be compared with what comes of it.
      if (ran.failure !== null || ran.passed.length > 0 || then.outcome === 'unknown' || then.outcome === 'fails') return;
      const rows = rowsAfter(this.question.report, to, then.runs);
      await this.#setRows(db, rows);
      const report = this.#analysed(await this.#read(db));
      this.find(say.placed('upgraded', report, rows, isAt(report, rows), fresh(report.drift, before)));
      drift = report.drift;
    }
    // An application does not know the columns that the revisions do not know.
    const extra = new Set(drift.filter(({ change, counts, object }) => change === 'extra' && counts && object.kind === 'column').map(({ object }) => `${object.schema}.${object.table}.${object.name}`));
    this.#at('insert', 0);
    await this.#session(db);
    this.find(say.inserted(await fill(db, (schema, table, column) => this.#isVersionTable(table, schema) || extra.has(`${schema}.${table}.${column}`)), extra));
  }

  /**
   * On a second copy: the fix and the way back.
   * @param {Schema} start
   */
  async #undo(start) {
    if (this.#sent.undo.length === 0) return;
    const { db } = await this.#applied();
    await this.#session(db);
    const ran = await script(db, this.#sent.undo, this.#at('undo', this.#sent.undo.length));
    this.find(say.undone(ran, ran.failure === null ? differences(start, await this.#read(db)) : null, this.#plan.undo_sql));
    await db.close();
  }

  /** On a third copy, with one row in each table: what an empty one hides. */
  async #rows() {
    const db = await this.#fresh();
    this.#at('rows', 0);
    await this.#session(db);
    const filled = await fill(db, (schema, table, column) => column === null && this.#isVersionTable(table, schema));
    const scripts = this.#scripts();
    await this.#session(db);
    const fix = await script(db, scripts, this.#at('rows', scripts.length));
    let ran = null;
    if (fix.failure === null && this.#sent.upgrade.length > 0) {
      await this.#session(db);
      ran = await upgrade(db, this.#sent.upgrade, this.#at('rows', this.#sent.upgrade.length));
    }
    if (filled.filled > 0 && scripts.length + this.#sent.upgrade.length > 0) this.find(say.withRows(filled.filled, fix, ran, this.#refused));
    await db.close();
  }

  /** What a person runs before the upgrade. */
  #scripts() {
    const { indexes, fix, stamp } = this.#sent;
    return [...indexes, ...(fix.length > 0 ? fix : stamp)];
  }

  /** A copy with the plan applied to it. A role that it names and no dump of one database shows is made, and it begins anew. */
  async #applied() {
    for (;;) {
      const db = await this.#fresh();
      const scripts = this.#scripts();
      const ran = await script(db, scripts, this.#at('fix', scripts.length));
      const role = ran.failure === null ? null : missingRole(ran.failure.error.message);
      if (role === null || this.#roles.includes(role)) return { db, ran };
      this.#roles.push(role);
      await db.close();
    }
  }

  async #fresh() {
    const db = await this.#copy();
    for (const role of this.#roles) await db.send(`CREATE ROLE ${quote(role)}`);
    await this.#session(db);
    return db;
  }

  /** @param {Postgres} db */
  #session(db) {
    return session(db, this.#restored.searchPath);
  }

  /** @param {Postgres} db */
  async #read(db) {
    await this.#session(db);
    return schema(db, this.library);
  }

  /**
   * What the engine says of a database that it sees for the first time.
   * @param {Schema} found
   */
  #analysed({ json }) {
    const { input } = this.question;
    return this.library.analyze({
      ...input,
      dump: { path: 'rehearsal.json', bytes: /** @type {any} */ (new TextEncoder().encode(json)) },
      version_dump: null,
      stamped: null,
      answers: null,
      log: null,
      options: { ...input.options, database: null, rehearsal: false, no_plans: true },
    }, () => {});
  }

  get #versionTable() {
    const environment = this.question.report.environments.find(({ chosen }) => chosen);
    return { schema: environment?.version_table_schema ?? null, name: environment?.version_table ?? 'alembic_version' };
  }

  /** @param {string} table @param {string} schema */
  #isVersionTable(table, schema) {
    const own = this.#versionTable;
    return table === own.name && (own.schema === null || schema === own.schema);
  }

  /**
   * What Alembic writes down in the end.
   * @param {Postgres} db
   * @param {readonly string[]} rows
   */
  async #setRows(db, rows) {
    const { schema: own, name } = this.#versionTable;
    const table = own === null ? quote(name) : `${quote(own)}.${quote(name)}`;
    await db.send(`CREATE TABLE IF NOT EXISTS ${table} (version_num varchar(32) NOT NULL PRIMARY KEY)`);
    await db.send(`DELETE FROM ${table}`);
    for (const row of rows) await db.send(`INSERT INTO ${table} (version_num) VALUES ('${row.replaceAll("'", "''")}')`);
  }

  /**
   * @param {Stage} stage
   * @param {number} total
   */
  #at(stage, total) {
    this.now = stage;
    this.tell({ kind: 'step', stage, done: 0, total });
    return (/** @type {number} */ done) => this.tell({ kind: 'step', stage, done, total });
  }

  /** @param {Finding | null} finding */
  find(finding) {
    if (finding === null) return;
    this.findings.push(finding);
    this.tell({ kind: 'finding', finding });
  }
}

export { Impossible, Refused };
