// The archive, read back by a reader that is not ours.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { zip } from '../../www/js/zip.js';
import { start } from './browser.mjs';
import { report } from './report.mjs';
import { shown } from './shown.mjs';

/** Python's zipfile checks each checksum, and says what it has read. */
function read(path) {
  const program = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps([[info.filename, archive.read(info).decode(), list(info.date_time), oct(info.external_attr >> 16)] for info in archive.infolist()]))`;
  return JSON.parse(execFileSync(process.env.RESTAMP_PYTHON ?? 'python3', ['-c', program, path], { encoding: 'utf8' }));
}

const FILES = [
  { name: 'fix.sql', text: 'BEGIN;\nALTER TABLE "naïve \u{1F4A5}" ADD COLUMN a int;\nCOMMIT;\n' },
  { name: 'leer.txt', text: '' },
  { name: 'größe.txt', text: 'x'.repeat(200_000) },
];

test('another program reads what was written, names and checksums too', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'restamp-')), 'a.zip');
  await writeFile(path, Buffer.from(await zip('restamp-a1', FILES).arrayBuffer()));
  assert.deepEqual(read(path), FILES.map(({ name, text }) => [`restamp-a1/${name}`, text, [1980, 1, 1, 0, 0, 0], '0o100644']));
});

test('an archive without files is one', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'restamp-')), 'a.zip');
  await writeFile(path, Buffer.from(await zip('x', []).arrayBuffer()));
  assert.deepEqual(read(path), []);
});

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

test('a plan is taken as one archive, and twice it has the same bytes', async () => {
  const { page, faults } = await shown(web, report());
  const take = async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download all (.zip)' }).first().click()]);
    return { name: download.suggestedFilename(), path: await download.path() };
  };
  const [one, two] = [await take(), await take()];
  assert.equal(one.name, 'restamp-repair-91d3c7a5e0f4.zip');
  assert.deepEqual(await readFile(one.path), await readFile(two.path));
  const [fix, whole, ...others] = read(one.path).map(([name, text]) => [name, text]);
  assert.deepEqual(fix, ['restamp-repair-91d3c7a5e0f4/fix.sql', report().plans[0]?.fix_sql]);
  // The report goes with each plan.
  assert.equal(whole?.[0], 'restamp-repair-91d3c7a5e0f4/report.json');
  assert.deepEqual(JSON.parse(whole?.[1]).plans, report().plans);
  assert.deepEqual(others, []);
  assert.deepEqual(faults, []);
});
