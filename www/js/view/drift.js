// What differs between the dump and the revisions.

import { counted, h, prose } from '../dom.js';
import { CHANGE } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../../pkg/restamp.js').Drift} Drift */
/** @typedef {import('../../pkg/restamp.js').ObjectName} ObjectName */

/** So many rows are shown at first; a wrong database has thousands. */
const SHOWN = 60;
/** @type {Array<Drift['change']>} */
const ORDER = ['missing', 'different', 'extra', 'uncompared'];

/** @param {ObjectName} object */
export function objectName(object) {
  const schema = object.schema === 'public' ? null : object.schema;
  return [schema, object.table, object.name].filter((part) => part !== null).join('.');
}

/** @param {Report} report */
export function drift(report) {
  if (report.located === null) return null;
  const at = report.located.revisions.length === 0 ? 'before the first revision' : report.located.revisions.join(', ');
  const sorted = report.drift.toSorted((a, b) => ORDER.indexOf(a.change) - ORDER.indexOf(b.change));
  const counts = ORDER.map((change) => [CHANGE[change], report.drift.filter((one) => one.change === change).length])
    .filter(([, count]) => count !== 0);
  return h('section', { class: 'card', 'aria-labelledby': 'drift-title' },
    h('h3', { id: 'drift-title' }, 'What differs from ', h('code', null, at)),
    sorted.length === 0 && h('p', { class: 'good-line' }, h('span', { class: 'mark good', 'aria-hidden': 'true' }, '✓'), ' Nothing: the schema is exactly what these revisions give.'),
    h('p', { class: 'counts' }, counts.map(([kind, count]) => {
      const { shape, word, tone } = /** @type {typeof CHANGE.missing} */ (kind);
      return h('span', { class: `tag ${tone}` }, `${shape} ${count} ${word.toLowerCase()}`);
    })),
    sorted.length > 0 && table(sorted.slice(0, SHOWN)),
    sorted.length > SHOWN && h('details', { ontoggle: fillOnce(() => table(sorted.slice(SHOWN))) },
      h('summary', null, `${counted(sorted.length - SHOWN, 'more difference')}`)));
}

/**
 * Fills a `<details>` when it is first opened.
 * @param {() => Node} make
 * @returns {EventListener}
 */
export function fillOnce(make) {
  let made = false;
  return (event) => {
    if (made || !(event.currentTarget instanceof HTMLDetailsElement)) return;
    made = true;
    event.currentTarget.append(make());
  };
}

/** @param {Drift[]} rows */
function table(rows) {
  return h('table', { class: 'drift' },
    h('thead', null, h('tr', null, ['Change', 'Object', 'By the revisions', 'In the dump', 'From'].map((title) => h('th', { scope: 'col' }, title)))),
    h('tbody', null, rows.map(row)));
}

/** @param {Drift} one */
function row(one) {
  const { shape, word, tone } = CHANGE[one.change];
  /** @param {string} label @param {string | null} text */
  const cell = (label, text) => h('td', { 'data-label': label, class: text === null && 'none' }, text === null ? h('span', { class: 'soft' }, '–') : h('code', null, text));
  return h('tr', null,
    h('td', { 'data-label': '' }, h('span', { class: `tag ${tone}` }, `${shape} ${word}`)),
    h('th', { scope: 'row', 'data-label': 'Object' }, h('span', { class: 'soft' }, `${one.object.kind} `), h('code', null, objectName(one.object)),
      one.attribute !== null && h('span', { class: 'soft' }, ` (${one.attribute})`),
      one.note !== null && h('p', { class: 'fine' }, prose(one.note))),
    cell('By the revisions', one.expected),
    cell('In the dump', one.actual),
    one.introduced_by === null ? cell('From', null)
      : h('td', { 'data-label': 'From', title: one.introduced_by.file }, h('code', null, one.introduced_by.revision),
        one.introduced_by.line !== null && h('span', { class: 'fine' }, ` line ${one.introduced_by.line}`)));
}
