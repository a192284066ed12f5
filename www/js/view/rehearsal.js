// A plan on a real PostgreSQL: the button, what is going on, and what came of it.

import { counted, h, prose } from '../dom.js';
import { Cancelled } from '../engine.js';
import { STAGE } from '../rehearse/say.js';
import { place } from './code.js';
import { highlighted } from './script.js';

/** @typedef {import('../rehearse/say.js').Finding} Finding */
/** @typedef {import('../rehearse/say.js').Result} Result */
/** @typedef {import('../rehearse/rehearsal.js').Event} Event */

/**
 * What rehearses the plans of an answer.
 * @typedef {object} Stage
 * @property {boolean} there PostgreSQL is among the parts of this page
 * @property {number} tables of the database
 * @property {(index: number, tell: (event: Event) => void) => Promise<Result>} run
 * @property {() => void} cancel
 */

/** From here on it takes minutes, and much memory. */
const MANY = 1000;

const MARK = /** @type {const} */ ({ good: { shape: '✓', word: 'Good' }, plain: { shape: 'i', word: 'Note' }, care: { shape: '!', word: 'Care' }, bad: { shape: '✕', word: 'Error' } });
const OUTCOME = /** @type {const} */ ({ applies: { tone: 'good', word: '✓ rehearsed' }, fails: { tone: 'bad', word: '✕ rehearsed' }, impossible: { tone: 'care', word: '! not rehearsed' } });

/**
 * @param {number} index the plan
 * @param {string} id
 * @param {Stage} stage
 */
export function rehearsal(index, id, stage) {
  if (!stage.there) {
    return h('p', { class: 'fine rehearsal' }, 'To rehearse this on a real PostgreSQL inside the page, open ', h('code', null, 'restamp-full.html'), ': this file is the one without it.');
  }
  const status = h('output', { role: 'status' });
  const bar = h('progress', { hidden: true, 'aria-label': 'Rehearsal' });
  const found = h('div', { class: 'found', 'aria-live': 'off' });
  const start = h('button', { type: 'button', id: `${id}-rehearse`, onclick: run }, 'Rehearse on a real PostgreSQL');
  const cancel = h('button', { type: 'button', hidden: true, onclick: () => stage.cancel() }, 'Cancel');

  /** @param {Event} event */
  function tell(event) {
    if (event.kind === 'finding') {
      found.append(finding(event.finding));
      return;
    }
    const text = `${STAGE[event.stage]}…`;
    if (status.textContent !== text) status.textContent = text;
    if (event.total > 0) {
      bar.max = event.total;
      bar.value = event.done;
    } else {
      bar.removeAttribute('value');
    }
  }

  async function run() {
    found.replaceChildren();
    start.disabled = true;
    cancel.hidden = bar.hidden = false;
    bar.removeAttribute('value');
    status.textContent = 'Loading PostgreSQL…';
    try {
      const result = await stage.run(index, tell);
      status.textContent = '';
      found.replaceChildren(answer(result));
      found.querySelector('h5')?.focus();
    } catch (error) {
      status.textContent = error instanceof Cancelled ? 'Cancelled.' : '';
      if (error instanceof Cancelled) found.replaceChildren();
      else found.append(h('p', { class: 'notice' }, 'Could not rehearse: ', error instanceof Error ? error.message : String(error)));
    }
    start.disabled = false;
    cancel.hidden = bar.hidden = true;
  }

  return h('div', { class: 'rehearsal' },
    h('p', { class: 'actions' }, start, cancel, status, bar),
    h('p', { class: 'fine' }, 'It runs in this tab: your schema without its rows, the files above and the upgrade, statement by statement. The first time some megabytes are loaded with it; nothing leaves the page.',
      stage.tables > MANY && h('strong', null, ` Your schema has ${counted(stage.tables, 'table')}: this may take minutes, and more memory than a tab has.`)),
    found);
}

/** @param {Result} result */
function answer({ outcome, sentence, findings }) {
  const { tone, word } = OUTCOME[outcome];
  return h('div', null,
    h('h5', { tabindex: '-1' }, h('span', { class: `tag ${tone}` }, word), ' ', prose(sentence)),
    findings.map(finding));
}

/** @param {Finding} one */
function finding({ tone, text, list, refused }) {
  const { shape, word } = MARK[tone];
  return h('div', { class: `finding ${tone}` },
    h('span', { class: `mark ${tone}`, role: 'img', 'aria-label': word }, shape),
    h('div', null,
      h('p', null, prose(text)),
      refused !== null && [
        h('p', null, h('code', null, refused.sqlstate), ' ', refused.message, ' ', place(refused.file, refused.line)),
        refused.detail !== null && h('p', { class: 'soft' }, refused.detail),
        refused.hint !== null && h('p', { class: 'soft' }, refused.hint),
        h('pre', { class: 'script', tabindex: '0', role: 'group', 'aria-label': 'The statement that is refused' }, highlighted(refused.sql, 'sql')),
      ],
      list.length > 0 && h('details', null, h('summary', null, counted(list.length, 'line')),
        h('pre', { class: 'script', tabindex: '0', role: 'group', 'aria-label': text }, highlighted(list.join('\n'), 'sql')))));
}
