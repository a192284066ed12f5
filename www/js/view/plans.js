// What to do: the recommended plan as a card, the other ways folded with what stands against them.

import { counted, h, prose } from '../dom.js';
import { command, fileList, place, saveButton, zipButton } from './code.js';
import { copyButton } from './copy.js';
import { dataSteps, hazards } from './hazards.js';
import { rehearsal } from './rehearsal.js';
import { OUTCOME } from './words.js';

/** @typedef {import('../../pkg/restamp.js').Plan} Plan */
/** @typedef {import('../state.js').Answer} Answer */
/** @typedef {import('../state.js').OutFile} OutFile */
/** @typedef {{ plan: Plan, files: readonly OutFile[], id: string, rehearsed: HTMLElement }} Shown */

/**
 * @param {Answer} answer
 * @param {Node | null} options what the plans may do
 * @param {() => void} useHeads asks again for `alembic upgrade heads`
 * @param {import('./rehearsal.js').Stage} stage
 */
export function plans({ report, files }, options, useHeads, stage) {
  if (report.plans.length === 0) return null;
  /** @type {Set<string>} */
  const ids = new Set();
  const all = report.plans.map((plan, index) => {
    // The same plan keeps its id when the engine is asked again.
    const name = folder(plan);
    const id = ids.has(name) ? `${name}-${index}` : name;
    ids.add(id);
    return { plan, files: files[index] ?? [], id, rehearsed: rehearsal(index, id, stage) };
  });
  const best = all.find(({ plan }) => plan.recommended);
  const others = all.filter((one) => one !== best);
  return h('section', { class: 'plans', 'aria-labelledby': 'plans-title' },
    h('h3', { id: 'plans-title', class: 'section' }, 'What to do'),
    best === undefined
      ? h('p', { class: 'notice' }, h('strong', null, 'No way home can be recommended yet. '),
        'What stands against each one is said with it, and what would settle it.',
        report.verdict.situation === 'fork' && h('span', { class: 'way' }, ' ',
          h('code', null, 'head'), ' is one revision, and there are several. ',
          h('button', { type: 'button', id: 'use-heads', onclick: useHeads }, 'See what ', h('code', null, 'alembic upgrade heads'), ' would do')))
      : h('article', { class: 'card plan recommended', id: best.id, 'aria-labelledby': `${best.id}-title` },
        h('header', null, title(best.plan, `${best.id}-title`), h('span', { class: 'tag good' }, '✓ recommended')),
        body(best)),
    best !== undefined && options,
    others.length > 0 && best !== undefined && h('h4', { class: 'others' }, 'Not recommended, and why'),
    others.map((one) => folded(one, best === undefined && one === others[0])),
    best === undefined && options);
}

/**
 * What a plan does, in its order.
 * @param {Plan} plan
 * @param {string | null} id
 */
function title(plan, id) {
  const to = h('code', null, plan.to.length === 0 ? 'base' : plan.to.join(', '));
  const upgrade = plan.then.runs.length > 0 ? ', then upgrade' : '';
  const stamps = plan.steps.some((step) => step.command?.includes(' stamp ')) || plan.steps.length === 0;
  const words = {
    stamp: ['Stamp ', to],
    upgrade: stamps ? ['Stamp ', to, ', then upgrade'] : ['Upgrade from ', to],
    repair: ['Repair and stamp ', to, upgrade],
    patch: ['Change the revision', upgrade],
  };
  return h('h4', { id }, words[plan.id]);
}

/**
 * A way that is not recommended: the first thing that stands against it is seen without opening it.
 * @param {Shown} one
 * @param {boolean} open
 */
function folded({ plan, files, id, rehearsed }, open) {
  const [first, ...further] = plan.barred;
  return h('details', { class: 'card plan', id, open, 'data-keep': true },
    h('summary', null, title(plan, null),
      h('p', { class: 'against' }, first === undefined ? [h('span', { class: 'tag plain' }, 'also possible'), ' ', prose(plan.why)]
        : [h('span', { class: 'tag care' }, '! not without care'), ' ', prose(first),
          further.length > 0 && h('span', { class: 'soft' }, ` And ${counted(further.length, 'further reason')}.`)])),
    further.length > 0 && h('ul', { class: 'barred' }, plan.barred.map((reason) => h('li', null, prose(reason)))),
    body({ plan, files, id, rehearsed }));
}

/** @param {Shown} one */
function body({ plan, files, id, rehearsed }) {
  return [
    // What stands against a plan is said above it already.
    !plan.barred.includes(plan.why) && h('p', { class: 'why' }, prose(plan.why)),
    ...plan.patches.map((change) => patch(change)),
    steps(plan, files),
    then(plan),
    hazards(plan.hazards, 'Know before you run it', { files, id }),
    dataSteps(plan.data_steps),
    hazards(plan.then.hazards, 'Know before you upgrade'),
    files.length > 0 && h('div', { class: 'plan-files' }, h('h5', null, 'Files'), fileList(files, id, plan.hazards)),
    h('p', { class: 'fine' }, 'Internally consistent: Restamp has checked the script against its model of your schema. Rehearse it before production.'),
    rehearsed,
  ].filter((part) => part !== null && part !== false);
}

/**
 * The numbered steps, each with what is typed and the file that it needs.
 * @param {Plan} plan
 * @param {readonly OutFile[]} files
 */
function steps(plan, files) {
  if (plan.steps.length === 0) {
    /** @param {string} title @param {string[]} lines */
    const block = (title, lines) => lines.length > 0 && h('div', null, h('p', { class: 'soft' }, title), command(lines.join('\n')));
    return h('div', null, block('With Alembic', plan.commands.alembic), block('With Flask-Migrate', plan.commands.flask));
  }
  // A fix stamps by itself, so of Flask-Migrate's commands only those of the steps are named.
  const flask = plan.commands.flask.filter((line) => plan.fix_sql === '' || !line.startsWith('flask db stamp'));
  const typed = plan.steps.flatMap((step) => (step.command === null ? [] : [step.command]));
  return h('div', { class: 'do' },
    h('ol', { class: 'steps' }, plan.steps.map((step) => {
      const file = files.find((one) => one.name === step.file);
      return h('li', null,
        h('p', { class: 'step' }, h('span', null, prose(step.title), step.file !== null && !(step.command ?? '').includes(step.file) && [' ', h('code', null, step.file)]),
          file !== undefined && saveButton(file)),
        step.command !== null && command(step.command));
    })),
    flask.length > 0 && typed.some((line) => line.startsWith('alembic ')) && h('details', { class: 'flask' },
      h('summary', null, 'With Flask-Migrate instead of ', h('code', null, 'alembic')), command(flask.join('\n'))),
    h('p', { class: 'actions' },
      files.length > 0 && zipButton(folder(plan), files),
      typed.length > 1 && copyButton(`${typed.join('\n')}\n`, 'all commands', 'Copy all commands')));
}

/**
 * What the archive of a plan is called: ids of revisions may hold anything, names of files may not.
 * @param {Plan} plan
 */
function folder(plan) {
  const to = plan.to.length === 0 ? 'base' : plan.to.join('-');
  return `restamp-${plan.id}-${to.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 60)}`;
}

/** @param {Plan['patches'][number]} change */
function patch(change) {
  return h('div', { class: 'patch' }, h('p', null, 'Change ', place(change.file, change.line), ':'),
    h('pre', { class: 'script', role: 'group', tabindex: '0', 'aria-label': `Change of ${change.file}` },
      change.before.split('\n').map((line) => h('span', { class: 'del' }, `- ${line}\n`)),
      change.after.split('\n').map((line) => h('span', { class: 'ins' }, `+ ${line}\n`))));
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
