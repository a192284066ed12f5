// The page: events in, `update`, and what changed is drawn.

import { byId, counted, h } from './dom.js';
import { Cancelled, Engine } from './engine.js';
import { dumpFile, fromDrop, fromPicker, isDump, nameOf, pasted, projectFiles, sample } from './intake.js';
import { remember } from './keep.js';
import { Rehearsals, hasPostgres } from './rehearsal.js';
import { initial, update } from './state.js';
import { unzip } from './unzip.js';
import { fillSnapshot, hosts } from './view/hosts.js';
import { failed, results } from './view/results.js';
import { STAGE } from './view/words.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./state.js').Taken} Taken */

const engine = new Engine(fillSnapshot);
const rehearsals = new Rehearsals();
const area = (/** @type {string} */ id) => byId(id, HTMLTextAreaElement);
const field = (/** @type {string} */ id) => byId(id, HTMLInputElement);
const button = (/** @type {string} */ id) => byId(id, HTMLButtonElement);
const status = byId('status', HTMLOutputElement);
const progressBar = byId('progress', HTMLProgressElement);
const resultsSection = byId('results', HTMLElement);
const samples = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll('button[data-sample]')]);

/** @type {Readonly<State>} */
let state = initial;

/** @param {Event} event */
function dispatch(event) {
  const before = state;
  state = update(state, event);
  render(before, state);
}

/**
 * Draws what is not the same object any more.
 * @param {Readonly<State>} before
 * @param {Readonly<State>} now
 */
function render(before, now) {
  if (before.project !== now.project) {
    byId('project-taken', HTMLElement).replaceChildren(taken(
      now.project.length === 0 ? null : `${now.projectName} ${counted(now.project.length, 'file')}`,
      () => dispatch({ type: 'project', files: [], name: '' })));
  }
  if (before.dump !== now.dump) {
    byId('dump-taken', HTMLElement).replaceChildren(taken(
      now.dump === null ? null : `${now.dump.path} ${size(now.dump.blob.size)}`,
      () => dispatch({ type: 'dump', file: null })));
  }
  if (before.run !== now.run || before.reading !== now.reading) renderRun(before, now);
}

/**
 * @param {Readonly<State>} before
 * @param {Readonly<State>} now
 */
function renderRun(before, now) {
  const { run } = now;
  const running = run.kind === 'running';
  button('cancel').hidden = !running;
  byId('again', HTMLElement).hidden = !(running && run.kept !== null);
  progressBar.hidden = !running;
  button('analyze').disabled = running || now.reading;
  for (const one of samples) one.disabled = running;
  resultsSection.setAttribute('aria-busy', String(running));
  if (running && run.progress !== null && run.progress.total > 0) {
    progressBar.max = run.progress.total;
    progressBar.value = run.progress.done;
  } else {
    progressBar.removeAttribute('value');
  }
  const text = now.reading ? 'Looking through the files…'
    : run.kind === 'running' ? `${run.progress === null ? 'Starting' : STAGE[run.progress.stage]}…`
    : run.kind === 'done' ? 'Done.'
    : run.kind === 'cancelled' ? 'Cancelled.'
    : run.kind === 'failed' ? 'No answer.' : '';
  if (status.textContent !== text) status.textContent = text;
  if (before.run.kind === run.kind && run.kind !== 'done') return;
  if (run.kind === 'running') {
    // An answer that is asked for again stays until the next one is there.
    if (run.kept === null) resultsSection.replaceChildren();
  } else if (run.kind === 'done') {
    nameVersionTable(run.answer.report);
    const again = before.run.kind === 'running' && before.run.kept !== null;
    const restore = again ? remember(resultsSection) : null;
    resultsSection.replaceChildren(...results(run.answer, run.choices, choose, sourceOf(now.project), stageOf(run)));
    if (restore !== null) restore();
    else toVerdict();
  } else if (run.kind === 'failed') {
    resultsSection.replaceChildren(...failed(run.message));
    toVerdict();
  }
}

/**
 * Reads a file that was handed in, or is in an archive that was, under `archive.zip/its path`. Null where it has gone since.
 * @param {readonly Taken[]} files
 * @returns {import('./view/evidence.js').Source}
 */
function sourceOf(files) {
  return async (path) => {
    const file = files.find((one) => one.path === path);
    const archive = files.find((one) => path.startsWith(`${one.path}/`));
    if (file === undefined && archive === undefined) return null;
    const text = file?.blob.text() ?? (archive === undefined ? null : unzip(archive.blob, path.slice(archive.path.length + 1)));
    return Promise.resolve(text).catch(() => null);
  };
}

/**
 * Rehearses the plans of an answer.
 * @param {import('./state.js').Done} done
 * @returns {import('./view/rehearsal.js').Stage}
 */
function stageOf({ answer: { report, rehearsal }, request }) {
  return {
    there: hasPostgres(),
    tables: report.database?.tables ?? 0,
    run: (index, tell) => (rehearsal === null ? Promise.reject(new Error('there is no database to copy.')) : rehearsals.run({ request, report, rehearsal, index }, tell)),
    cancel: () => rehearsals.cancel(),
  };
}

/** The focus goes to the answer. */
function toVerdict() {
  const heading = byId('verdict', HTMLElement);
  heading.focus({ preventScroll: true });
  heading.closest('header')?.scrollIntoView({ block: 'start' });
}

/**
 * The same files, asked with other choices.
 * @param {Partial<import('./state.js').Choices> & { target?: string }} chosen
 */
function choose({ target, ...choices }) {
  if (target !== undefined) field('target').value = target;
  dispatch({ type: 'choose', choices });
  void start(true);
}

/**
 * The commands for a dump name the version table that the project's own settings name.
 * @param {import('../pkg/restamp.js').Report} report
 */
function nameVersionTable({ environments }) {
  const table = environments.find((one) => one.chosen)?.version_table ?? 'alembic_version';
  // What the pattern finds needs no other; a name that a shell would read otherwise is not put into a command.
  if (table.includes('alembic_version') || !/^[a-z0-9_]+$/.test(table)) return;
  for (const place of document.querySelectorAll('.version-table')) place.textContent = `*.${table}`;
}

/**
 * @param {string | null} text
 * @param {() => void} clear
 */
function taken(text, clear) {
  if (text === null) return '';
  return h('p', null, h('span', { class: 'mark good', 'aria-hidden': 'true' }, '✓'), ' ', text, ' ',
    h('button', { type: 'button', class: 'small', onclick: clear }, 'Remove'));
}

/** @param {number} bytes */
function size(bytes) {
  return bytes < 10_000 ? counted(bytes, 'byte') : bytes < 10_000_000 ? `${Math.round(bytes / 1000)} kB` : `${Math.round(bytes / 1e6)} MB`;
}

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * Asks the engine.
 * @param {boolean} again the answer to the last question stays until this one is answered
 */
async function start(again = false) {
  const rows = field('no-rows').checked;
  const versionText = area('version-text').value;
  const dump = state.dump ?? pasted(area('dump-text').value);
  const log = pasted(area('log-text').value);
  if (state.project.length === 0 && dump === null && log === null) {
    status.textContent = 'Choose your migrations first.';
    button('pick-folder').focus();
    return;
  }
  dispatch({ type: 'start', again });
  // What is rehearsed is the answer that is about to go.
  rehearsals.cancel();
  const request = {
    files: state.project,
    dump,
    versionDump: pasted(versionText),
    stamped: rows ? [] : null,
    answers: pasted(area('answers-text').value),
    log,
    options: options(),
  };
  try {
    const answer = await engine.analyze(request, (progress) => dispatch({ type: 'progress', progress }));
    dispatch({ type: 'answer', answer, request });
  } catch (error) {
    // A cancelled run has been drawn already, or a later one has taken its place.
    if (!(error instanceof Cancelled)) dispatch({ type: 'failed', message: messageOf(error) });
  }
}

function options() {
  /** @param {string} id */
  const text = (id) => field(id).value.trim() || null;
  return {
    source_roots: area('source-roots').value.split('\n').map((line) => line.trim()).filter((line) => line !== ''),
    baseline: null,
    environment: state.choices.environment,
    engine: null,
    role: text('role'),
    search_path: text('search-path'),
    version_table: text('version-table'),
    schema: text('schema'),
    target: text('target'),
    allow_drops: state.choices.allowDrops,
    allow_data_loss: state.choices.allowDataLoss,
    concurrently: state.choices.concurrently,
    lock_timeout: state.choices.lockTimeout,
    no_plans: false,
    rehearsal: true,
    database: state.choices.database,
  };
}

/** @param {readonly Taken[]} files */
function takeProject(files) {
  const useful = projectFiles(files);
  if (useful.length === 0) {
    dispatch({ type: 'project', files: [], name: '' });
    status.textContent = 'There is no Python file among these.';
  } else {
    dispatch({ type: 'project', files: useful, name: nameOf(useful) });
  }
}

/** @param {Taken | undefined} file */
function takeDump(file) {
  if (file !== undefined) {
    area('dump-text').value = '';
    dispatch({ type: 'dump', file });
  }
}

/**
 * @param {HTMLElement | Document} zone
 * @param {(files: Taken[]) => void} take
 */
function dropZone(zone, take) {
  const lit = zone instanceof HTMLElement ? zone : document.body;
  let depth = 0;
  zone.addEventListener('dragenter', () => { depth += 1; lit.classList.add('over'); });
  zone.addEventListener('dragleave', () => { depth -= 1; if (depth <= 0) lit.classList.remove('over'); });
  zone.addEventListener('dragover', (event) => event.preventDefault());
  zone.addEventListener('drop', async (event) => {
    event.preventDefault();
    event.stopPropagation();
    depth = 0;
    lit.classList.remove('over');
    document.body.classList.remove('over');
    const transfer = /** @type {DragEvent} */ (event).dataTransfer;
    if (transfer === null || transfer.items.length === 0) return;
    const collected = fromDrop(transfer);
    dispatch({ type: 'reading' });
    try {
      take(await collected);
    } catch (error) {
      dispatch({ type: 'failed', message: messageOf(error) });
    }
    if (state.reading) dispatch({ type: 'project', files: state.project, name: state.projectName });
  });
}

dropZone(byId('project-zone', HTMLElement), takeProject);
dropZone(byId('database-zone', HTMLElement), (files) => takeDump(dumpFile(files)));
dropZone(document, (files) => (isDump(files) ? takeDump(dumpFile(files)) : takeProject(files)));

for (const [pick, input] of [['pick-folder', 'folder-input'], ['pick-files', 'files-input'], ['pick-dump', 'dump-input']]) {
  button(String(pick)).addEventListener('click', () => field(String(input)).click());
}
for (const id of ['folder-input', 'files-input']) {
  field(id).addEventListener('change', () => takeProject(fromPicker(field(id).files ?? [])));
}
field('dump-input').addEventListener('change', () => {
  const file = field('dump-input').files?.[0];
  takeDump(file && { path: file.name, blob: file });
});
area('dump-text').addEventListener('input', () => {
  // The text is the dump now; a file that was chosen before would silently win over it.
  if (state.dump !== null && area('dump-text').value.trim() !== '') dispatch({ type: 'dump', file: null });
});
byId('inputs', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void start();
});
/** @param {string} next the control that takes the focus */
function cancel(next) {
  engine.cancel();
  dispatch({ type: 'cancel' });
  status.textContent = 'Cancelled.';
  document.getElementById(next)?.focus();
}
button('cancel').addEventListener('click', () => cancel('analyze'));
button('cancel-again').addEventListener('click', () => cancel('option-allowDrops'));
byId('hosts', HTMLElement).replaceChildren(hosts());

// Everything is loaded at once, so that nothing needs the network later.
for (const one of samples) {
  const loaded = sample(one.dataset['sample'] ?? '');
  loaded.catch(() => {});
  one.addEventListener('click', async () => {
    try {
      const { files, dump, log, target } = await loaded;
      byId('inputs', HTMLFormElement).reset();
      field('target').value = target;
      area('log-text').value = log;
      dispatch({ type: 'project', files, name: 'sample/' });
      dispatch({ type: 'dump', file: dump });
      await start();
    } catch (error) {
      dispatch({ type: 'failed', message: messageOf(error) });
    }
  });
}
engine.warm();
