// The answer in one sentence, what fails, and what the deploy log says.

import { h, prose } from '../dom.js';
import { excerpt, place } from './code.js';
import { highlighted } from './script.js';
import { OUTCOME, SITUATION } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../../pkg/restamp.js').LogRun} LogRun */
/** @typedef {Pick<import('../../pkg/restamp.js').Prediction, 'message' | 'sqlstate' | 'statement' | 'excerpt' | 'file' | 'line' | 'revision'>} Failure */

/** As the engine says what the heading of the plans says, too. */
const NONE = 'No plan is safe enough to be recommended; each says what stands against it.';

/**
 * The headline of the results; it takes the focus when they appear. What the plan below says in the same words is not said here.
 * @param {Report} report
 */
export function verdict(report) {
  const { word, tone } = SITUATION[report.verdict.situation];
  const best = report.plans.find((plan) => plan.recommended);
  const said = best === undefined ? NONE : `Recommended: ${best.why}.`;
  const facts = report.verdict.facts.filter((fact) => fact !== said);
  const [lead = '', ...rest] = clauses(report.verdict.sentence);
  return h('header', { class: `verdict ${tone}` },
    h('p', { class: 'situation' }, word),
    h('h2', { id: 'verdict', tabindex: '-1' }, h('span', { class: 'lead' }, located(lead)),
      rest.flatMap((one) => [' ', h('span', { class: 'more-said' }, located(one))])),
    facts.length > 0 && h('ul', { class: 'facts' }, facts.map((fact) => h('li', null, prose(fact)))));
}

/**
 * The parts of a long sentence, so that the first can be read at a glance: at its semicolons, and where another sentence begins.
 * @param {string} sentence
 */
const clauses = (sentence) => sentence.split(/(?<=;) (?=`|[a-z])|(?<=[.:]) (?=(?:Missing|Run|Stamp|Upgrade|Change|Hand|Do|No|Probably|If|Nothing|The|It)\b)/);

/**
 * Prose in which a file and its line are by the file's name alone; the folders are told by its title.
 * @param {string} text
 */
function located(text) {
  return text.split(/((?:[^\s/()`]+\/)+[^\s/()`]+\.py(?::\d+)?)/).flatMap((part, index) => (index % 2 === 0 ? prose(part)
    : [h('code', { class: 'place', title: part }, part.split('/').at(-1) ?? part)]));
}

/**
 * Where it stops and why.
 * @param {Failure} failure
 */
function cause(failure) {
  return h('div', { class: 'cause' },
    h('p', null, failure.sqlstate !== null && h('span', { class: 'tag bad' }, failure.sqlstate), ' ',
      h('strong', null, failure.message ?? 'The reason is not known.')),
    h('p', { class: 'soft' }, failure.revision !== null && ['revision ', h('code', null, failure.revision), failure.file !== null && ', '],
      place(failure.file, failure.line)),
    failure.excerpt !== null && excerpt(failure.excerpt, failure.file),
    failure.statement !== null && h('details', { open: failure.excerpt === null },
      h('summary', null, 'The statement'), h('pre', { class: 'script', tabindex: '0' }, highlighted(failure.statement, 'sql'))));
}

/** @param {Report} report */
export function prediction(report) {
  const predicted = report.prediction;
  if (predicted === null || (predicted.outcome === 'succeeds' && predicted.runs.length === 0)) return null;
  const { word, tone } = OUTCOME[predicted.outcome];
  const count = predicted.runs.length;
  return h('section', { class: 'card', 'aria-labelledby': 'prediction-title' },
    h('h3', { id: 'prediction-title' }, h('code', null, 'alembic upgrade'), ' on this database as it is ', h('span', { class: `tag ${tone}` }, word)),
    predicted.outcome === 'succeeds'
      ? h('p', null, `It runs ${count === 1 ? 'one revision' : `${count} revisions`}: `, h('code', null, predicted.runs.join(' → ')))
      : cause(predicted));
}

const LEFT = /** @type {Record<LogRun['left'], string>} */ ({
  nothing: 'The log shows no failure.',
  rolled_back: 'The run was rolled back: it left nothing behind.',
  kept: 'The run was kept up to ',
  unknown: 'It cannot be told what the run left behind.',
});

/**
 * Whether the log's failure is the one that is shown already.
 * @param {NonNullable<LogRun['failure']>} failure
 * @param {Report['prediction']} predicted
 */
function foretold(failure, predicted) {
  return predicted !== null && predicted.outcome === 'fails' && failure.revision === predicted.revision &&
    failure.sqlstate === predicted.sqlstate && failure.message === predicted.message;
}

/** @param {Report} report */
export function log(report) {
  const run = report.log;
  if (run === null) return null;
  return h('section', { class: 'card', 'aria-labelledby': 'log-heading' },
    h('h3', { id: 'log-heading' }, 'What the deploy log says'),
    run.failure !== null && (foretold(run.failure, report.prediction)
      ? h('p', null, 'It failed just there: the same error, at line ', String(run.failure.log_line), ' of the log.')
      : cause(run.failure)),
    h('p', null, LEFT[run.left], run.left === 'kept' && run.kept_up_to !== null && h('code', null, run.kept_up_to), ' ', h('span', { class: 'soft' }, prose(run.why))),
    run.next !== null && h('p', { class: 'next' }, h('strong', null, 'Next: '), prose(run.next)));
}
