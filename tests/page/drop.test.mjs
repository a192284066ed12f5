// Folders and files that come from a file manager by drag and drop, as Chromium hands them to the page. Synthetic drops of
// `new DataTransfer()` have no folders, so the browser itself is told to drop (DevTools protocol, `Input.dispatchDragEvent`);
// Firefox's protocol has no such word.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { FIREFOX, open, start } from './browser.mjs';
import { report } from './report.mjs';

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

/** An engine that says what it was given. */
const ECHO = `(input) => {
  const report = ${JSON.stringify(report())};
  report.verdict.facts = [...input.files.map((file) => file.path), 'dump ' + (input.dump && input.dump.path)];
  return report;
}`;

/** Makes files in a new folder, and gives its path. */
async function folder(files) {
  const root = await mkdtemp(join(tmpdir(), 'restamp-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

/** Drops files and folders of the disk onto an element. */
async function drop(page, selector, paths) {
  const element = page.locator(selector);
  await element.scrollIntoViewIfNeeded();
  const box = await element.boundingBox();
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) await session.send('Input.dispatchDragEvent', { type, data, ...at });
}

async function answer(page) {
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.waitForSelector('#verdict');
  return page.locator('.facts li').allTextContents();
}

const revisions = (count) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`shop/migrations/versions/r${String(n).padStart(4, '0')}.py`, `revision = '${n}'`]));

test('a whole repository is dropped: all of its revisions, and nothing that no migration reads', { skip: FIREFOX }, async () => {
  const root = await folder({
    ...revisions(250),
    'shop/alembic.ini': '[alembic]',
    'shop/.git/hooks/x.py': 'no',
    'shop/node_modules/x/b.py': 'no',
    'shop/src/.venv/lib/c.py': 'no',
    'shop/logo.png': 'no',
  });
  const { page, faults } = await open(web, { engine: ECHO });
  await drop(page, '#project-zone', [join(root, 'shop')]);
  await page.getByText('251 files').waitFor();
  const given = await answer(page);
  assert.equal(given.length, 252);
  assert.equal(given[0], 'shop/alembic.ini');
  assert.equal(given[250], 'shop/migrations/versions/r0249.py');
  assert.deepEqual(faults, []);
});

test('a folder of versions and a dump, dropped one after the other anywhere on the page', { skip: FIREFOX }, async () => {
  const root = await folder({ ...revisions(2), 'prod.sql.gz': 'no gzip' });
  const { page, faults } = await open(web, { engine: ECHO });
  await drop(page, 'h1', [join(root, 'shop/migrations/versions')]);
  await page.getByText('2 files').waitFor();
  await drop(page, 'h1', [join(root, 'prod.sql.gz')]);
  await page.locator('#dump-taken').getByText('prod.sql.gz').waitFor();
  assert.deepEqual(await answer(page), ['versions/r0000.py', 'versions/r0001.py', 'dump prod.sql.gz']);
  assert.deepEqual(faults, []);
});

test('a folder of pg_dump -Fd is dropped', { skip: FIREFOX }, async () => {
  const root = await folder({ 'nightly/toc.dat': 'PGDMP', 'nightly/3012.dat.gz': 'rows', ...revisions(1) });
  const { page, faults } = await open(web, { engine: ECHO });
  await drop(page, '#project-zone', [join(root, 'shop')]);
  await drop(page, '#database-zone', [join(root, 'nightly')]);
  await page.locator('#dump-taken').getByText('nightly').waitFor();
  assert.match((await answer(page)).at(-1), /^dump nightly/);
  assert.deepEqual(faults, []);
});

test('revisions without their folder are dropped as files', { skip: FIREFOX }, async () => {
  const root = await folder({ ...revisions(3), 'shop/migrations/versions/README': 'no' });
  const { page, faults } = await open(web, { engine: ECHO });
  const at = join(root, 'shop/migrations/versions');
  await drop(page, '#project-zone', ['r0000.py', 'r0001.py', 'r0002.py', 'README'].map((name) => join(at, name)));
  await page.getByText('3 files').waitFor();
  assert.deepEqual(await answer(page), ['r0000.py', 'r0001.py', 'r0002.py', 'dump null']);
  assert.deepEqual(faults, []);
});
