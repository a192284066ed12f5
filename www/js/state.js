// The one state of the page, and how events change it. Nothing here touches the page.

/** @typedef {import('../pkg/restamp.js').Report} Report */
/** @typedef {import('../pkg/restamp.js').Progress} Progress */
/** @typedef {import('../pkg/restamp.js').Rehearsal} Rehearsal */
/** @typedef {import('./input.js').Request} Request */
/** @typedef {{ readonly name: string, readonly text: string }} OutFile */

/**
 * A file that was handed in. Its bytes are read in the worker.
 * @typedef {{ readonly path: string, readonly blob: Blob }} Taken
 */

/**
 * What the user chose besides files.
 * @typedef {object} Choices
 * @property {string | null} environment
 * @property {string | null} database
 * @property {boolean} allowDrops plans may drop what a revision up to the target dropped
 * @property {boolean} allowDataLoss plans may convert in ways that lose data
 * @property {boolean} concurrently new indexes are built in a file of their own, without keeping writers out
 * @property {string | null} lockTimeout how long a statement waits for a lock, as PostgreSQL writes it; null is the engine's own choice
 */

/**
 * An answer: the report, the files of each plan, those of the report alone, and what a rehearsal sends.
 * @typedef {{ readonly report: Report, readonly files: readonly OutFile[][], readonly rest: readonly OutFile[], readonly rehearsal: Rehearsal | null }} Answer
 */

/**
 * What is shown, what it was asked with, and with which choices.
 * @typedef {{ kind: 'done', answer: Answer, request: Request, choices: Choices }} Done
 */

/**
 * `kept` stays on the page while the same question is asked again with other choices.
 * @typedef {{ kind: 'idle' }
 *   | { kind: 'running', progress: Progress | null, kept: Done | null }
 *   | Done
 *   | { kind: 'failed', message: string }
 *   | { kind: 'cancelled' }} Run
 */

/**
 * @typedef {object} State
 * @property {readonly Taken[]} project
 * @property {string} projectName
 * @property {Taken | null} dump
 * @property {boolean} reading files are being collected
 * @property {Choices} choices
 * @property {Readonly<Run>} run
 */

/**
 * @typedef {{ type: 'reading' }
 *   | { type: 'project', files: readonly Taken[], name: string }
 *   | { type: 'dump', file: Taken | null }
 *   | { type: 'choose', choices: Partial<Choices> }
 *   | { type: 'start', again: boolean }
 *   | { type: 'progress', progress: Progress }
 *   | { type: 'answer', answer: Answer, request: Request }
 *   | { type: 'failed', message: string }
 *   | { type: 'cancel' }} Event
 */

/** @type {Choices} */
const UNCHOSEN = Object.freeze({ environment: null, database: null, allowDrops: false, allowDataLoss: false, concurrently: false, lockTimeout: null });

/** @type {Readonly<State>} */
export const initial = {
  project: [],
  projectName: '',
  dump: null,
  reading: false,
  choices: UNCHOSEN,
  run: { kind: 'idle' },
};

/**
 * The state after an event.
 * @param {Readonly<State>} state
 * @param {Event} event
 * @returns {Readonly<State>}
 */
export function update(state, event) {
  switch (event.type) {
    case 'reading':
      return { ...state, reading: true };
    case 'project':
      return { ...state, reading: false, project: event.files, projectName: event.name, choices: UNCHOSEN };
    case 'dump':
      // What may be dropped was allowed for another database.
      return { ...state, dump: event.file, choices: { ...UNCHOSEN, environment: state.choices.environment } };
    case 'choose':
      return { ...state, choices: { ...state.choices, ...event.choices } };
    case 'start':
      return { ...state, run: { kind: 'running', progress: null, kept: event.again ? shown(state.run) : null } };
    case 'progress':
      return state.run.kind === 'running' ? { ...state, run: { ...state.run, progress: event.progress } } : state;
    case 'answer':
      return { ...state, run: { kind: 'done', answer: event.answer, request: event.request, choices: state.choices } };
    case 'failed':
      return { ...state, reading: false, run: { kind: 'failed', message: event.message } };
    case 'cancel': {
      const kept = shown(state.run);
      return kept === null ? { ...state, run: { kind: 'cancelled' } } : { ...state, run: kept, choices: kept.choices };
    }
  }
}

/**
 * The answer that is on the page.
 * @param {Readonly<Run>} run
 * @returns {Done | null}
 */
function shown(run) {
  return run.kind === 'done' ? run : run.kind === 'running' ? run.kept : null;
}
