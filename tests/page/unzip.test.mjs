// A file out of an archive.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { unzip } from '../../www/js/unzip.js';
import { zip } from '../../www/js/zip.js';
import { open, start } from './browser.mjs';

const project = fileURLToPath(new URL('../../www/sample/half_applied/project/', import.meta.url));
const REVISION = 'alembic/versions/b3d84f6e1c95_order_status.py';

/** What Python's zipfile makes of the project, with a comment behind it. */
async function archive() {
  const path = join(await mkdtemp(join(tmpdir(), 'restamp-')), 'repo.zip');
  const program = `
import pathlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(pathlib.Path(sys.argv[2]).rglob("*")):
        archive.write(path, path.relative_to(sys.argv[2]))
    archive.writestr("größe.txt", "naïve")
    archive.comment = b"a comment"`;
  execFileSync(process.env.RESTAMP_PYTHON ?? 'python3', ['-c', program, path, project]);
  return path;
}

test('what is packed and what is stored', async () => {
  const packed = new Blob([await readFile(await archive())]);
  assert.equal(await unzip(packed, REVISION), await readFile(join(project, REVISION), 'utf8'));
  assert.equal(await unzip(packed, 'größe.txt'), 'naïve');
  assert.equal(await unzip(packed, 'alembic/versions/none.py'), null);
  assert.equal(await unzip(zip('a', [{ name: 'b.py', text: 'stored' }]), 'a/b.py'), 'stored');
});

test('what is no archive, or is cut off, gives nothing and ends', async () => {
  const bytes = await readFile(await archive());
  for (const blob of [new Blob([]), new Blob(['PK']), new Blob([bytes.subarray(0, 900)]), new Blob([bytes.subarray(500)])]) {
    assert.equal(await unzip(blob, REVISION).catch(() => null), null);
  }
});

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

test('a revision in a zip opens to its source, too', async () => {
  const { page, faults } = await open(web);
  await page.setInputFiles('#files-input', await archive());
  await page.setInputFiles('#dump-input', join(project, '..', 'dump.sql'));
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.waitForSelector('#verdict');
  await page.locator('.history summary', { hasText: 'b3d84f6e1c95' }).click();
  await page.locator('.source .row', { hasText: 'autocommit_block' }).waitFor();
  assert.deepEqual(faults, []);
});
