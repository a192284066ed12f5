// The snapshot, as the page hands it over and hands it in.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { analyze, initSync, snapshot_py, snapshot_sql } from '../../pkg/restamp.js';

const root = new URL('../../', import.meta.url);
initSync({ module: await readFile(new URL('pkg/restamp_bg.wasm', root)) });
const fixture = (name) => readFile(new URL(`tests/fixtures/snapshots/${name}`, root));
const text = "revision = 'a1'\ndown_revision = None\n\n\ndef upgrade():\n    pass\n";
const files = [{ path: 'versions/a1.py', bytes: new TextEncoder().encode(text) }];

/** What is said of a dump. */
function said(bytes) {
  const report = analyze({ files, dump: { path: 'dump', bytes: new Uint8Array(bytes) }, options: { no_plans: true } }, () => {});
  return { located: report.located, tables: report.database.tables, objects: report.database.objects, drift: report.drift };
}

test('the SELECT and the program', async () => {
  assert.equal(snapshot_sql(), await readFile(new URL('src/sql/snapshot/snapshot.sql', root), 'utf8'));
  assert.ok(snapshot_py().includes(snapshot_sql().trimEnd().slice(0, -1)) && snapshot_py().includes('create_engine'));
});

test('a snapshot says what the dump says, packed, unpacked and as a cell', async () => {
  const dump = said(await fixture('objects-18.sql.gz'));
  assert.ok(dump.objects > 250);
  const packed = await fixture('objects-18.json.gz');
  const value = gunzipSync(packed).toString();
  for (const bytes of [packed, Buffer.from(value), Buffer.from(`snapshot\n"${value.trim().replaceAll('"', '""')}"\n`)]) assert.deepEqual(said(bytes), dump);
});
