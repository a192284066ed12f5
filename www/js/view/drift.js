// What differs between the dump and the revisions: expected and actual side by side, table by table.

import { counted, h, prose } from '../dom.js';
import { marks } from '../marks.js';
import { asides } from './asides.js';
import { kindOf, path, schemaOf } from './names.js';
import { CHANGE } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../../pkg/restamp.js').Drift} Drift */
/** @typedef {import('../../pkg/restamp.js').ObjectName} ObjectName */

/** So many rows are added at a time; a wrong database has thousands. */
const CHUNK = 200;
/** @type {Array<Drift['change']>} */
const ORDER = ['missing', 'different', 'extra', 'uncompared'];

/** The table that an object hangs on, or the object itself where it stands alone. @param {ObjectName} object */
function ownerOf(object) {
  return [schemaOf(object), object.table ?? object.name].filter((part) => part !== null).join('.');
}

/** @param {Report} report */
export function drift(report) {
  if (report.located === null) return null;
  const at = report.located.revisions.length === 0 ? 'before the first revision' : report.located.revisions.join(', ');
  const matter = report.drift.filter((one) => one.counts);
  return h('section', { class: 'card', 'aria-labelledby': 'drift-title' },
    h('h3', { id: 'drift-title' }, 'What differs from ', h('code', null, at)),
    matter.length === 0
      ? h('p', { class: 'good-line' }, h('span', { class: 'mark good', 'aria-hidden': 'true' }, '✓'), ' Nothing: what is compared is exactly what these revisions give.')
      : comparison(matter),
    ...asides(report.drift.filter((one) => !one.counts)));
}

/**
 * The differences with what narrows them down.
 * @param {Drift[]} all
 */
function comparison(all) {
  const sorted = all.map((one) => ({ one, owner: ownerOf(one.object), text: searched(one) }))
    .sort((a, b) => (a.owner < b.owner ? -1 : a.owner > b.owner ? 1 : ORDER.indexOf(a.one.change) - ORDER.indexOf(b.one.change)));
  const list = h('div', { class: all.length > CHUNK ? 'groups many' : 'groups' });
  const found = h('span', { class: 'soft', role: 'status' });
  const more = h('button', { type: 'button', class: 'more', hidden: true });
  const field = h('input', { type: 'search', id: 'drift-find', 'data-keep': true, placeholder: 'Find a table or a revision', 'aria-label': 'Find among the differences', spellcheck: 'false' });
  const kinds = ORDER.map((change) => ({ change, count: all.filter((one) => one.change === change).length })).filter(({ count }) => count > 0);
  const boxes = new Map(kinds.map(({ change }) => [change, h('input', { type: 'checkbox', id: `drift-${change}`, 'data-keep': true, checked: true })]));

  let hits = sorted;
  let shown = 0;
  const grow = () => {
    const next = hits.slice(shown, shown + CHUNK);
    for (const group of grouped(next)) list.append(table(group));
    shown += next.length;
    more.hidden = shown >= hits.length;
    more.textContent = `Show ${Math.min(CHUNK, hits.length - shown)} more of ${counted(hits.length - shown, 'difference')}`;
  };
  const narrow = () => {
    const wanted = field.value.trim().toLowerCase();
    hits = sorted.filter(({ one, text }) => boxes.get(one.change)?.checked && text.includes(wanted));
    found.textContent = hits.length === all.length ? '' : `${hits.length.toLocaleString('en')} of ${counted(all.length, 'difference')}`;
    list.replaceChildren();
    shown = 0;
    grow();
  };
  field.addEventListener('input', narrow);
  for (const box of boxes.values()) box.addEventListener('change', narrow);
  more.addEventListener('click', () => {
    const last = list.lastElementChild;
    grow();
    // The button goes when all are shown; the focus must not fall back to the top of the page.
    const next = last?.nextElementSibling?.querySelector('h4');
    if (more.hidden && next instanceof HTMLElement) next.focus();
  });
  grow();
  return h('div', { class: 'comparison' },
    h('div', { class: 'narrow' },
      h('fieldset', { class: 'kinds' }, h('legend', { class: 'unseen' }, 'Kinds of difference'), kinds.map(({ change, count }) => {
        const { shape, word, tone } = CHANGE[change];
        return h('label', { class: `chip ${tone}` }, boxes.get(change), ` ${shape} ${count.toLocaleString('en')} ${word.toLowerCase()}`);
      })),
      field, found),
    h('p', { class: 'columns', 'aria-hidden': 'true' }, ['Object', 'By the revisions', 'In the dump', 'From'].map((title) => h('span', null, title))),
    list, more);
}

/** What a search looks at. @param {Drift} one */
function searched(one) {
  const { object, introduced_by: from } = one;
  return [ownerOf(object), object.name, kindOf(object), one.attribute, one.expected, one.actual, from?.revision, from?.file, one.note].join('\n').toLowerCase();
}

/**
 * Neighbours with the same owner together.
 * @param {Array<{ one: Drift, owner: string }>} rows
 */
function grouped(rows) {
  /** @type {Array<{ owner: string, rows: Drift[] }>} */
  const groups = [];
  for (const { one, owner } of rows) {
    const last = groups.at(-1);
    if (last?.owner === owner) last.rows.push(one);
    else groups.push({ owner, rows: [one] });
  }
  return groups;
}

/** @param {Drift[]} rows */
const ownerName = ([first]) => (first === undefined ? '' : path(schemaOf(first.object), first.object.table ?? first.object.name));

/** @param {{ rows: Drift[] }} group */
function table({ rows }) {
  // Rows that the browser has not laid out yet keep their place, so that the scroll bar does not jump.
  const section = h('section', { class: 'group' },
    h('h4', { tabindex: '-1' }, ownerName(rows), ' ', h('span', { class: 'soft' }, counted(rows.length, 'difference'))),
    h('table', { class: 'drift' },
      h('thead', { class: 'unseen' }, h('tr', null, ['Object', 'By the revisions', 'In the dump', 'From'].map((title) => h('th', { scope: 'col' }, title)))),
      h('tbody', null, rows.map(row))));
  section.style.setProperty('contain-intrinsic-size', `auto ${60 + 44 * rows.length}px`);
  return section;
}

/** @param {Drift} one */
function row(one) {
  const { shape, word, tone } = CHANGE[one.change];
  const { expected, actual } = sides(one);
  return h('tr', null,
    h('th', { scope: 'row', class: 'what' },
      h('span', { class: `shape ${tone}`, role: 'img', 'aria-label': word, title: word }, shape),
      h('span', null, h('span', { class: 'soft' }, `${kindOf(one.object)} `), one.object.table !== null && h('code', null, one.object.name),
        one.attribute !== null && h('span', { class: 'attribute' }, one.attribute.replaceAll('_', ' ')),
        one.note !== null && h('span', { class: 'fine' }, prose(one.note)))),
    h('td', { 'data-label': 'By the revisions' }, expected),
    h('td', { 'data-label': 'In the dump' }, actual),
    from(one));
}

/** What is said on both sides. @param {Drift} one */
function sides(one) {
  const soft = (/** @type {string} */ text) => h('span', { class: 'soft' }, text);
  if (one.expected !== null && one.actual !== null) {
    const { expected, actual } = marks(one.expected, one.actual);
    const side = (/** @type {typeof expected} */ parts, /** @type {string} */ kind) =>
      h('code', { class: 'value' }, parts.map(({ text, same }) => (same ? text : h('mark', { class: kind }, text))));
    return { expected: side(expected, 'wanted'), actual: side(actual, 'found') };
  }
  const side = (/** @type {string | null} */ text, /** @type {boolean} */ there) => (text !== null ? h('code', { class: 'value' }, text)
    : one.attribute !== null ? soft('none') : one.change === 'uncompared' ? soft('not compared') : soft(there ? 'there' : 'not there'));
  return { expected: side(one.expected, one.change !== 'extra'), actual: side(one.actual, one.change !== 'missing') };
}

/** The operation that brings the object. @param {Drift} one */
function from({ introduced_by: by, change }) {
  if (by === null) return h('td', { class: 'none', 'data-label': 'From' }, h('span', { class: 'soft' }, 'no revision'));
  // A file that is called by its revision need not be named again.
  const file = by.file.split('/').at(-1) ?? by.file;
  return h('td', { 'data-label': change === 'extra' ? 'Last changed in' : 'From', title: by.file },
    h('code', null, by.revision), ' ', h('span', { class: 'fine' }, file.split(/[^A-Za-z0-9]/).includes(by.revision) && by.line !== null ? `line ${by.line}` : by.line === null ? file : `${file}:${by.line}`));
}
