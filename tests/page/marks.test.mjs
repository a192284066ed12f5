// Where two texts differ.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marks } from '../../www/js/marks.js';

/** What differs in brackets. */
const shown = (parts) => parts.map(({ text, same }) => (same ? text : `[${text}]`)).join('');
const both = (a, b) => { const found = marks(a, b); return [shown(found.expected), shown(found.actual)]; };

test('a number in a type, a word in a default, what was added', () => {
  assert.deepEqual(both('character varying(60)', 'character varying(255)'), ['character varying([60])', 'character varying([255])']);
  assert.deepEqual(both("'new'::character varying", "'newer'::character varying"), ["'new'::character varying", "'new[er]'::character varying"]);
  assert.deepEqual(both('total > 0', 'total > 0 AND total < 10'), ['total > 0', 'total > 0[ AND total < 10]']);
  assert.deepEqual(both('a', 'a'), ['a', 'a']);
  assert.deepEqual(both('', 'x'), ['', '[x]']);
});

test('several places in one expression', () => {
  assert.deepEqual(both('(price >= 0) AND (name <> empty)', '(price > 0) AND (title <> empty)'), ['(price >[=] 0) AND ([nam]e <> empty)', '(price > 0) AND ([titl]e <> empty)']);
});

test('a character outside the basic plane is not cut in two', () => {
  const [left, right] = both('\u{1F600}', '\u{1F601}');
  assert.deepEqual([left, right], ['[\u{1F600}]', '[\u{1F601}]']);
});

test('the parts always make up the texts, and what is the same is the same, whatever the texts are', () => {
  let seed = 11;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const text = () => Array.from({ length: random(30) }, () => ['a', 'b', ' ', '(', 'é', '\u{1F600}', '12', '‮'][random(8)]).join('');
  for (let round = 0; round < 500; round += 1) {
    const [a, b] = [text(), text()];
    const { expected, actual } = marks(a, b);
    const join = (parts, only) => parts.filter((part) => !only || part.same).map((part) => part.text).join('');
    assert.deepEqual([join(expected), join(actual)], [a, b]);
    assert.equal(join(expected, true), join(actual, true));
  }
});

test('long texts end, too', () => {
  const long = (word) => Array.from({ length: 20_000 }, (_, index) => `${word}${index}`).join(' ');
  const { expected, actual } = marks(long('a'), long('b'));
  assert.equal(expected.map((part) => part.text).join(''), long('a'));
  assert.ok(actual.some((part) => !part.same));
});
