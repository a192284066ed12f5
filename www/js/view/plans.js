// What to do: one card per plan, the recommended one open.

import { counted, h, prose } from '../dom.js';
import { command, fileList, place } from './code.js';
import { DATA_STEP, OUTCOME, PLAN, SEVERITY } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../../pkg/restamp.js').Plan} Plan */
/** @typedef {import('../../pkg/restamp.js').Hazard} Hazard */
/** @typedef {import('../../pkg/restamp.js').DataStep} DataStep */
/** @typedef {import('../state.js').Answer} Answer */

/** @param {Answer} answer */
export function plans({ report, files }) {
  if (report.plans.length === 0) return null;
  return h('section', { 'aria-labelledby': 'plans-title' },
    h('h3', { id: 'plans-title', class: 'section' }, 'What to do'),
    report.plans.map((plan, index) => card(plan, files[index] ?? [], index === 0)));
}

/**
 * @param {Plan} plan
 * @param {readonly import('../state.js').OutFile[]} files
 * @param {boolean} open
 */
function card(plan, files, open) {
  const to = plan.to.length === 0 ? 'base' : plan.to.join(', ');
  return h('details', { class: plan.recommended ? 'card plan recommended' : 'card plan', open: open || plan.recommended },
    h('summary', null,
      h('h4', null, PLAN[plan.id], ' ', h('span', { class: 'soft' }, 'to '), h('code', null, to)),
      plan.recommended ? h('span', { class: 'tag good' }, '✓ recommended') : plan.barred.length > 0 && h('span', { class: 'tag care' }, '! not without care')),
    h('p', null, prose(plan.why)),
    plan.barred.length > 0 && h('ul', { class: 'barred' }, plan.barred.map((reason) => h('li', null, prose(reason)))),
    ...plan.patches.map((change) => patch(change)),
    steps(plan),
    hazards(plan.hazards, 'Know before you run it'),
    dataSteps(plan.data_steps),
    then(plan),
    hazards(plan.then.hazards, 'Know before you upgrade'),
    files.length > 0 && h('div', null, h('h5', null, 'Files'), fileList(files)),
    h('p', { class: 'fine' }, 'Internally consistent: Restamp has checked the script against its model of your schema. It has not run on a server; try it on a copy if you can.'));
}

/** @param {Plan} plan */
function steps(plan) {
  if (plan.steps.length > 0) {
    return h('ol', { class: 'steps' }, plan.steps.map((step) =>
      h('li', null, h('p', null, prose(step.title), step.file !== null && !(step.command ?? '').includes(step.file) && [' ', h('code', null, step.file)]),
        step.command !== null && command(step.command))));
  }
  /** @param {string} title @param {string[]} lines */
  const block = (title, lines) => lines.length > 0 && h('div', null, h('p', { class: 'soft' }, title), command(lines.join('\n')));
  return h('div', null, block('With Alembic', plan.commands.alembic), block('With Flask-Migrate', plan.commands.flask));
}

/** @param {Plan['patches'][number]} change */
function patch(change) {
  return h('div', { class: 'patch' }, h('p', null, 'Change ', place(change.file, change.line), ':'),
    h('pre', { class: 'script', tabindex: '0' },
      change.before.split('\n').map((line) => h('span', { class: 'del' }, `- ${line}\n`)),
      change.after.split('\n').map((line) => h('span', { class: 'ins' }, `+ ${line}\n`))));
}

/** @param {Hazard[]} list @param {string} title */
function hazards(list, title) {
  if (list.length === 0) return null;
  return h('div', { class: 'hazards' }, h('h5', null, title), h('ul', { class: 'messages' }, list.map((hazard) => {
    const { shape, word, tone } = SEVERITY[hazard.severity];
    return h('li', { class: tone },
      h('span', { class: `mark ${tone}`, role: 'img', 'aria-label': word }, shape),
      h('div', null, h('p', null, hazard.may_run !== null && h('strong', null, 'may run: '), prose(hazard.message)),
        hazard.may_run !== null && h('p', { class: 'soft' }, 'Whether it does is not known: ', prose(hazard.may_run)),
        hazard.help !== null && h('p', { class: 'soft' }, prose(hazard.help)),
        h('p', { class: 'fine' }, place(hazard.file, hazard.line),
          hazard.lock !== null && ` takes ${hazard.lock}`, hazard.rewrites && ' rewrites the table')));
  })));
}

/** @param {DataStep[]} list */
function dataSteps(list) {
  if (list.length === 0) return null;
  return h('div', { class: 'data-steps' }, h('h5', null, `${counted(list.length, 'data step')}: a schema cannot show whether they ran`),
    h('ul', { class: 'messages' }, list.map((step) => h('li', null,
      h('span', { class: 'mark care', 'aria-hidden': 'true' }, '⛁'),
      h('div', null, h('p', null, place(step.file, step.line), ' ', h('strong', null, DATA_STEP[step.state]), ': ', prose(step.why)),
        h('pre', { class: 'script', tabindex: '0' }, step.sql ?? step.source ?? ''))))));
}

/** @param {Plan} plan */
function then(plan) {
  const { word, tone } = OUTCOME[plan.then.outcome];
  const runs = plan.then.runs.length;
  return h('p', { class: 'then' }, 'After it, ', h('code', null, 'alembic upgrade'), ' ',
    plan.then.outcome === 'succeeds' && runs === 0
      ? 'has nothing to do.'
      : [h('span', { class: `tag ${tone}` }, word), runs > 0 && ` with ${counted(runs, 'revision')}`, '.'],
    plan.then.outcome !== 'succeeds' && plan.then.message !== null && [' ', plan.then.message, ' ', place(plan.then.file, plan.then.line)],
    plan.then.drift_left > 0 && ` ${counted(plan.then.drift_left, 'difference')} will be left for you to judge.`);
}
