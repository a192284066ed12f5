// Dumps in pg_dump's own formats, as the page hands them over.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { analyze, initSync } from '../../pkg/restamp.js';
import { directory, isPart } from '../../www/js/directory.js';

const root = new URL('../../', import.meta.url);
initSync({ module: await readFile(new URL('pkg/restamp_bg.wasm', root)) });
const fixture = (name) => fileURLToPath(new URL(`tests/fixtures/archives/${name}`, root));

/** What is said of a dump. */
function said(path, bytes) {
  const revision = "revision = 'ae10'\ndown_revision = None\n\n\ndef upgrade():\n    pass\n";
  const files = [{ path: 'versions/a.py', bytes: new TextEncoder().encode(revision) }];
  const report = analyze({ files, dump: { path, bytes: new Uint8Array(bytes) }, options: { no_plans: true } }, () => {});
  return { stamped: report.stamped?.revisions, database: report.database, located: report.located, said: report.diagnostics.map((one) => one.code) };
}

test('custom, tar, and compressed archives say what the text says', async () => {
  const text = said('few-16.sql', await readFile(fixture('few-16.sql')));
  assert.deepEqual(text.stamped, ['ae10']);
  for (const name of ['few-16-pipe.dump', 'few-16-stored.dump', 'few-16.tar', 'few-16.zip', 'few-16.dir.tar.gz', 'few-16.base64']) {
    assert.deepEqual(said(name, await readFile(fixture(name))), text, name);
  }
});

test('a folder of the directory format becomes one file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'restamp-'));
  execFileSync('tar', ['-xzf', fixture('few-16.dir.tar.gz'), '-C', folder]);
  const names = await readdir(join(folder, '16.dir'));
  const files = await Promise.all(names.map(async (name) => ({ path: `16.dir/${name}`, blob: new Blob([await readFile(join(folder, '16.dir', name))]) })));
  assert.ok(isPart('16.dir/toc.dat') && !isPart('16.dir/blobs.toc'));
  const dump = directory([...files, { path: 'other/readme.md', blob: new Blob(['x']) }]);
  assert.equal(dump?.path, '16.dir/');
  assert.deepEqual(said('16.dir/', await dump.blob.arrayBuffer()), said('few-16.sql', await readFile(fixture('few-16.sql'))));
  assert.equal(directory([{ path: 'a.sql', blob: new Blob(['x']) }]), null);
});
