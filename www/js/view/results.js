// The whole answer, in the order in which a person needs it.

import { counted, h } from '../dom.js';
import { fileList } from './code.js';
import { diagnostics, inputs } from './diagnostics.js';
import { drift } from './drift.js';
import { history } from './history.js';
import { allowed } from './options.js';
import { plans } from './plans.js';
import { log, prediction, verdict } from './verdict.js';

/** @typedef {import('../state.js').Answer} Answer */
/** @typedef {import('../state.js').Choices} Choices */

/** @typedef {(choices: Partial<Choices> & { target?: string }) => void} Choose */

/**
 * @param {Answer} answer
 * @param {Choices} chosen what it was asked with
 * @param {Choose} choose asks again
 * @param {import('./evidence.js').Source} source the files that it is about
 * @param {import('./rehearsal.js').Stage} stage rehearses plans
 * @returns {Node[]}
 */
export function results(answer, chosen, choose, source, stage) {
  const { report } = answer;
  const cause = [prediction(report), log(report)].filter((card) => card !== null);
  const sections = [
    verdict(report),
    choices(answer, choose),
    plans(answer, allowed(answer.report, chosen, choose), () => choose({ target: 'heads' }), stage),
    cause.length > 0 ? h('div', { class: 'cause-cards' }, cause) : null,
    drift(report),
    history(report, source),
    diagnostics(report),
    h('section', { class: 'card', 'aria-labelledby': 'take-title' },
      h('h3', { id: 'take-title' }, 'Take it with you'), fileList(answer.rest, 'rest'), inputs(report)),
  ];
  return sections.filter((section) => section !== null);
}

/**
 * Several environments or databases were handed in: which one is meant?
 * @param {Answer} answer
 * @param {Choose} choose
 */
function choices({ report }, choose) {
  const several = report.environments.length > 1;
  const databases = report.database !== null && report.database.databases.length > 1 ? report.database : null;
  if (!several && databases === null) return null;
  return h('section', { class: 'card choices', 'aria-label': 'Choices' },
    several && h('fieldset', null, h('legend', null, 'Your files hold several Alembic environments. This report is about:'),
      report.environments.map((one, index) => h('button', { type: 'button', id: `environment-${index}`, 'aria-pressed': String(one.chosen), onclick: () => choose({ environment: one.path }) },
        one.path, ' ', h('span', { class: 'soft' }, counted(one.revisions, 'revision'))))),
    databases !== null && h('fieldset', null, h('legend', null, 'The dump holds several databases. This report is about:'),
      databases.databases.map((name, index) => h('button', { type: 'button', id: `database-${index}`, 'aria-pressed': String(name === databases.name), onclick: () => choose({ database: name }) }, name))));
}

/**
 * The engine gave no answer.
 * @param {string} message
 * @returns {Node[]}
 */
export function failed(message) {
  return [h('header', { class: 'verdict bad' }, h('p', { class: 'situation' }, 'No answer'),
    h('h2', { id: 'verdict', tabindex: '-1' }, 'Restamp could not finish.'),
    h('p', null, message),
    h('p', null, 'Nothing was sent anywhere and nothing was changed. You can try again with fewer files.'))];
}
