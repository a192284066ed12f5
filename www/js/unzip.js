// One file out of a zip archive that was handed in, to be shown. The engine has its own reader; this one gives null where it is in doubt.

/** A larger file is not shown. */
const MOST = 4_000_000;
/** The end record and the longest comment behind it. */
const TAIL = 22 + 0xffff;

/**
 * @param {Blob} archive
 * @param {string} name as it is in the archive
 * @returns {Promise<string | null>}
 */
export async function unzip(archive, name) {
  const tailAt = Math.max(0, archive.size - TAIL);
  const tail = await view(archive, tailAt, archive.size);
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) return null;
  const [size, start] = [tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)];
  if (start + size > archive.size) return null;
  const directory = await view(archive, start, start + size);
  const wanted = new TextEncoder().encode(name);
  for (let at = 0; at + 46 <= directory.byteLength && directory.getUint32(at, true) === 0x02014b50;) {
    const length = directory.getUint16(at + 28, true);
    const own = new Uint8Array(directory.buffer, directory.byteOffset + at + 46, Math.min(length, directory.byteLength - at - 46));
    if (own.length === wanted.length && own.every((byte, index) => byte === wanted[index])) {
      return member(archive, directory.getUint16(at + 10, true), directory.getUint32(at + 20, true), directory.getUint32(at + 24, true), directory.getUint32(at + 42, true));
    }
    at += 46 + length + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
  }
  return null;
}

/**
 * @param {Blob} archive
 * @param {number} method 0 is stored, 8 is deflated
 * @param {number} packed
 * @param {number} size
 * @param {number} at its header
 */
async function member(archive, method, packed, size, at) {
  if (size > MOST || (method !== 0 && method !== 8) || at + 30 > archive.size) return null;
  const header = await view(archive, at, at + 30);
  const start = at + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const body = archive.slice(start, start + packed);
  if (method === 0) return body.text();
  // What the directory says of the size is not to be trusted: it is read no further than that.
  const reader = body.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const decoder = new TextDecoder();
  let [text, read] = ['', 0];
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    read += part.value.length;
    if (read > MOST) return null;
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

/** @param {Blob} blob @param {number} from @param {number} to */
async function view(blob, from, to) {
  return new DataView(await blob.slice(from, to).arrayBuffer());
}
