// Runs in a worker of its own: PostgreSQL, the library, and one rehearsal. Nothing of it is loaded before one is asked for.

import * as library from '../../pkg/restamp.js';
import { PGlite } from '../../vendor/pglite/index.js';
import { explain, inputOf } from '../input.js';
import { rehearse } from './rehearsal.js';

/** @typedef {import('../input.js').Request} Request */
/** @typedef {import('../../pkg/restamp.js').Report} Report */
/** @typedef {import('../../pkg/restamp.js').Rehearsal} Rehearsal */

/**
 * All that the worker is given, at once.
 * @typedef {object} Order
 * @property {{ library: WebAssembly.Module, postgres: WebAssembly.Module, initdb: WebAssembly.Module, data: Blob, empty: Blob | null }} parts
 * @property {Request} request
 * @property {Report} report
 * @property {Rehearsal} rehearsal
 * @property {number} index
 */

/**
 * @typedef {import('./rehearsal.js').Event
 *   | { kind: 'wants', extension: string }
 *   | { kind: 'made', empty: Blob }
 *   | { kind: 'result', result: import('./say.js').Result }
 *   | { kind: 'failed', message: string }} Reply
 */

/** @param {Reply} reply */
const reply = (reply) => self.postMessage(reply);

/** Extensions that the page was asked for. @type {Map<string, (archive: Blob | null) => void>} */
const asked = new Map();

/**
 * @param {string} name
 * @returns {Promise<Uint8Array | null>}
 */
async function extension(name) {
  const archive = await new Promise((resolve) => {
    asked.set(name, resolve);
    reply({ kind: 'wants', extension: name });
  });
  if (archive === null) return null;
  const packed = new Uint8Array(await archive.arrayBuffer());
  // A server may have unpacked it on the way.
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return packed;
  const unpacked = archive.stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}

/** @param {Order} order */
async function run({ parts, request, report, rehearsal, index }) {
  library.initSync({ module: parts.library });
  const input = await inputOf(request);
  let last = 0;
  return rehearse({ input, report, rehearsal, index }, library, { ...parts, PGlite, extension, keep: (empty) => reply({ kind: 'made', empty }) }, (event) => {
    const now = performance.now();
    // Statements come by the thousand.
    if (event.kind === 'step' && event.done > 0 && now - last < 60) return;
    last = now;
    reply(event);
  });
}

self.addEventListener('message', async ({ data }) => {
  if ('extension' in data) {
    asked.get(data.extension)?.(data.archive);
    return;
  }
  try {
    reply({ kind: 'result', result: await run(data) });
  } catch (error) {
    reply({ kind: 'failed', message: explain(error) });
  }
});
