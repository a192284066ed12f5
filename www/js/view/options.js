// What plans may do. A change asks the engine again, and with it its check of each script.

import { h } from '../dom.js';

/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../state.js').Choices} Choices */
/** @typedef {import('./results.js').Choose} Choose */

/** As PostgreSQL writes them. */
const TIMEOUTS = [{ value: '1s', text: '1 second' }, { value: null, text: '5 seconds' }, { value: '30s', text: '30 seconds' }, { value: '5min', text: '5 minutes' }, { value: '0', text: 'for ever' }];

/**
 * @param {Report} report
 * @param {Choices} chosen
 * @param {Choose} choose
 */
export function allowed(report, chosen, choose) {
  if (report.database === null) return null;
  /** @param {'allowDrops' | 'allowDataLoss' | 'concurrently'} key @param {string} title @param {string} meaning */
  const box = (key, title, meaning) => h('label', { class: 'option' },
    h('input', { type: 'checkbox', id: `option-${key}`, checked: chosen[key], onchange: (event) => {
      choose({ [key]: /** @type {HTMLInputElement} */ (event.currentTarget).checked });
    } }),
    h('span', null, h('span', { class: 'option-title' }, title), h('span', { class: 'fine' }, meaning)));
  return h('fieldset', { class: 'options' }, h('legend', null, 'What a script may do'),
    box('allowDrops', 'Allow drops', 'only of what a revision up to the target dropped'),
    box('allowDataLoss', 'Allow conversions that lose data', 'such as varchar(8), which cuts values off'),
    box('concurrently', 'Build indexes concurrently', 'in a file of their own, without keeping writers out'),
    h('label', { class: 'option' },
      h('select', { id: 'option-lockTimeout', onchange: (event) => {
        choose({ lockTimeout: /** @type {HTMLSelectElement} */ (event.currentTarget).value || null });
      } }, TIMEOUTS.map(({ value, text }) => h('option', { value: value ?? '', selected: value === chosen.lockTimeout }, text))),
      h('span', null, h('span', { class: 'option-title' }, 'Wait for a lock'), h('span', { class: 'fine' }, 'then a statement gives up, and nothing is kept'))));
}
