// A large dump, read slice by slice: in memory there is never more than one slice and the schema.

import { DumpReader } from '../pkg/restamp.js';
import { unreadable } from './input.js';

/** @typedef {import('./state.js').Taken} Taken */
/** @typedef {import('../pkg/restamp.js').Dump} Dump */
/** @typedef {import('../pkg/restamp.js').Progress} Progress */

const SLICE = 4 << 20;

/** The last one: options change more often than the file. @type {{ key: string, dump: Dump } | null} */
let last = null;

/**
 * @param {Taken} file
 * @param {(progress: Progress) => void} progress
 * @returns {Promise<Dump>}
 */
export async function readDump(file, progress) {
  const { path, blob } = file;
  const key = blob instanceof File ? JSON.stringify([path, blob.size, blob.lastModified]) : '';
  if (last !== null && key !== '' && last.key === key) return last.dump;
  last?.dump.free();
  last = null;
  const reader = new DumpReader(path);
  try {
    for (let start = 0; start < blob.size; start += SLICE) {
      reader.feed(new Uint8Array(await blob.slice(start, start + SLICE).arrayBuffer()));
      progress({ stage: 'reading_dump', done: Math.min(start + SLICE, blob.size), total: blob.size });
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    reader.free();
    throw unreadable(file);
  }
  last = { key, dump: reader.finish() };
  return last.dump;
}
