// Words by kind.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { languageOf, tokens } from '../../www/js/tokens.js';

const kinds = (text, language) => tokens(text, language).filter(({ kind }) => kind !== '').map(({ kind, text: part }) => `${kind} ${part}`);

test('SQL: comments, strings, numbers and keywords; a quoted name is none of them', () => {
  assert.deepEqual(kinds("ALTER TABLE \"select\" ADD a int DEFAULT 12; -- it's\nSELECT 'it''s -- no' /* x\ny */", 'sql'), [
    'keyword ALTER', 'keyword TABLE', 'keyword ADD', 'keyword DEFAULT', 'number 12', "comment -- it's", 'keyword SELECT', "string 'it''s -- no'", 'comment /* x\ny */',
  ]);
});

test('SQL in dollar quotes is SQL', () => {
  assert.deepEqual(kinds('DO $restamp$\nBEGIN NULL; END $restamp$', 'sql'), ['keyword DO', 'string $restamp$', 'keyword BEGIN', 'keyword NULL', 'keyword END', 'string $restamp$']);
});

test('Python: strings with their prefixes, three quotes, and no keyword inside of a name', () => {
  assert.deepEqual(kinds('def fine(x):  # if\n    return rf"a \\" b" + """in\n"""', 'python'), ['keyword def', 'comment # if', 'keyword return', 'string rf"a \\" b"', 'string """in\n"""']);
  assert.deepEqual(kinds('information = 1', 'python'), ['number 1']);
});

test('the parts make up the text, also of what is broken', async () => {
  const dump = await readFile(new URL('../../www/sample/dump.sql', import.meta.url), 'utf8');
  for (const text of [dump, "'open", '"""', '/* open', '$a$ b', '', '‮\u0000']) {
    for (const language of /** @type {const} */ (['sql', 'python', ''])) assert.equal(tokens(text, language).map((token) => token.text).join(''), text);
  }
  assert.deepEqual(['fix.sql', 'apply.py', 'report.md'].map(languageOf), ['sql', 'python', '']);
});
