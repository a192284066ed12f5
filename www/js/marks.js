// Where two short texts differ: a default, a type, an expression. By words first, by characters inside of what is left.

/** @typedef {{ text: string, same: boolean }} Part */

/** Larger comparisons than this (words times words) are not worth their time: all of the middle counts as different. */
const MOST = 250_000;

/**
 * Both texts in parts; the parts of each make up the text again.
 * @param {string} expected
 * @param {string} actual
 * @returns {{ expected: Part[], actual: Part[] }}
 */
export function marks(expected, actual) {
  const [a, b] = [words(expected), words(actual)];
  /** @type {{ expected: Part[], actual: Part[] }} */
  const out = { expected: [], actual: [] };
  /** @type {[string, string]} */
  let open = ['', ''];
  const close = () => {
    gap(open[0], open[1], out);
    open = ['', ''];
  };
  for (const [left, right] of pairs(a, b)) {
    if (left !== null && right !== null) {
      close();
      push(out.expected, left, true);
      push(out.actual, right, true);
    } else {
      open[0] += left ?? '';
      open[1] += right ?? '';
    }
  }
  close();
  return out;
}

/** @param {string} text @returns {string[]} */
const words = (text) => text.match(/[\p{L}\p{N}_]+|\s+|./gsu) ?? [];

/**
 * The words of both in order: what they have in common as a pair, the rest with null on the other side.
 * @param {string[]} a
 * @param {string[]} b
 * @returns {Array<[string | null, string | null]>}
 */
function pairs(a, b) {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const both = (/** @type {string} */ word) => /** @type {[string, string]} */ ([word, word]);
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return [...a.slice(0, start).map(both), ...common(left, right), ...a.slice(a.length - end).map(both)];
}

/**
 * The longest common subsequence.
 * @param {string[]} a
 * @param {string[]} b
 * @returns {Array<[string | null, string | null]>}
 */
function common(a, b) {
  const width = b.length + 1;
  if (a.length * b.length > MOST) return [...a.map((word) => /** @type {[string, null]} */ ([word, null])), ...b.map((word) => /** @type {[null, string]} */ ([null, word]))];
  // Lengths of what the rests have in common.
  const length = new Uint32Array((a.length + 1) * width);
  const at = (/** @type {number} */ i, /** @type {number} */ j) => length[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      length[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  /** @type {Array<[string | null, string | null]>} */
  const found = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i] ?? null, b[j] ?? null];
    if (left !== null && left === right) { found.push([left, right]); i += 1; j += 1; }
    else if (right === null || (left !== null && at(i + 1, j) >= at(i, j + 1))) { found.push([left, null]); i += 1; }
    else { found.push([null, right]); j += 1; }
  }
  return found;
}

/**
 * Two texts that differ, without the characters that both begin and end with. A character is never cut in two.
 * @param {string} left
 * @param {string} right
 * @param {{ expected: Part[], actual: Part[] }} out
 */
function gap(left, right, out) {
  const [a, b] = [[...left], [...right]];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  for (const [list, letters] of /** @type {Array<[Part[], string[]]>} */ ([[out.expected, a], [out.actual, b]])) {
    push(list, letters.slice(0, start).join(''), true);
    push(list, letters.slice(start, letters.length - end).join(''), false);
    push(list, letters.slice(letters.length - end).join(''), true);
  }
}

/** @param {Part[]} list @param {string} text @param {boolean} same */
function push(list, text, same) {
  const last = list.at(-1);
  if (text === '') return;
  if (last?.same === same) last.text += text;
  else list.push({ text, same });
}
