// What a revision opens to: its source, and under each line that matters what the dump shows of its effect.

import { h, prose } from '../dom.js';
import { place } from './code.js';
import { kindOf, objectName } from './names.js';
import { highlighted } from './script.js';
import { DATA_STEP } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Revision} Revision */
/** @typedef {(path: string) => Promise<string | null>} Source */
/** @typedef {{ line: number | null, shape: string, tone: string, words: Array<import('../dom.js').Leaf> }} Effect */

/** Longer bodies are cut to what is around their effects. */
const LONG = 120;
/** Lines that are kept around an effect. */
const AROUND = 3;

const FOUND = /** @type {Record<Revision['evidence'][number]['found'], { shape: string, word: string, tone: string }>} */ ({
  yes: { shape: '●', word: 'there', tone: 'good' },
  no: { shape: '○', word: 'not there', tone: 'bad' },
  different: { shape: '≠', word: 'otherwise', tone: 'care' },
  unknown: { shape: '?', word: 'cannot be told', tone: 'care' },
});

/**
 * @param {Revision} revision
 * @param {Source} source
 */
export function evidence(revision, source) {
  const effects = effectsOf(revision);
  const list = h('ul', { class: 'effects' }, effects.map((one) => h('li', null, said(one), one.line !== null && h('span', { class: 'fine' }, ` line ${one.line}`))));
  const view = h('div', { class: 'evidence', 'aria-busy': 'true' },
    h('p', { class: 'fine' }, h('code', null, revision.file),
      revision.down.length > 0 && [' after ', h('code', null, revision.down.join(', '))],
      revision.depends_on.length > 0 && [', needs ', h('code', null, revision.depends_on.join(', '))],
      revision.labels.length > 0 && [', labels ', h('code', null, revision.labels.join(', '))]),
    list);
  // A file that can no longer be read has no text here; then the list stays.
  source(revision.file).then((text) => {
    if (text !== null) list.replaceWith(...withSource(text, effects, revision.file));
  }, () => {}).finally(() => view.removeAttribute('aria-busy'));
  return view;
}

/** @param {Revision} revision @returns {Effect[]} */
function effectsOf(revision) {
  return [
    ...revision.evidence.map((one) => {
      const { shape, word, tone } = FOUND[one.found];
      return { line: one.line, shape, tone, words: [`${word}: ${one.effect} ${kindOf(one.object)} `, objectName(one.object), ...(one.note === null ? [] : [', ', ...prose(one.note)])] };
    }),
    ...revision.data_steps.map((step) => ({ line: step.file === revision.file ? step.line : null, shape: '⛁', tone: 'care', words: [`data step, ${DATA_STEP[step.state]}: `, ...prose(step.why)] })),
    ...revision.unmodelled.map((one) => ({
      line: one.file === revision.file ? one.line : null, shape: '?', tone: 'care',
      words: ['not followed: ', one.file === revision.file ? null : place(one.file, one.line), ' ', ...prose(one.reason)],
    })),
  ];
}

/** @param {Effect} effect */
function said({ shape, tone, words }) {
  return h('span', { class: `effect ${tone}` }, h('span', { class: 'shape', 'aria-hidden': 'true' }, shape), ' ', h('span', null, words));
}

/**
 * @param {string} text
 * @param {Effect[]} effects
 * @param {string} file
 */
function withSource(text, effects, file) {
  const lines = text.split(/\r?\n/);
  /** @type {Map<number, Effect[]>} */
  const at = Map.groupBy(effects.filter(({ line }) => line !== null && line <= lines.length), ({ line }) => line ?? 0);
  const rest = effects.filter(({ line }) => line === null || line > lines.length);
  const shown = shownLines(lines, [...at.keys()]);
  const view = h('div', { class: 'source excerpt', tabindex: '0', role: 'group', 'aria-label': `Source of ${file}` });
  let last = shown[0] ?? 1;
  for (const number of shown) {
    if (number > last + 1) view.append(h('span', { class: 'row soft' }, h('span', { class: 'gutter', 'aria-hidden': 'true' }, '⋮'), `${number - last - 1} lines`));
    last = number;
    const here = at.get(number) ?? [];
    const line = lines[number - 1] ?? '';
    view.append(h('span', { class: here.length > 0 ? 'row matters' : 'row' },
      h('span', { class: 'gutter', 'aria-hidden': 'true' }, `${here.length > 0 ? '›' : ' '} ${number}`),
      h('span', { class: 'code' }, line === '' ? ' ' : highlighted(line, 'python'))));
    for (const one of here) view.append(h('span', { class: 'row said' }, said(one)));
  }
  return [view, ...(rest.length === 0 ? [] : [h('ul', { class: 'effects' }, rest.map((one) => h('li', null, said(one))))])];
}

/**
 * The numbers of the lines to show: the body of `upgrade()` and what has an effect elsewhere; of a long one what is around effects.
 * @param {string[]} lines
 * @param {number[]} wanted
 */
function shownLines(lines, wanted) {
  const from = lines.findIndex((line) => /^\s*(async\s+)?def upgrade\b/.test(line)) + 1;
  const after = lines.findIndex((line, index) => index >= from && from > 0 && /^\S/.test(line) && !/^[#)\]}]/.test(line));
  const until = after === -1 ? lines.length : after;
  const body = from === 0 ? [] : Array.from({ length: until - from + 1 }, (_, index) => from + index);
  while (body.length > 0 && lines[(body.at(-1) ?? 1) - 1]?.trim() === '') body.pop();
  const near = wanted.flatMap((line) => Array.from({ length: 2 * AROUND + 1 }, (_, index) => line - AROUND + index)).filter((line) => line >= 1 && line <= lines.length);
  const kept = body.length > LONG && wanted.length > 0 ? [from, ...near] : body.length > 0 ? [...body.slice(0, LONG), ...wanted] : near;
  return [...new Set(kept)].sort((a, b) => a - b);
}
