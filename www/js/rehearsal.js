// The bridge to the worker that rehearses. One rehearsal runs at a time; to end it is to end its worker, and nothing of it stays.

import { hasPostgres, part } from './assets.js';
import { Cancelled } from './engine.js';
import { archiveOf } from './rehearse/extensions.js';
import { compiled, spawn } from './spawn.js';

/** @typedef {import('./rehearse/worker.js').Reply} Reply */
/** @typedef {import('./rehearse/worker.js').Order} Order */
/** @typedef {import('./rehearse/rehearsal.js').Event} Event */
/** @typedef {import('./rehearse/say.js').Result} Result */

export { hasPostgres };

/** How long PostgreSQL may take to start, and a step to say something. Where a browser refuses to compile it, it never says anything. */
const PATIENCE = { start: 90_000, step: 600_000 };

export class Rehearsals {
  /** An empty database, once one was made: the next rehearsal begins with it. @type {Blob | null} */
  #empty = null;
  /** @type {{ worker: Worker, end: (error: Error) => void } | null} */
  #running = null;

  /**
   * Rehearses one plan; what ran before is ended.
   * @param {Omit<Order, 'parts'>} order
   * @param {(event: Event) => void} tell
   * @returns {Promise<Result>}
   */
  async run(order, tell) {
    this.cancel();
    const worker = spawn('js/rehearse/worker.js', 'restamp-rehearsal');
    return new Promise((resolve, reject) => {
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let timer;
      /** @type {(error: Error) => void} */
      const end = (error) => {
        this.#stop(worker, timer);
        reject(error);
      };
      const wait = (/** @type {number} */ patience) => {
        clearTimeout(timer);
        timer = setTimeout(() => end(new Error(`PostgreSQL has said nothing for ${patience / 1000} seconds, and was ended.`)), patience);
      };
      this.#running = { worker, end };
      wait(PATIENCE.start);
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        end(new Error(event.message || 'PostgreSQL could not be started.'));
      });
      worker.addEventListener('message', ({ data }) => {
        const reply = /** @type {Reply} */ (data);
        wait(reply.kind === 'step' && reply.stage === 'start' ? PATIENCE.start : PATIENCE.step);
        if (reply.kind === 'wants') {
          extension(reply.extension).then((archive) => worker.postMessage({ extension: reply.extension, archive }), end);
        } else if (reply.kind === 'made') {
          this.#empty = reply.empty;
        } else if (reply.kind === 'result') {
          this.#stop(worker, timer);
          resolve(reply.result);
        } else if (reply.kind === 'failed') {
          end(new Error(reply.message));
        } else {
          tell(reply);
        }
      });
      parts().then((parts) => worker.postMessage({ ...order, parts: { ...parts, empty: this.#empty } }), end);
    });
  }

  cancel() {
    this.#running?.end(new Cancelled('Cancelled'));
  }

  /** @param {Worker} worker @param {ReturnType<typeof setTimeout> | undefined} timer */
  #stop(worker, timer) {
    clearTimeout(timer);
    worker.terminate();
    if (this.#running?.worker === worker) this.#running = null;
  }
}

async function parts() {
  const [library, postgres, initdb, data] = await Promise.all([
    compiled('pkg/restamp_bg.wasm'),
    compiled('vendor/pglite/pglite.wasm'),
    compiled('vendor/pglite/initdb.wasm'),
    part('vendor/pglite/pglite.data').then((response) => response.blob()),
  ]);
  return { library, postgres, initdb, data };
}

/** @param {string} name */
async function extension(name) {
  const archive = archiveOf(name);
  return archive === null ? null : (await part(`vendor/pglite/${archive}`)).blob();
}
