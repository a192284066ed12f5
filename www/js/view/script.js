// A script to read: its words by kind, and beside each statement what to know of it.

import { h, prose } from '../dom.js';
import { languageOf, tokens } from '../tokens.js';
import { copyButton } from './copy.js';
import { SEVERITY } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Hazard} Hazard */

/**
 * @param {string} text
 * @param {import('../tokens.js').Language} language
 */
export function highlighted(text, language) {
  return tokens(text, language).map(({ kind, text: part }) => (kind === '' ? part : h('span', { class: `t-${kind}` }, part)));
}

/**
 * The file, with each hazard under the statement that it concerns.
 * @param {{ name: string, text: string }} file
 * @param {readonly Hazard[]} hazards
 * @param {string} owner what the ids of the notes begin with
 */
export function script({ name, text }, hazards, owner) {
  const language = languageOf(name);
  const view = h('div', { class: 'script', tabindex: '0', role: 'group', 'aria-label': name });
  let at = 0;
  const upTo = (/** @type {number} */ end) => {
    if (end > at) view.append(h('pre', null, highlighted(text.slice(at, end), language)));
    at = Math.max(at, end);
  };
  for (const { end, index, hazard } of placed(text, hazards)) {
    upTo(end);
    view.append(h('aside', { class: `note ${SEVERITY[hazard.severity].tone}`, id: noteId(owner, index), tabindex: '-1' }, note(hazard)));
  }
  upTo(text.length);
  return view;
}

/** The scripts whose statements are those that hazards are about. @param {string} name */
export const hasNotes = (name) => name === 'fix.sql' || name === 'indexes.sql';

/** @param {string} owner @param {number} index */
export const noteId = (owner, index) => `${owner}-note-${index}`;

/**
 * Where in a script the statements of hazards end: a line is theirs alone.
 * @param {string} text
 * @param {readonly Hazard[]} hazards
 */
export function placed(text, hazards) {
  return hazards.flatMap((hazard, index) => {
    const start = hazard.statement === null ? -1 : text.indexOf(`\n${hazard.statement}\n`);
    return start === -1 ? [] : [{ end: start + (hazard.statement ?? '').length + 2, index, hazard }];
  }).sort((a, b) => a.end - b.end || a.index - b.index);
}

/**
 * What to know, and what is safer.
 * @param {Hazard} hazard
 */
export function note(hazard) {
  const { shape, word, tone } = SEVERITY[hazard.severity];
  return [
    h('span', { class: `mark ${tone}`, role: 'img', 'aria-label': word }, shape),
    h('div', null,
      h('p', null, hazard.may_run !== null && h('strong', null, 'may run: '), prose(hazard.message),
        hazard.lock !== null && h('span', { class: 'fine' }, ` Takes ${hazard.lock}.`), hazard.rewrites && h('span', { class: 'fine' }, ' Rewrites the table.')),
      hazard.may_run !== null && h('p', { class: 'soft' }, 'Whether it does is not known: ', prose(hazard.may_run)),
      hazard.help !== null && safer(hazard.help)),
  ];
}

/** The safe alternative: SQL is to be copied, a sentence to be read. @param {string} help */
function safer(help) {
  if (!/^(SET|CREATE|ALTER|SELECT|UPDATE|DELETE|INSERT|DROP|WITH|LOCK|VALIDATE) /.test(help)) return h('p', { class: 'soft' }, prose(help));
  return h('div', { class: 'safer' }, h('span', { class: 'fine' }, 'Safer'),
    h('div', { class: 'command' }, h('pre', { tabindex: '0' }, highlighted(help, 'sql')), copyButton(`${help}\n`, 'the safe alternative')));
}
