// Runs in the worker: files to bytes, the wasm library, and back. It answers one request at a time.

import { analyze, files, initSync, snapshot_py, snapshot_sql } from '../pkg/restamp.js';

/** @typedef {import('./state.js').Taken} Taken */
/** @typedef {import('./state.js').Answer} Answer */
/** @typedef {import('../pkg/restamp.js').Options} Options */

/**
 * @typedef {object} Request
 * @property {readonly Taken[]} files
 * @property {Taken | null} dump
 * @property {Taken | null} versionDump
 * @property {string[] | null} stamped
 * @property {Taken | null} answers
 * @property {Taken | null} log
 * @property {Options} options
 */

/**
 * @typedef {{ kind: 'snapshot', snapshot: import('./view/hosts.js').Snapshot }
 *   | { kind: 'progress', progress: import('../pkg/restamp.js').Progress }
 *   | { kind: 'answer', answer: Answer }
 *   | { kind: 'failed', message: string }} Reply
 */

/** @type {(module: WebAssembly.Module) => void} */
let loaded = () => {};
/** @type {Promise<WebAssembly.Module>} */
const ready = new Promise((resolve) => {
  loaded = resolve;
}).then((module) => {
  initSync({ module });
  reply({ kind: 'snapshot', snapshot: { sql: snapshot_sql(), program: snapshot_py() } });
  return module;
});

/** @param {Reply} reply */
const reply = (reply) => self.postMessage(reply);

/**
 * @param {Taken | null} file
 */
async function bytes(file) {
  if (file === null) return null;
  try {
    return { path: file.path, bytes: new Uint8Array(await file.blob.arrayBuffer()) };
  } catch {
    throw new Error(`${file.path} could not be read. Has it changed or moved since you chose it? Choose it again.`);
  }
}

/**
 * @param {Request} request
 * @returns {Promise<Answer>}
 */
async function answer(request) {
  await ready;
  const project = [];
  for (const file of request.files) {
    const one = await bytes(file);
    if (one !== null) project.push(one);
  }
  const input = {
    files: project,
    dump: await bytes(request.dump),
    version_dump: await bytes(request.versionDump),
    stamped: request.stamped,
    answers: await bytes(request.answers),
    log: await bytes(request.log),
    options: request.options,
  };
  // Progress comes thousands of times a second; the page needs it a few times.
  let last = 0;
  const report = analyze(input, (progress) => {
    const now = performance.now();
    if (now - last > 60) {
      last = now;
      reply({ kind: 'progress', progress });
    }
  });
  // The report is the same for each plan, and long.
  const rest = files(report);
  const ofPlan = report.plans.map((_, index) => {
    const own = files(report, index);
    return [...own, ...rest.filter((one) => own.every(({ name }) => name !== one.name))];
  });
  return { report, files: ofPlan, rest };
}

/** @param {unknown} error */
function explain(error) {
  if (!(error instanceof Error)) return String(error);
  const memory = error instanceof RangeError || /out of memory|unreachable/i.test(error.message);
  if (error instanceof WebAssembly.RuntimeError || memory) {
    return `Restamp stopped in the middle (${error.message}). Very large input can exhaust the tab's memory.`;
  }
  if (error.name === 'RestampPanic') return `This is a fault of Restamp, not of your files: ${error.message}`;
  return error.message;
}

self.addEventListener('message', async (message) => {
  if (message.data.module) {
    loaded(message.data.module);
    return;
  }
  try {
    reply({ kind: 'answer', answer: await answer(message.data.request) });
  } catch (error) {
    reply({ kind: 'failed', message: explain(error) });
  }
});
