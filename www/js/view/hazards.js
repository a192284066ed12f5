// What to know before a script is run, and what revisions do to rows.

import { counted, h, prose } from '../dom.js';
import { place } from './code.js';
import { hasNotes, highlighted, note, noteId, placed } from './script.js';
import { DATA_STEP } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Hazard} Hazard */
/** @typedef {import('../../pkg/restamp.js').DataStep} DataStep */
/** @typedef {import('../state.js').OutFile} OutFile */

/**
 * @param {Hazard[]} list
 * @param {string} title
 * @param {{ files: readonly OutFile[], id: string } | null} shown the scripts that have some of the statements, where they can be looked at
 */
export function hazards(list, title, shown = null) {
  if (list.length === 0) return null;
  /** The script that holds each. @type {Map<number, string>} */
  const there = new Map((shown?.files ?? []).filter(({ name }) => hasNotes(name)).flatMap(({ name, text }) => placed(text, list).map(({ index }) => [index, name])));
  return h('div', { class: 'hazards' }, h('h5', null, title), h('ul', { class: 'messages' }, list.map((hazard, index) => {
    const parts = note(hazard);
    const script = there.get(index);
    parts.at(-1)?.append(h('p', { class: 'fine' }, place(hazard.file, hazard.line),
      shown !== null && script !== undefined && [' ', h('button', { type: 'button', class: 'link', onclick: () => lead(`${shown.id}-${script}`, index) }, `Show it in ${script}`)]));
    if (hazard.statement !== null && script === undefined) parts.at(-1)?.prepend(h('pre', { class: 'statement', tabindex: '0' }, highlighted(hazard.statement, 'sql')));
    return h('li', null, parts);
  })));
}

/** Opens the script at a note. @param {string} id of the script @param {number} index */
function lead(id, index) {
  const details = document.getElementById(id);
  if (!(details instanceof HTMLDetailsElement)) return;
  const show = () => {
    const target = document.getElementById(noteId(id, index));
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: 'center' });
  };
  if (details.open) show();
  // The listener that fills it was there before.
  else details.addEventListener('toggle', show, { once: true });
  details.open = true;
}

/** @param {DataStep[]} list */
export function dataSteps(list) {
  if (list.length === 0) return null;
  return h('div', { class: 'data-steps' }, h('h5', null, `${counted(list.length, 'data step')}: a schema cannot show whether they ran`),
    h('ul', { class: 'messages' }, list.map((step) => h('li', null,
      h('span', { class: 'mark care', 'aria-hidden': 'true' }, '⛁'),
      h('div', null, h('p', null, place(step.file, step.line), ' ', h('strong', null, DATA_STEP[step.state]), ': ', prose(step.why)),
        h('pre', { class: 'statement', tabindex: '0' }, step.sql !== null ? highlighted(step.sql, 'sql') : highlighted(step.source ?? '', 'python')))))));
}
