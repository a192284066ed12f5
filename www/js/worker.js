// Runs in the worker: files to bytes, the wasm library, and back. It answers one request at a time.

import * as restamp from '../pkg/restamp.js';
import { explain, inputOf, isLarge } from './input.js';
import { readDump } from './streamed.js';

/** @typedef {import('./input.js').Request} Request */
/** @typedef {import('./state.js').Answer} Answer */

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
  restamp.initSync({ module });
  reply({ kind: 'snapshot', snapshot: { sql: restamp.snapshot_sql(), program: restamp.snapshot_py() } });
  return module;
});

/** @param {Reply} reply */
const reply = (reply) => self.postMessage(reply);

/**
 * @param {Request} request
 * @returns {Promise<Answer>}
 */
async function answer(request) {
  await ready;
  // Progress comes thousands of times a second; the page needs it a few times.
  let last = 0;
  /** @param {import('../pkg/restamp.js').Progress} progress */
  const tell = (progress) => {
    const now = performance.now();
    if (now - last > 60) {
      last = now;
      reply({ kind: 'progress', progress });
    }
  };
  const dump = isLarge(request.dump) ? await readDump(request.dump, tell) : null;
  const input = await inputOf(request);
  const report = dump === null ? restamp.analyze(input, tell) : dump.analyze(input, tell);
  // What a rehearsal sends is not for the files that are handed on.
  const rehearsal = report.rehearsal ?? null;
  report.rehearsal = null;
  // The report is the same for each plan, and long.
  const rest = restamp.files(report);
  const ofPlan = report.plans.map((_, index) => {
    const own = restamp.files(report, index);
    return [...own, ...rest.filter((one) => own.every(({ name }) => name !== one.name))];
  });
  return { report, files: ofPlan, rest, rehearsal };
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
