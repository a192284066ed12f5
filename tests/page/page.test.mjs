// What the page does around the engine: handing over files, drawing an answer, saving, cancelling, and keeping to itself.
// The engine of these tests is a few lines, so that each can make it answer, hang or fail as it likes.

import assert from 'node:assert/strict';
import { mkdtemp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FIREFOX, open, openAll, start } from './browser.mjs';
import { report } from './report.mjs';

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

/** An engine that answers with the report, its facts being what it was given. */
const ECHO = `(input, progress) => {
  const text = (file) => file && file.path + ' = ' + new TextDecoder().decode(file.bytes);
  progress({ stage: 'locating', done: 1, total: 2 });
  const report = ${JSON.stringify(report())};
  report.verdict.facts = [...input.files.map(text), 'dump ' + text(input.dump), 'rows ' + text(input.version_dump), 'log ' + text(input.log),
    'stamped ' + JSON.stringify(input.stamped), JSON.stringify(input.options), 'answers ' + text(input.answers)];
  return report;
}`;

const facts = (page) => page.locator('.facts li').allTextContents();
const done = (page) => page.waitForSelector('#verdict');

test('the sample gives a verdict, takes the focus, and nothing leaves localhost', async () => {
  const { page, faults } = await open(web, { engine: ECHO });
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await done(page);
  assert.match(await page.textContent('#verdict'), /^91d3c7a5e0f4 is partly there/);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'verdict');
  const given = await facts(page);
  assert.equal(given.filter((fact) => fact.startsWith('project/migrations/versions/')).length, 5);
  assert.ok(given.some((fact) => fact.startsWith('dump dump.sql = --\n-- PostgreSQL database dump')));
  assert.ok(given.some((fact) => fact.startsWith('log pasted = ==> Running')));
  assert.equal(await page.textContent('#status'), 'Done.');
  assert.deepEqual(faults, []);
});

test('a folder and a dump are handed over with their paths, and what no migration reads is left out', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'restamp-')), 'shop');
  await mkdir(join(folder, 'migrations', 'versions'), { recursive: true });
  await mkdir(join(folder, 'node_modules', 'x'), { recursive: true });
  await writeFile(join(folder, 'migrations', 'versions', 'a.py'), "revision = 'a'");
  await writeFile(join(folder, 'node_modules', 'x', 'b.py'), 'no');
  await writeFile(join(folder, 'logo.png'), 'no');
  await writeFile(join(folder, 'alembic.ini'), '[alembic]');
  const { page, faults } = await open(web, { engine: ECHO });
  await page.setInputFiles('#folder-input', folder);
  await page.setInputFiles('#dump-input', { name: 'prod.dump', mimeType: '', buffer: Buffer.from('PGDMP') });
  assert.match(await page.textContent('#project-taken'), /shop\/ 2 files/);
  await page.getByRole('button', { name: 'See where it is' }).click();
  await done(page);
  const given = await facts(page);
  assert.deepEqual(given.slice(0, 2).sort(), ['shop/alembic.ini = [alembic]', "shop/migrations/versions/a.py = revision = 'a'"]);
  assert.ok(given.includes('dump prod.dump = PGDMP'));
  assert.deepEqual(faults, []);
});

test('a zip, pasted text, rows and options are handed over', async () => {
  const { page, faults } = await open(web, { engine: ECHO });
  await page.setInputFiles('#files-input', { name: 'repo.zip', mimeType: 'application/zip', buffer: Buffer.from('PK') });
  await page.fill('#dump-text', 'CREATE TABLE x ();');
  for (const title of ['Version rows, when the dump has none', 'Only have the error? Paste the deploy log.', 'Options']) {
    await page.getByText(title).click();
  }
  await page.fill('#version-text', 'abc (head)');
  await page.fill('#log-text', 'Running upgrade');
  await page.getByText('printed, once you have run it').click();
  await page.fill('#answers-text', 'restamp-answer 1 = 0');
  await page.fill('#target', ' def ');
  await page.fill('#schema', 'tenant_1');
  await page.fill('#version-table', 'shop_version');
  await page.fill('#source-roots', 'src\n\nlib');
  await page.check('#no-rows');
  await page.getByRole('button', { name: 'See where it is' }).click();
  await done(page);
  const given = await facts(page);
  assert.deepEqual(given.slice(0, 5), ['repo.zip = PK', 'dump pasted = CREATE TABLE x ();', 'rows pasted = abc (head)', 'log pasted = Running upgrade', 'stamped []']);
  const options = JSON.parse(given[5] ?? '');
  assert.deepEqual([options.target, options.source_roots, options.role], ['def', ['src', 'lib'], null]);
  assert.deepEqual([options.schema, options.version_table], ['tenant_1', 'shop_version']);
  assert.equal(given[6], 'answers pasted = restamp-answer 1 = 0');
  assert.deepEqual(faults, []);
});

test('a drop on the page is a dump or a project by its name', async () => {
  const { page, faults } = await open(web, { engine: ECHO });
  const drop = (selector, name, text) => page.evaluate(([selector, name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text ?? ''], name ?? ''));
    document.querySelector(selector ?? '')?.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }, [selector, name, text]);
  await drop('footer', 'prod.sql', 'CREATE TABLE x ();');
  await drop('#project-zone', 'a.py', "revision = 'a'");
  await page.waitForFunction(() => document.querySelectorAll('.taken p').length === 2);
  await page.getByRole('button', { name: 'See where it is' }).click();
  await done(page);
  assert.deepEqual((await facts(page)).slice(0, 2), ["a.py = revision = 'a'", 'dump prod.sql = CREATE TABLE x ();']);
  assert.deepEqual(faults, []);
});

test('names that look like markup are text', async () => {
  const { page, faults } = await open(web, { engine: `() => (${JSON.stringify(report())})` });
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await done(page);
  await openAll(page);
  assert.equal(await page.locator('#results img').count(), 0);
  assert.ok((await page.textContent('#results'))?.includes('<img src=x onerror='));
  assert.equal(await page.title(), 'Restamp: know before you stamp');
  assert.deepEqual(faults, []);
});

test('a file is shown, copied and saved as it is', async () => {
  const { page, faults } = await open(web, { engine: ECHO });
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await done(page);
  const expected = report().plans[0]?.fix_sql;
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save fix.sql' }).first().click()]);
  assert.equal(download.suggestedFilename(), 'fix.sql');
  assert.equal(await readFile(await download.path(), 'utf8'), expected);
  await page.getByRole('button', { name: 'Copy fix.sql' }).first().click();
  await page.getByText('Copied').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), expected);
  await page.locator('.files summary', { hasText: 'fix.sql' }).first().click();
  // The text is put in when the browser tells that the file was opened, a moment after the click.
  await page.locator('.files pre', { hasText: 'COMMIT' }).first().waitFor();
  assert.equal(await page.locator('.files pre').first().textContent(), expected);
  assert.deepEqual(faults, []);
});

test('cancel ends an analysis that never would, without a network too', async () => {
  const engine = `(input) => { if (input.log) for (;;); return (${ECHO})(input, () => {}); }`;
  const { page, context, faults } = await open(web, { engine });
  await page.setInputFiles('#files-input', { name: 'a.py', mimeType: '', buffer: Buffer.from('') });
  await page.getByText('Only have the error? Paste the deploy log.').click();
  await page.fill('#log-text', 'x');
  await page.waitForLoadState('networkidle');
  await context.setOffline(true);
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Cancelled.').waitFor();
  assert.equal(await page.locator('#verdict').count(), 0);
  await page.fill('#log-text', '');
  await page.getByRole('button', { name: 'See where it is' }).click();
  await done(page);
  assert.deepEqual(faults.filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED')), []);
});

test('a panic is said, and the next analysis works', async () => {
  const engine = `(input) => {
    if (input.log) throw Object.assign(new Error('index out of bounds'), { name: 'RestampPanic' });
    return (${ECHO})(input, () => {});
  }`;
  const { page, faults } = await open(web, { engine });
  await page.setInputFiles('#files-input', { name: 'a.py', mimeType: '', buffer: Buffer.from('') });
  await page.getByText('Only have the error? Paste the deploy log.').click();
  await page.fill('#log-text', 'x');
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.getByText('a fault of Restamp, not of your files: index out of bounds').waitFor();
  await page.fill('#log-text', '');
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.waitForSelector('.facts');
  assert.deepEqual(faults, []);
});

test('neither the page nor its worker can reach another origin', async () => {
  let reached = 0;
  const other = createServer((_, response) => { reached += 1; response.setHeader('Access-Control-Allow-Origin', '*').end('x'); });
  await new Promise((resolve) => other.listen(0, '127.0.0.1', () => resolve(null)));
  const url = `http://127.0.0.1:${/** @type {any} */ (other.address()).port}/`;
  const engine = `() => {
    const report = ${JSON.stringify(report())};
    const request = new XMLHttpRequest();
    try { request.open('GET', '${url}', false); request.send(); report.verdict.facts = ['reached']; }
    catch { report.verdict.facts = ['refused']; }
    return report;
  }`;
  const { page } = await open(web, { engine });
  assert.equal(await page.evaluate((url) => fetch(url).then(() => 'reached', () => 'refused'), url), 'refused');
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await done(page);
  assert.deepEqual(await facts(page), ['refused']);
  assert.equal(reached, 0);
  other.close();
});

test('text cannot become markup or script by mistake', async () => {
  const { page } = await open(web, { engine: ECHO });
  const outcome = await page.evaluate(() => {
    try { document.body.innerHTML = '<b>x</b>'; return 'taken'; } catch (error) { return error instanceof Error ? error.name : ''; }
  });
  assert.equal(outcome, 'TypeError');
});

test('where the browser has no Trusted Types the page does the same', { skip: !FIREFOX && 'only Firefox can be told to have none' }, async () => {
  const { page, faults } = await open(web, { engine: ECHO, trustedTypes: false });
  assert.equal(await page.evaluate(() => typeof globalThis.trustedTypes), 'undefined');
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await done(page);
  assert.deepEqual(faults, []);
});

test('the keyboard is enough', async () => {
  const { page } = await open(web, { engine: ECHO });
  for (let count = 0; count < 40; count += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement?.id === 'sample')) break;
  }
  await page.keyboard.press('Enter');
  await done(page);
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => document.activeElement?.closest('#results') !== null));
});

for (const [name, options] of /** @type {Array<[string, any]>} */ ([['phone', { viewport: { width: 360, height: 740 } }], ['laptop', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }]])) {
  test(`nothing is wider than a ${name}`, async () => {
    const { page } = await open(web, { engine: ECHO, ...options });
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await done(page);
    await openAll(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    // Nor is the ground of a name left behind where its line ends.
    const slivers = await page.evaluate(() => [...document.querySelectorAll('code')].filter((code) => (
      [...code.getClientRects()].some(({ width }) => width < 6))).map((code) => code.textContent));
    assert.deepEqual(slivers, []);
  });
}

test('a long history is folded, but for what matters', async () => {
  const long = report();
  const [first] = long.revisions;
  long.revisions = Array.from({ length: 400 }, (_, index) => ({
    ...first, id: `r${index}`, evidence: [], verdict: index < 300 ? (index % 7 === 3 ? 'no_trace' : 'applied') : 'absent',
  }));
  long.located = { revisions: ['r299'], exact: true, same_schema: [], may_be: [] };
  long.prediction.revision = 'r300';
  const { page, faults } = await open(web, { engine: `() => (${JSON.stringify(long)})` });
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await done(page);
  const lines = (await page.locator('.history > li').allInnerTexts()).map((line) => line.replace(/\s+/g, ' ').trim());
  assert.deepEqual(lines.map((line) => line.replace('Candidate details ', '')), [
    '○ 99 revisions not applied', '○ r300 not applied the upgrade fails here', '● r299 applied the schema is here',
    '● 256 revisions applied, 43 without a trace',
  ]);
  await page.locator('.fold summary').last().click();
  await page.locator('.fold li').nth(298).waitFor();
  assert.deepEqual(faults, []);
});

test('without files the page says what it needs', async () => {
  const { page } = await open(web, { engine: ECHO });
  await page.getByRole('button', { name: 'See where it is' }).click();
  assert.equal(await page.textContent('#status'), 'Choose your migrations first.');
});

test('the history as a picture: the keyboard, a search, a revision that opens, and two thousand of them', async () => {
  const long = report();
  const [first] = long.revisions;
  long.revisions = Array.from({ length: 2000 }, (_, index) => ({
    ...first, id: `r${index}`, title: index === 7 ? '<img src=x onerror=alert(1)>' : `Step ${index}`, verdict: index < 1500 ? 'applied' : 'absent',
    down: index === 0 ? [] : index % 100 === 50 ? [`r${index - 1}`, `r${index - 20}`] : [`r${index - 1}`], depends_on: [],
  }));
  long.located = { revisions: ['r1499'], exact: true, same_schema: [], may_be: [] };
  const { page, faults } = await open(web, { engine: `() => (${JSON.stringify(long)})` });
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await done(page);
  await page.getByText('As a picture').click();
  const list = page.getByRole('listbox', { name: 'Revisions, newest first' });
  const chosen = () => page.locator('.picture [aria-selected="true"] .id').textContent();
  await page.waitForSelector('.picture [aria-selected="true"]');
  assert.equal(await page.locator('.picture .node').count(), 2000);
  assert.equal(await chosen(), 'r1499');
  assert.match(await page.locator('.picture [aria-selected="true"]').textContent(), /applied · the schema is here/);
  await list.focus();
  for (const key of ['ArrowUp', 'ArrowUp', 'ArrowDown']) await page.keyboard.press(key);
  assert.equal(await chosen(), 'r1500');
  await page.keyboard.press('Enter');
  assert.match(await page.locator('.picture .opened').textContent(), /^r1500 Step 1500/);
  await page.keyboard.press('End');
  assert.equal(await chosen(), 'r0');
  await page.getByRole('searchbox', { name: 'Find a revision' }).fill('onerror');
  assert.equal(await chosen(), 'r7');
  assert.equal(await page.locator('.picture [role=status]').textContent(), '1 revision');
  await page.keyboard.press('Enter');
  assert.match(await page.locator('.picture .opened').textContent(), /^r7 <img src=x onerror=alert\(1\)>/);
  assert.equal(await page.locator('.picture img').count(), 0);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  assert.deepEqual(faults, []);
});
