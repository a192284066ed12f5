// The layout of the history's picture.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layout } from '../../www/js/lanes.js';

const revision = (id, down = [], depends_on = []) => ({ id, down, depends_on });
const lanes = (revisions) => Object.fromEntries(layout(revisions).places.map(({ id, lane }) => [id, lane]));

test('a line is one lane', () => {
  const { edges, lanes: count } = layout([revision('c', ['b']), revision('b', ['a']), revision('a')]);
  assert.equal(count, 1);
  assert.deepEqual(edges, [{ from: 0, to: 1, lane: 0, needs: false }, { from: 1, to: 2, lane: 0, needs: false }]);
});

test('a branch has a lane of its own until the fork, and gives it back', () => {
  const history = [revision('m', ['x2', 'y']), revision('y', ['a']), revision('x2', ['x1']), revision('x1', ['a']), revision('a', ['base']), revision('base')];
  assert.deepEqual(lanes(history), { m: 0, y: 1, x2: 0, x1: 0, a: 0, base: 0 });
  const { edges, lanes: count } = layout(history);
  assert.equal(count, 2);
  assert.deepEqual(edges.filter(({ to }) => to === 4).map(({ from, lane }) => [from, lane]).sort(), [[1, 1], [3, 0]].sort());
});

test('heads, bases of their own, what is needed besides, and what is in no file', () => {
  const history = [revision('b2', ['b1'], ['a1']), revision('a2', ['a1', 'gone']), revision('b1'), revision('a1')];
  const { edges, lanes: count } = layout(history);
  assert.deepEqual(edges.filter(({ needs }) => needs).map(({ from, to }) => [from, to]), [[0, 3]]);
  assert.equal(edges.length, 3);
  assert.ok(count <= 3);
  // Two revisions of one row never share a place, and no line runs through a revision that it does not concern.
  const { places } = layout(history);
  for (const { from, to, lane } of edges) {
    for (let row = from + 1; row < to; row += 1) assert.notEqual(places[row]?.lane, lane, `${from} to ${to} runs through ${places[row]?.id}`);
  }
});

/** Random histories: each line runs down a lane that is free between its ends. */
test('no line runs through a revision', () => {
  let seed = 7;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  for (let round = 0; round < 200; round += 1) {
    const size = 2 + random(30);
    const history = Array.from({ length: size }, (_, index) => {
      const older = size - index - 1;
      const some = (most) => (older === 0 ? [] : [...new Set(Array.from({ length: random(most + 1) }, () => `r${index + 1 + random(older)}`))]);
      return revision(`r${index}`, some(2), random(5) === 0 ? some(1) : []);
    });
    const { places, edges } = layout(history);
    for (const { from, to, lane } of edges) {
      for (let row = from + 1; row < to; row += 1) assert.notEqual(places[row]?.lane, lane, JSON.stringify(history));
    }
  }
});
