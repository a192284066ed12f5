// What workers are asked: the files as blobs, whose bytes are read in the worker.

/** @typedef {import('./state.js').Taken} Taken */
/** @typedef {import('../pkg/restamp.js').Input} Input */
/** @typedef {import('../pkg/restamp.js').InputFile} InputFile */
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

/** A larger dump is read as it comes, and never as a whole. */
const LARGE = 8 << 20;

/**
 * @param {Taken | null} dump
 * @returns {dump is Taken}
 */
export function isLarge(dump) {
  return dump !== null && dump.blob.size > LARGE;
}

/**
 * What the library is given; a large dump is not in it.
 * @param {Request} request
 * @returns {Promise<Input>}
 */
export async function inputOf(request) {
  /** @type {InputFile[]} */
  const files = [];
  for (const file of request.files) {
    const one = await bytes(file);
    if (one !== null) files.push(one);
  }
  return {
    files,
    dump: isLarge(request.dump) ? null : await bytes(request.dump),
    version_dump: await bytes(request.versionDump),
    stamped: request.stamped,
    answers: await bytes(request.answers),
    log: await bytes(request.log),
    options: request.options,
  };
}

/**
 * @param {Taken | null} file
 * @returns {Promise<any>}
 */
async function bytes(file) {
  if (file === null) return null;
  try {
    return { path: file.path, bytes: new Uint8Array(await file.blob.arrayBuffer()) };
  } catch {
    throw unreadable(file);
  }
}

/** @param {Taken} file */
export function unreadable(file) {
  return new Error(`${file.path} could not be read. Has it changed or moved since you chose it? Choose it again.`);
}

/** @param {unknown} error */
export function explain(error) {
  if (!(error instanceof Error)) return String(error);
  const memory = error instanceof RangeError || /out of memory|unreachable/i.test(error.message);
  if (error instanceof WebAssembly.RuntimeError || memory) {
    return `Restamp stopped in the middle (${error.message}). Very large input can exhaust the tab's memory.`;
  }
  if (error.name === 'RestampPanic') return `This is a fault of Restamp, not of your files: ${error.message}`;
  return error.message;
}
