// The bridge to the worker. One analysis runs at a time and the latest request wins; cancelling ends the worker, for
// nothing else stops a running wasm function, and starts another. So does a panic, after which an instance is unusable.

import { compiled, spawn } from './spawn.js';

/** @typedef {import('./state.js').Answer} Answer */
/** @typedef {import('./state.js').Progress} Progress */
/** @typedef {import('./input.js').Request} Request */
/** @typedef {import('./worker.js').Reply} Reply */
/** @typedef {import('./view/hosts.js').Snapshot} Snapshot */

/** An analysis that the user, or a later one, ended. */
export class Cancelled extends Error {}

export class Engine {
  /** @type {Worker | null} */
  #worker = null;
  /** Takes over when the worker is ended, so that cancelling works without a network too. @type {Worker | null} */
  #spare = null;
  /** @type {{ resolve: (answer: Answer) => void, reject: (error: Error) => void, progress: (step: Progress) => void } | null} */
  #pending = null;

  /** @type {(snapshot: Snapshot) => void} */
  #tell;

  /** @param {(snapshot: Snapshot) => void} tell is told what the library knows besides, once it is loaded */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Loads workers and module before they are needed. */
  warm() {
    this.#worker ??= this.#spare ?? this.#start();
    if (this.#spare === this.#worker) this.#spare = null;
    this.#spare ??= this.#start();
  }

  /**
   * @param {Request} request
   * @param {(step: Progress) => void} progress
   * @returns {Promise<Answer>}
   */
  analyze(request, progress) {
    this.cancel();
    this.warm();
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject, progress };
      this.#worker?.postMessage({ request });
    });
  }

  /** Ends a running analysis. */
  cancel() {
    if (this.#pending !== null) this.#end(new Cancelled('Cancelled'));
  }

  #start() {
    const worker = spawn('js/worker.js', 'restamp');
    worker.addEventListener('message', (message) => {
      if (worker === this.#worker) this.#hear(/** @type {Reply} */ (message.data));
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#lose(worker, new Error(event.message || 'The engine could not be started. Reload the page.'));
    });
    compiled('pkg/restamp_bg.wasm').then(
      (module) => worker.postMessage({ module }),
      (error) => this.#lose(worker, new Error(`The engine could not be loaded (${error.message}). Reload the page.`)),
    );
    return worker;
  }

  /** @param {Reply} reply */
  #hear(reply) {
    if (reply.kind === 'snapshot') {
      this.#tell(reply.snapshot);
    } else if (reply.kind === 'progress') {
      this.#pending?.progress(reply.progress);
    } else if (reply.kind === 'answer') {
      const pending = this.#pending;
      this.#pending = null;
      pending?.resolve(reply.answer);
    } else {
      this.#end(new Error(reply.message));
    }
  }

  /**
   * A worker is of no use any more.
   * @param {Worker} worker
   * @param {Error} error
   */
  #lose(worker, error) {
    if (worker === this.#spare) this.#spare = null;
    if (worker !== this.#worker) return;
    if (this.#pending !== null) this.#end(error);
    else this.#worker = null;
  }

  /** @param {Error} error */
  #end(error) {
    const pending = this.#pending;
    this.#pending = null;
    this.#worker?.terminate();
    this.#worker = null;
    this.warm();
    pending?.reject(error);
  }
}
