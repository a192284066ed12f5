// Every script that the scenarios and the samples get, read by the grammar of PostgreSQL itself, of each version that there is.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as v13 from 'libpg-query-13';
import * as v15 from 'libpg-query-15';
import * as v16 from 'libpg-query-16';
import * as v17 from 'libpg-query-17';
import * as v18 from 'libpg-query-18';
import { load } from '../../scripts/rehearse.mjs';
import { names, scenario } from './recorded.mjs';
import { bytes } from './server.mjs';

const GRAMMARS = { 13: v13, 15: v15, 16: v16, 17: v17, 18: v18 };
const library = await load();
for (const grammar of Object.values(GRAMMARS)) await grammar.loadModule();

/** What a grammar does not take. */
function objections(scripts) {
  return scripts.flatMap(({ name, text }) => Object.entries(GRAMMARS).flatMap(([version, { parseSync }]) => {
    try {
      parseSync(text);
      return [];
    } catch (error) {
      return [`${name} on ${version}: ${error.message}`];
    }
  }));
}

/** All SQL files of all plans, with every option that changes them. */
function scripts(input) {
  return [{}, { concurrently: true, lock_timeout: '2s' }].flatMap((more) => {
    const report = library.analyze({ ...input, options: { ...input.options, ...more } }, () => {});
    return report.plans.flatMap((plan, index) => library.files(report, index)).concat(report.check_sql === '' ? [] : [{ name: 'check.sql', text: report.check_sql }])
      .filter(({ name }) => name.endsWith('.sql'));
  });
}

test('the grammars object to what is no SQL, and 13 to what came later', () => {
  assert.equal(objections([{ name: 'x', text: 'SELEC 1' }]).length, 5);
  assert.deepEqual(objections([{ name: 'x', text: 'CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT' }]).map((one) => one.slice(0, 7)), ['x on 13']);
});

test('scripts of the scenarios', async (t) => {
  let count = 0;
  for (const name of names) {
    const all = scripts(await scenario(name));
    count += all.length;
    assert.deepEqual(objections(all), [], name);
    // Bodies in PL/pgSQL, too: nobody else reads them before they run.
    for (const { name: file, text } of all) assert.doesNotThrow(() => v18.parsePlPgSQLSync(text), `${name} ${file}`);
  }
  t.diagnostic(`${count} scripts`);
  assert.ok(count > 100);
});

test('scripts of the samples, and the snapshot', async () => {
  const all = [{ name: 'snapshot.sql', text: library.snapshot_sql() }];
  for (const name of ['', 'half_applied/', 'several_heads/']) {
    const sample = JSON.parse(await readFile(new URL(`../../www/sample/${name}sample.json`, import.meta.url), 'utf8'));
    all.push(...scripts({ files: Object.entries(sample.files).map(([path, text]) => ({ path, bytes: bytes(text) })), dump: { path: 'dump.sql', bytes: bytes(sample.dump) }, options: {} }));
  }
  assert.ok(all.length > 15);
  assert.deepEqual(objections(all), []);
});
