// What was wrong with the input, and what was read.

import { counted, fillOnce, h, prose } from '../dom.js';
import { place } from './code.js';
import { SEVERITY } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../../pkg/restamp.js').Severity} Severity */

/** So many are shown; a broken repository has one per file. */
const SHOWN = 40;
/** @type {Severity[]} */
const ORDER = ['error', 'warning', 'info'];

/** @param {Report} report */
export function diagnostics(report) {
  if (report.diagnostics.length === 0) return null;
  const sorted = report.diagnostics.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return h('section', { class: 'card', 'aria-labelledby': 'diagnostics-title' },
    h('h3', { id: 'diagnostics-title' }, 'About your files'),
    h('ul', { class: 'messages' }, sorted.slice(0, SHOWN).map((one) => {
      const { shape, word, tone } = SEVERITY[one.severity];
      return h('li', { class: tone },
        h('span', { class: `mark ${tone}`, role: 'img', 'aria-label': word }, shape),
        h('div', null, h('p', null, place(one.file, one.line), one.file !== null && ' ', prose(one.message)),
          one.help !== null && h('p', { class: 'soft' }, prose(one.help)),
          one.labels.map((label) => h('p', { class: 'fine' }, place(label.file, label.line), ' ', prose(label.text)))));
    })),
    sorted.length > SHOWN && h('p', { class: 'soft' }, `${counted(sorted.length - SHOWN, 'more message')} in report.json.`));
}

/** @param {Report} report */
export function inputs(report) {
  if (report.inputs.length === 0) return null;
  const fill = () => h('ul', null, report.inputs.map((one) =>
    h('li', null, h('code', null, one.name), ' ', h('span', { class: 'fine' }, `${one.kind.replaceAll('_', ' ')}, ${one.sha256 === null ? `${one.size} bytes` : `sha256 ${one.sha256}`}`))));
  return h('details', { class: 'read', ontoggle: fillOnce(fill) }, h('summary', null, `What was read: ${counted(report.inputs.length, 'file')}`));
}
