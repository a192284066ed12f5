// The one state of the page, and how events change it. Nothing here touches the page.

/** @typedef {import('../pkg/restamp.js').Report} Report */
/** @typedef {import('../pkg/restamp.js').Progress} Progress */
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
 */

/**
 * An answer: the report, the files of each plan, and those of the report alone.
 * @typedef {{ readonly report: Report, readonly files: readonly OutFile[][], readonly rest: readonly OutFile[] }} Answer
 */

/**
 * @typedef {{ kind: 'idle' }
 *   | { kind: 'running', progress: Progress | null }
 *   | { kind: 'done', answer: Answer }
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
 *   | { type: 'start' }
 *   | { type: 'progress', progress: Progress }
 *   | { type: 'answer', answer: Answer }
 *   | { type: 'failed', message: string }
 *   | { type: 'cancel' }} Event
 */

/** @type {Choices} */
const UNCHOSEN = Object.freeze({ environment: null, database: null });

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
      return { ...state, dump: event.file, choices: { ...state.choices, database: null } };
    case 'choose':
      return { ...state, choices: { ...state.choices, ...event.choices } };
    case 'start':
      return { ...state, run: { kind: 'running', progress: null } };
    case 'progress':
      return state.run.kind === 'running' ? { ...state, run: { kind: 'running', progress: event.progress } } : state;
    case 'answer':
      return { ...state, run: { kind: 'done', answer: event.answer } };
    case 'failed':
      return { ...state, reading: false, run: { kind: 'failed', message: event.message } };
    case 'cancel':
      return { ...state, run: { kind: 'cancelled' } };
  }
}
