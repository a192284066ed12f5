// What to know before a script is run, and what revisions do to rows.

import { counted, h, prose } from '../dom.js';
import { place } from './code.js';
import { DATA_STEP, SEVERITY } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Hazard} Hazard */
/** @typedef {import('../../pkg/restamp.js').DataStep} DataStep */

/** @param {Hazard[]} list @param {string} title */
export function hazards(list, title) {
  if (list.length === 0) return null;
  return h('div', { class: 'hazards' }, h('h5', null, title), h('ul', { class: 'messages' }, list.map((hazard) => {
    const { shape, word, tone } = SEVERITY[hazard.severity];
    return h('li', { class: tone },
      h('span', { class: `mark ${tone}`, role: 'img', 'aria-label': word }, shape),
      h('div', null, h('p', null, hazard.may_run !== null && h('strong', null, 'may run: '), prose(hazard.message)),
        hazard.may_run !== null && h('p', { class: 'soft' }, 'Whether it does is not known: ', prose(hazard.may_run)),
        hazard.help !== null && h('p', { class: 'soft' }, prose(hazard.help)),
        h('p', { class: 'fine' }, place(hazard.file, hazard.line),
          hazard.lock !== null && ` takes ${hazard.lock}`, hazard.rewrites && ' rewrites the table')));
  })));
}

/** @param {DataStep[]} list */
export function dataSteps(list) {
  if (list.length === 0) return null;
  return h('div', { class: 'data-steps' }, h('h5', null, `${counted(list.length, 'data step')}: a schema cannot show whether they ran`),
    h('ul', { class: 'messages' }, list.map((step) => h('li', null,
      h('span', { class: 'mark care', 'aria-hidden': 'true' }, '⛁'),
      h('div', null, h('p', null, place(step.file, step.line), ' ', h('strong', null, DATA_STEP[step.state]), ': ', prose(step.why)),
        h('pre', { class: 'script', tabindex: '0' }, step.sql ?? step.source ?? ''))))));
}
