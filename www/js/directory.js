// A folder that pg_dump -Fd made, as the one file that the engine reads: a tar archive. The blobs stay where they are.

/** @typedef {import('./state.js').Taken} Taken */

/** The table of contents, and the rows of a table each. */
const PART = /(^|\/)(toc|\d+)\.dat(\.(gz|lz4|zst))?$/;
const TOC = /(^|\/)toc\.dat(\.gz)?$/;
const BLOCK = 512;

/**
 * A file of such a folder.
 * @param {string} path
 */
export function isPart(path) {
  return PART.test(path);
}

/**
 * The folder's files as one; null where there is no table of contents among them.
 * @param {readonly Taken[]} files
 * @returns {Taken | null}
 */
export function directory(files) {
  const toc = files.find((file) => TOC.test(file.path));
  if (toc === undefined) return null;
  const folder = toc.path.replace(/[^/]*$/, '');
  const parts = files.filter((file) => PART.test(file.path) && file.path.replace(/[^/]*$/, '') === folder);
  const blobs = parts.flatMap((file) => {
    const padding = new Uint8Array((BLOCK - (file.blob.size % BLOCK)) % BLOCK);
    return [header(file.path.slice(folder.length), file.blob.size), file.blob, padding];
  });
  return { path: folder === '' ? 'toc.dat' : folder, blob: new Blob([...blobs, new Uint8Array(2 * BLOCK)]) };
}

/**
 * The header of a file in a tar archive (ustar).
 * @param {string} name
 * @param {number} size
 */
function header(name, size) {
  const bytes = new Uint8Array(BLOCK);
  const put = (/** @type {number} */ at, /** @type {string} */ text) => bytes.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  // The sum counts its own eight bytes as spaces.
  put(148, '        ');
  put(156, '0');
  put(257, 'ustar\x0000');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return bytes;
}
