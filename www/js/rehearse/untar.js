// Reads a tar archive: the files that it holds, by their paths.

const BLOCK = 512;

/**
 * @param {Uint8Array} archive
 * @returns {Map<string, Uint8Array>}
 */
export function untar(archive) {
  /** @param {number} from @param {number} length */
  const text = (from, length) => {
    const bytes = archive.subarray(from, from + length);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
  };
  const files = new Map();
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0;) {
    const prefix = text(at + 257, 5) === 'ustar' ? text(at + 345, 155) : '';
    const name = text(at, 100);
    const size = parseInt(text(at + 124, 12).trim() || '0', 8);
    const type = text(at + 156, 1);
    at += BLOCK;
    // 0 and nothing are files; folders and links have no bytes that are needed.
    if (type === '0' || type === '') files.set(prefix === '' ? name : `${prefix}/${name}`, archive.slice(at, at + size));
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
