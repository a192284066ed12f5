// The history: one line per revision. Long runs of the same verdict are folded, for a real project has hundreds.

import { counted, fillOnce, h } from '../dom.js';
import { evidence } from './evidence.js';
import { picture } from './picture.js';
import { SOURCE, VERDICT } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../../pkg/restamp.js').Revision} Revision */
/** @typedef {import('./evidence.js').Source} Source */
/** @typedef {{ verdict: Revision['verdict'], noted: boolean, revisions: Revision[] }} Run revisions of one verdict, in order */

/** A run that is longer is folded. */
const FOLDED = 6;

/**
 * @param {Report} report
 * @param {Source} source
 */
export function history(report, source) {
  if (report.revisions.length === 0) return null;
  // The newest first, as `alembic history` prints it.
  const newest = report.revisions.toReversed();
  const marks = marksOf(report);
  /** @type {Run[]} */
  const runs = [];
  for (const revision of newest) {
    const last = runs.at(-1);
    const noted = marks.has(revision.id);
    // What leaves no trace goes with its neighbours: it says nothing of its own.
    const fits = last !== undefined && !noted && !last.noted &&
      (last.verdict === revision.verdict || last.verdict === 'no_trace' || revision.verdict === 'no_trace');
    if (fits) {
      last.revisions.push(revision);
      if (last.verdict === 'no_trace') last.verdict = revision.verdict;
    } else {
      runs.push({ verdict: revision.verdict, noted, revisions: [revision] });
    }
  }
  return h('section', { class: 'card', 'aria-labelledby': 'history-title' },
    h('h3', { id: 'history-title' }, 'History ', h('span', { class: 'soft' }, `${counted(report.revisions.length, 'revision')}, newest first`)),
    stamped(report),
    h('details', { class: 'as-picture', id: 'history-picture', 'data-keep': true, ontoggle: fillOnce(() => picture(report, marks, (one) => evidence(one, source))) }, h('summary', null, 'As a picture')),
    h('ol', { class: 'history', reversed: true }, runs.flatMap((run) =>
      run.revisions.length <= FOLDED ? run.revisions.map((one) => line(one, marks, source)) : [fold(run, marks, source)])));
}

/** @param {Report} report */
function stamped(report) {
  if (report.stamped === null) {
    return report.database === null ? null : h('p', null, 'What the version table says is not known: the dump holds no rows of it.');
  }
  const { revisions, source, table_exists, ghosts } = report.stamped;
  if (table_exists === false) return h('p', null, 'The database has no version table: Alembic takes it for empty.');
  return h('p', null, 'The version table says ', revisions.length === 0 ? 'nothing' : h('code', null, revisions.join(', ')), `, ${SOURCE[source]}.`,
    ghosts.length > 0 && [' No file has ', h('code', null, ghosts.join(', ')), '.']);
}

/**
 * Words beside a revision.
 * @param {Report} report
 * @returns {Map<string, Array<{ word: string, tone: string }>>}
 */
function marksOf(report) {
  /** @type {Map<string, Array<{ word: string, tone: string }>>} */
  const marks = new Map();
  /** @param {string | null | undefined} id @param {string} word @param {string} tone */
  const mark = (id, word, tone) => {
    if (id !== null && id !== undefined) marks.set(id, [...(marks.get(id) ?? []), { word, tone }]);
  };
  for (const id of report.located?.revisions ?? []) mark(id, report.located?.exact ? 'the schema is here' : 'the schema is nearest here', 'good');
  for (const id of report.stamped?.revisions ?? []) mark(id, 'the version row', 'plain');
  if (report.prediction?.outcome === 'fails') mark(report.prediction.revision, 'the upgrade fails here', 'bad');
  return marks;
}

/**
 * @param {Run} run
 * @param {ReturnType<typeof marksOf>} marks
 * @param {Source} source
 */
function fold(run, marks, source) {
  const { shape, word, tone } = VERDICT[run.verdict];
  const silent = run.verdict === 'no_trace' ? 0 : run.revisions.filter((one) => one.verdict === 'no_trace').length;
  const fill = () => h('ol', { class: 'history', reversed: true }, run.revisions.map((one) => line(one, marks, source)));
  return h('li', { class: 'fold' }, h('details', { ontoggle: fillOnce(fill) },
    h('summary', null, h('span', { class: `shape ${tone}`, 'aria-hidden': 'true' }, shape), ` ${counted(run.revisions.length - silent, 'revision')} ${word}`,
      silent > 0 && `, ${silent} without a trace`)));
}

/**
 * @param {Revision} revision
 * @param {ReturnType<typeof marksOf>} marks
 * @param {Source} source
 */
function line(revision, marks, source) {
  const { shape, word, tone } = VERDICT[revision.verdict];
  const { effects } = revision;
  const state = effects !== null && revision.verdict === 'partial' ? `${effects.present} of ${effects.total} effects` : word;
  const more = revision.evidence.length > 0 || revision.unmodelled.length > 0 || revision.data_steps.length > 0;
  const head = [
    h('span', { class: `shape ${tone}`, 'aria-hidden': 'true' }, shape), ' ',
    h('code', null, revision.id), ' ', h('span', { class: 'title' }, revision.title), ' ',
    h('span', { class: 'soft' }, state),
    (marks.get(revision.id) ?? []).map((mark) => [' ', h('span', { class: `tag ${mark.tone}` }, mark.word)]).flat(),
  ];
  return h('li', { class: marks.has(revision.id) ? 'noted' : null },
    more ? h('details', { ontoggle: fillOnce(() => evidence(revision, source)) }, h('summary', null, head)) : h('div', { class: 'flat' }, head));
}
