// What a rehearsal says: a sentence for each step and one for all, with what PostgreSQL said.

/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../../pkg/restamp.js').Sent} Sent */
/** @typedef {import('./restore.js').Impossible} Impossible */
/** @typedef {import('./restore.js').Restored} Restored */
/** @typedef {import('./rows.js').Left} Left */
/** @typedef {import('./run.js').Failure} Failure */
/** @typedef {import('./run.js').Ran} Ran */
/** @typedef {{ outcome: string, message: string | null, sqlstate: string | null }} Then */
/** @typedef {'start' | 'restore' | 'read' | 'today' | 'fix' | 'again' | 'placed' | 'verify' | 'upgrade' | 'upgraded' | 'insert' | 'undo' | 'rows'} Stage */
/** `bad`: the plan does not do what it promises. `care`: something to know. @typedef {'good' | 'care' | 'bad' | 'plain'} Tone */

/**
 * A statement that was refused, with all that PostgreSQL said.
 * @typedef {object} Told
 * @property {string} sql
 * @property {string | null} file
 * @property {number | null} line
 * @property {string | null} revision
 * @property {string} sqlstate
 * @property {string} message
 * @property {string | null} detail
 * @property {string | null} hint
 */

/**
 * @typedef {object} Finding
 * @property {Stage} stage
 * @property {Tone} tone
 * @property {string} text
 * @property {readonly string[]} list what the text counts
 * @property {Told | null} refused
 * @property {boolean} [impossible] nothing can be said of the plan
 */

/**
 * @typedef {object} Result
 * @property {'applies' | 'fails' | 'impossible'} outcome
 * @property {string} sentence
 * @property {string | null} server
 * @property {Finding[]} findings
 */

/** What is going on. @type {Record<Stage, string>} */
export const STAGE = {
  start: 'Starting PostgreSQL',
  restore: 'Making an empty copy of your schema',
  read: 'Reading the schema back',
  today: 'Trying the upgrade without the plan',
  fix: 'Running the plan',
  again: 'Running it a second time',
  placed: 'Comparing',
  verify: 'Running verify.sql',
  upgrade: 'Running the upgrade',
  upgraded: 'Comparing',
  insert: 'Writing a row into each table',
  undo: 'Running undo.sql',
  rows: 'Running all again with a row in each table',
};

/**
 * @param {Finding[]} findings
 * @param {string | null} server
 * @param {number} tables
 * @param {Then} then what is predicted of the upgrade after the plan
 * @returns {Result}
 */
export function result(findings, server, tables, then) {
  const on = `${server ?? 'PostgreSQL'}, on an empty copy of your schema (${counted(tables, 'table')})`;
  const impossible = findings.find((one) => one.impossible);
  if (impossible !== undefined) return { outcome: 'impossible', sentence: impossible.text, server, findings };
  const bad = findings.find(({ tone }) => tone === 'bad');
  if (bad !== undefined) return { outcome: 'fails', sentence: `Does not do what it should on ${on}: ${bad.text}`, server, findings };
  if (then.outcome === 'fails') {
    return { outcome: 'fails', sentence: `The plan itself applies cleanly on ${on}. The upgrade after it fails, as predicted: ${then.message ?? then.sqlstate}`, server, findings };
  }
  const cares = (/** @type {Stage} */ stage) => findings.some((one) => one.stage === stage && one.tone === 'care');
  const sentence = then.outcome === 'unknown' || cares('upgrade') ? `The plan itself applies cleanly on ${on}. What the upgrade after it does is known in part alone.`
    : `Applies cleanly on ${on}.${cares('rows') ? ' With rows it may not: see below.' : ''}`;
  return { outcome: 'applies', sentence, server, findings };
}

/** A plan that sends nothing. @param {Then} then */
export function nothing(then) {
  return then.outcome === 'fails'
    ? finding('fix', 'bad', `it sends nothing, and alembic upgrade stops before it sends anything: ${then.message ?? 'the prediction says why'}`)
    : finding('fix', 'plain', 'The plan sends nothing: there was nothing to run.');
}

/** @param {Stage} stage @param {Impossible} error */
export function impossible(stage, error) {
  return { ...finding(stage, 'care', `Could not rehearse because ${error.message}`, [], error.failure), impossible: true };
}

/** @param {Restored} restored @param {string} server */
export function restored({ extensions, roles, owner }, server) {
  const out = extensions.size === 0 ? '' : ` There by name alone, for it is not in this PostgreSQL and the schema uses nothing of it: ${[...extensions].join(', ')}.`;
  const made = roles.length === 0 ? '' : ` Roles that were made for it: ${roles.join(', ')}.`;
  const owns = owner === null ? '' : ` ${owner} owns the database here, since it owns its tables; what it may do in yours, no dump tells.`;
  return finding('restore', out === '' ? 'plain' : 'care', `${server} has an empty copy of the schema.${out}${made}${owns}`);
}

/**
 * The upgrade as it would end today confirms or corrects what was predicted.
 * @param {Then} prediction
 * @param {readonly Sent[]} statements
 * @param {Ran} ran
 * @param {Restored} restored
 */
export function today(prediction, statements, ran, restored) {
  const said = compared(prediction, statements, ran, restored);
  // It fails today: that is why there is a plan.
  return finding('today', said.tone === 'bad' ? 'care' : said.tone, `Without the plan: ${said.text}`, [], ran.failure);
}

/**
 * @param {Then} prediction
 * @param {readonly Sent[]} statements
 * @param {Ran} ran
 * @param {Restored} restored
 */
export function upgraded(prediction, statements, ran, restored) {
  const said = compared(prediction, statements, ran, restored);
  return finding('upgrade', said.tone, `After it: ${said.text}`, [], ran.failure);
}

/**
 * @param {Then} prediction
 * @param {readonly Sent[]} statements
 * @param {Ran} ran
 * @param {Restored} restored
 * @returns {{ tone: Tone, text: string }}
 */
function compared({ outcome, message }, statements, { sent, failure, passed }, { extensions }) {
  const expected = statements.find(({ refused }) => refused !== null) ?? null;
  const behind = passed.length === 0 ? '' : ` Left out, for it is not known whether or with which values it is sent: ${counted(passed.length, 'statement')}.`;
  if (failure === null) {
    if (expected !== null) {
      return /^2[23]/.test(expected.refused ?? '')
        ? { tone: 'plain', text: `${expected.refused} is predicted for the rows that your database holds; this copy holds none.` }
        : { tone: 'care', text: `PostgreSQL takes what was predicted to be refused with ${expected.refused}.${behind}` };
    }
    const rest = outcome === 'unknown' ? ` What comes then is not known: ${message ?? 'the prediction says why'}` : outcome === 'depends_on_data' ? ' Whether your rows allow it, an empty copy does not tell.' : '';
    return { tone: behind === '' && outcome === 'succeeds' ? 'good' : 'plain', text: `alembic upgrade runs (${counted(sent, 'statement')}).${rest}${behind}` };
  }
  const { sqlstate } = failure.error;
  if (failure.sent.refused === sqlstate) return { tone: outcome === 'fails' ? 'good' : 'plain', text: `alembic upgrade is refused as predicted (${sqlstate}).` };
  return {
    tone: passed.length > 0 || extensions.size > 0 ? 'care' : 'bad',
    text: `alembic upgrade is refused with ${sqlstate}${expected === null ? ', which was not predicted' : `, not as predicted with ${expected.refused}`}.${behind}${extensions.size === 0 ? '' : ` It may need ${[...extensions].join(', ')}.`}`,
  };
}

/** @param {Failure} failure @param {Restored} restored */
export function fixRefused(failure, restored) {
  if (restored.extensions.size > 0) {
    return { ...finding('fix', 'care', `Could not rehearse because a statement is refused (${failure.error.sqlstate}) which may need ${[...restored.extensions].join(', ')}.`, [], failure), impossible: true };
  }
  return finding('fix', 'bad', `a statement of ${failure.sent.file ?? 'the plan'} is refused (${failure.error.sqlstate}).`, [], failure);
}

/** @param {readonly Sent[]} scripts @param {Ran} ran */
export function fixed(scripts, { sent }) {
  const files = [...new Set(scripts.map(({ file }) => file))].join(' and ');
  return finding('fix', 'good', `${files} runs (${counted(sent, 'statement')}).`);
}

/** @param {Ran} ran @param {{ gone: string[], come: string[] } | null} changed */
export function again(ran, changed) {
  if (ran.failure !== null) return finding('again', 'bad', `a second run is refused (${ran.failure.error.sqlstate}).`, [], ran.failure);
  const list = changed === null ? [] : told(changed);
  return list.length > 0 ? finding('again', 'bad', 'a second run changes the schema again.', list) : finding('again', 'good', 'A second run changes nothing.');
}

/**
 * @param {'placed' | 'upgraded'} stage
 * @param {Report} report
 * @param {readonly string[]} rows
 * @param {boolean} isThere
 * @param {Report['drift']} more
 */
export function placed(stage, report, rows, isThere, more) {
  const state = rows.length === 0 ? 'base' : rows.join(', ');
  const where = report.located === null ? 'nowhere' : report.located.revisions.join(', ') || 'base';
  if (!isThere) return finding(stage, 'bad', `the schema, read back, is that of ${where}, not of ${state}.`);
  const stamped = report.stamped?.revisions ?? [];
  if (!(stamped.length === rows.length && rows.every((row) => stamped.includes(row)))) {
    return finding(stage, 'bad', `the version table holds ${stamped.join(', ') || 'no row'}, not ${state}.`);
  }
  const list = more.map(({ change, object, attribute }) => [change, object.kind, [object.table, object.name].filter((one) => one !== null).join('.'), attribute].filter((one) => one !== null).join(' '));
  if (list.length > 0) return finding(stage, 'bad', `the schema, read back, differs from ${state} in what did not differ before.`, list);
  return finding(stage, 'good', `${stage === 'placed' ? 'The schema, read back,' : 'After the upgrade the schema, read back,'} is that of ${state}.`);
}

/** @param {Ran} ran */
export function verified({ failure, results }) {
  if (failure !== null) return finding('verify', 'bad', `verify.sql is refused (${failure.error.sqlstate}).`, [], failure);
  const rows = results.flat().filter((row) => 'ok' in row);
  const wrong = rows.filter(({ ok }) => ok !== true);
  return wrong.length > 0 ? finding('verify', 'bad', 'verify.sql finds what is not as it should be.', wrong.map((row) => JSON.stringify(row)))
    : finding('verify', 'good', `verify.sql says that all is there (${counted(rows.length, 'row')}).`);
}

/** @param {Ran} ran @param {{ gone: string[], come: string[] } | null} changed @param {string} text */
export function undone(ran, changed, text) {
  if (ran.failure !== null) return finding('undo', 'bad', `undo.sql is refused (${ran.failure.error.sqlstate}).`, [], ran.failure);
  const list = changed === null ? [] : told(changed);
  if (list.length === 0) return finding('undo', 'good', 'undo.sql leads back to the schema as it was.');
  const listed = /^-- .*(not taken back|does not take back|stays|stay)/im.test(text);
  return finding('undo', listed ? 'plain' : 'bad', listed ? 'undo.sql leads back, but for what its head lists.' : 'undo.sql leads back, but leaves what its head does not list.', list);
}

/** @param {{ filled: number, left: Left[] }} filled @param {Set<string>} extra */
export function inserted({ filled, left }, extra) {
  const unknown = left.filter(({ schema, name, error }) => error.sqlstate === '23502' && [...extra].some((column) => column.startsWith(`${schema}.${name}.`) && error.message.includes(`"${column.slice(schema.length + name.length + 2)}"`)));
  const list = left.map(({ schema, name, error }) => `${schema}.${name}: ${error.message} (${error.sqlstate})`);
  if (unknown.length > 0) return finding('insert', 'care', `An application that does not know a column cannot write into ${unknown.map(({ schema, name }) => `${schema}.${name}`).join(', ')}.`, list);
  const rest = left.length === 0 ? '' : ` Into ${counted(left.length, 'other')} a made-up row does not fit, which says nothing of yours.`;
  return finding('insert', left.length === 0 ? 'good' : 'plain', `A row was written into ${counted(filled, 'table')}.${rest}`, list);
}

/** @param {number} filled @param {Ran} fix @param {Ran | null} upgrade @param {Failure | null} empty what was refused without rows */
export function withRows(filled, fix, upgrade, empty) {
  const failure = fix.failure ?? upgrade?.failure ?? null;
  const rows = `With a made-up row in ${counted(filled, 'table')}`;
  if (failure === null) return finding('rows', 'good', `${rows} it runs as well.`);
  // That has been said, and rows have no part in it.
  if (failure.sent.sql === empty?.sent.sql && failure.error.sqlstate === empty.error.sqlstate) return null;
  const where = fix.failure !== null ? 'the plan' : 'the upgrade';
  return finding('rows', 'care', `${rows} a statement of ${where} is refused (${failure.error.sqlstate}): look at your rows first, check.sql asks what can be asked.`, [], failure);
}

/** @param {{ gone: string[], come: string[] }} changed */
const told = ({ gone, come }) => [...gone.map((one) => `− ${one}`), ...come.map((one) => `+ ${one}`)];

/**
 * @param {Stage} stage
 * @param {Tone} tone
 * @param {string} text
 * @param {readonly string[]} [list]
 * @param {Failure | { sent: Sent, error: Failure['error'] } | null} [failure]
 * @returns {Finding}
 */
function finding(stage, tone, text, list = [], failure = null) {
  if (failure === null) return { stage, tone, text, list, refused: null };
  const { sent: { sql, file, line, revision }, error: { sqlstate, message, detail, hint } } = failure;
  return { stage, tone, text, list, refused: { sql, file, line, revision, sqlstate, message, detail, hint } };
}

/** @param {number} count @param {string} one */
const counted = (count, one) => `${count} ${count === 1 ? one : `${one}s`}`;
