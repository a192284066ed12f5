// The history as a picture: an SVG with a row per revision. One revision at a time takes the focus; the arrows move it.

import { counted, h, s } from '../dom.js';
import { layout } from '../lanes.js';
import { VERDICT } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../../pkg/restamp.js').Revision} Revision */
/** @typedef {ReadonlyMap<string, ReadonlyArray<{ word: string, tone: string }>>} Marks */

const ROW = 26;
const LANE = 18;
/** More lanes than this are drawn closer. */
const WIDE = 12;

/**
 * @param {Report} report
 * @param {Marks} marks
 * @param {(revision: Revision) => Node} detail what a revision opens to
 */
export function picture(report, marks, detail) {
  const revisions = report.revisions.toReversed();
  const { places, edges, lanes } = layout(revisions);
  const step = lanes > WIDE ? Math.max(6, (LANE * WIDE) / lanes) : LANE;
  const x = (/** @type {number} */ lane) => 12 + lane * step;
  const y = (/** @type {number} */ row) => ROW * (row + 0.5);
  const text = x(lanes) + 6;
  const longest = revisions.reduce((most, one) => Math.max(most, one.id.length + one.title.length + words(one, marks).length), 0);
  const width = text + 7.6 * Math.min(longest + 6, 140);
  const height = ROW * revisions.length;

  const line = (/** @type {boolean} */ needs) => edges.filter((edge) => edge.needs === needs).map(({ from, to, lane }) => {
    const [left, right, middle] = [x(places[from]?.lane ?? 0), x(places[to]?.lane ?? 0), x(lane)];
    const down = to - from > 1 ? `V${y(to) - ROW}` : '';
    return `M${left} ${y(from)}C${left} ${y(from) + ROW / 2} ${middle} ${y(from) + ROW / 2} ${middle} ${y(from) + ROW}${down}` +
      (to - from > 1 ? `C${middle} ${y(to) - ROW / 2} ${right} ${y(to) - ROW / 2} ${right} ${y(to)}` : `L${right} ${y(to)}`);
  }).join('');

  const rows = revisions.map((revision, row) => {
    const { shape, tone } = VERDICT[revision.verdict];
    return s('g', { class: `node ${tone}${marks.has(revision.id) ? ' noted' : ''}`, role: 'option', id: `node-${row}`, 'aria-selected': 'false', 'data-row': row },
      s('rect', { x: 0, y: ROW * row, width, height: ROW, rx: 6 }),
      // A hollow shape must not show the line behind it.
      s('circle', { class: 'under', cx: x(places[row]?.lane ?? 0), cy: y(row), r: 7 }),
      s('text', { class: 'dot', x: x(places[row]?.lane ?? 0), y: y(row) + 5, 'text-anchor': 'middle' }, shape),
      s('text', { x: text, y: y(row) + 4.5 }, s('tspan', { class: 'id' }, revision.id), ` ${revision.title}`,
        s('tspan', { class: 'state' }, `  ${words(revision, marks)}`)));
  });
  const svg = s('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'presentation' },
    s('path', { class: 'line', d: line(false) }), s('path', { class: 'line needs', d: line(true) }), rows);

  const opened = h('div', { class: 'opened', 'aria-live': 'polite' });
  const found = h('span', { class: 'soft', role: 'status' });
  const list = h('div', { class: 'scroll', role: 'listbox', tabindex: 0, 'aria-label': 'Revisions, newest first' }, svg);
  let at = Math.max(0, revisions.findIndex((one) => marks.has(one.id)));

  const move = (/** @type {number} */ to) => {
    rows[at]?.setAttribute('aria-selected', 'false');
    at = Math.min(Math.max(to, 0), rows.length - 1);
    rows[at]?.setAttribute('aria-selected', 'true');
    list.setAttribute('aria-activedescendant', `node-${at}`);
    // Within the list alone: the page stays where it is.
    const top = ROW * at;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
  };
  const open = () => {
    const revision = revisions[at];
    opened.dataset['row'] = String(at);
    if (revision) opened.replaceChildren(h('h4', null, h('code', null, revision.id), ' ', revision.title), detail(revision));
  };
  /** Goes to the next hit behind a row; behind the last one to the first. @param {string} wanted @param {number} behind */
  const find = (wanted, behind) => {
    const text = wanted.trim().toLowerCase();
    const hits = text === '' ? [] : revisions.flatMap((one, row) => (`${one.id} ${one.title} ${one.file}`.toLowerCase().includes(text) ? [row] : []));
    found.textContent = text === '' ? '' : counted(hits.length, 'revision');
    if (hits[0] !== undefined) move(hits.find((row) => row > behind) ?? hits[0]);
  };
  list.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / ROW) - 1);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) move(to);
    else if (event.key === 'Enter' || event.key === ' ') open();
    else return;
    event.preventDefault();
  });
  list.addEventListener('click', (event) => {
    const row = event.target instanceof Element ? event.target.closest('[data-row]')?.getAttribute('data-row') : null;
    if (row === null || row === undefined) return;
    move(Number(row));
    open();
  });
  const field = h('input', { type: 'search', placeholder: 'Find a revision', 'aria-label': 'Find a revision', spellcheck: 'false' });
  field.addEventListener('input', () => find(field.value, -1));
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    // What is found opens; once more goes on to the next.
    if (opened.dataset['row'] === String(at)) find(field.value, at);
    open();
  });
  requestAnimationFrame(() => move(at));
  return h('div', { class: 'picture' }, h('p', { class: 'find' }, field, ' ', found), list, opened);
}

/**
 * What is said behind a revision's title.
 * @param {Revision} revision
 * @param {Marks} marks
 */
function words(revision, marks) {
  return [VERDICT[revision.verdict].word, ...(marks.get(revision.id) ?? []).map((mark) => mark.word)].join(' · ');
}
