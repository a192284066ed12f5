// The same as assets.js, for the single file: the parts are in the document itself, in `<script>` elements of a type
// that no browser runs. scripts/page.mjs writes them.

/** @param {string} path */
function text(path) {
  const element = document.getElementById(path);
  if (element === null) throw new Error(`${path} is not in this file. The file is damaged: compare its SHA-256.`);
  return element.textContent ?? '';
}

/**
 * A part of the page, which is there as base64 of gzip.
 * @param {string} path
 * @returns {Promise<Response>}
 */
export async function part(path) {
  const packed = Uint8Array.from(atob(text(path)), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  // Nothing but wasm is compiled while it streams, and only under this type.
  return new Response(stream, { headers: path.endsWith('.wasm') ? { 'Content-Type': 'application/wasm' } : {} });
}

/**
 * What a worker runs, and as what: Chromium starts no module from the blob of a page that was opened from disk.
 * @param {string} path
 * @returns {{ text: string, type: WorkerType }}
 */
export function workerScript(path) {
  return { text: text(path), type: 'classic' };
}

/** Only one of the two files carries PostgreSQL. */
export const hasPostgres = () => document.getElementById('vendor/pglite/pglite.wasm') !== null;
