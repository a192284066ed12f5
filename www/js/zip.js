// A zip archive of texts, not compressed. Nothing in it depends on when it was made: the same files give the same bytes.

/** @typedef {import('./state.js').OutFile} OutFile */

/** 1980-01-01, the first day that a zip can tell; the time is midnight. */
const DATE = 0x21;
/** Names are UTF-8. */
const UTF8 = 0x800;
/** A file that its owner may write and everyone may read, as Unix says it. */
const MODE = 0o100644;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = /** @type {number} */ (TABLE[(value ^ byte) & 0xff]) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/**
 * Numbers as little-endian bytes, each with its width.
 * @param {...[value: number, width: 2 | 4]} numbers
 */
function record(...numbers) {
  const view = new DataView(new ArrayBuffer(numbers.reduce((sum, [, width]) => sum + width, 0)));
  let at = 0;
  for (const [value, width] of numbers) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return new Uint8Array(view.buffer);
}

/**
 * The archive, with its files in a folder of its own.
 * @param {string} folder
 * @param {readonly OutFile[]} files
 * @returns {Blob}
 */
export function zip(folder, files) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const directory = [];
  const encoder = new TextEncoder();
  const size = (/** @type {Uint8Array[]} */ list) => list.reduce((sum, part) => sum + part.length, 0);
  let offset = 0;
  for (const file of files) {
    const name = encoder.encode(`${folder}/${file.name}`);
    const bytes = encoder.encode(file.text);
    /** What both headers say: version, flags, stored, time, date, checksum, size packed, size. @type {Array<[number, 2 | 4]>} */
    const common = [[20, 2], [UTF8, 2], [0, 2], [0, 2], [DATE, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [name.length, 2], [0, 2]];
    const local = [record([0x04034b50, 4], ...common), name, bytes];
    directory.push(record([0x02014b50, 4], [(3 << 8) | 20, 2], ...common, [0, 2], [0, 2], [0, 2], [MODE * 0x10000, 4], [offset, 4]), name);
    parts.push(...local);
    offset += size(local);
  }
  const end = record([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size(directory), 4], [offset, 4], [0, 2]);
  return new Blob([...parts, ...directory, end], { type: 'application/zip' });
}
