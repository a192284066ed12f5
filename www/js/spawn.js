// Starts workers, and compiles what they run: the page does both, since a worker that begins anew may find no network.

import { part, workerScript } from './assets.js';

/** @type {Map<string, Promise<WebAssembly.Module>>} */
const modules = new Map();

/**
 * A wasm module by its path. It is compiled once and handed to each worker.
 * @param {string} path
 */
export function compiled(path) {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const made = WebAssembly.compileStreaming(part(path));
  modules.set(path, made);
  // The next one tries again.
  made.catch(() => modules.delete(path));
  return made;
}

/**
 * A worker that is loaded from a URL would not be under the page's policy; one from a blob inherits it.
 * @param {string} path
 * @param {string} name
 */
export function spawn(path, name) {
  const { text, type } = workerScript(path);
  const blob = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  return new Worker(trusted(blob), { type, name });
}

/**
 * @param {string} url
 * @returns {string}
 */
function trusted(url) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return url;
  policy ??= types.createPolicy('restamp', {
    // Only blobs that this very page made; their text is workerScript()'s.
    createScriptURL: (/** @type {string} */ text) => {
      if (!text.startsWith('blob:')) throw new TypeError('Only blobs of this page are run.');
      return text;
    },
  });
  return policy.createScriptURL(url);
}
/** @type {any} */
let policy = null;
