// The page with the real engine, from end to end.

import assert from 'node:assert/strict';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { open, start } from './browser.mjs';

const sample = fileURLToPath(new URL('../../www/sample/', import.meta.url));

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

/** What the results must say of the founding case. */
async function check(page) {
  await page.waitForSelector('#verdict');
  const text = (await page.innerText('#results')).replaceAll('\u00a0', ' ');
  for (const words of ['42701', 'column "expected_wage" of relation "candidate" already exists', '4b8e1f60a2c9_candidate_details.py:17', 'linkedin_url', 'salary_from', '91d3c7a5e0f4']) {
    assert.ok(text.includes(words), `${words} is not in\n${text}`);
  }
}

test('the sample', async () => {
  const { page, faults } = await open(web);
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await check(page);
  const folder = await mkdtemp(join(tmpdir(), 'restamp-'));
  for (const name of ['fix.sql', 'stamp.sql', 'verify.sql', 'undo.sql', 'commands.txt', 'report.md', 'report.html', 'report.json']) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: `Save ${name}` }).first().click()]);
    assert.equal(download.suggestedFilename(), name);
    await download.saveAs(join(folder, name));
  }
  const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
  assert.equal(await readFile(join(folder, 'fix.sql'), 'utf8'), report.plans[0].fix_sql);
  assert.deepEqual(faults, []);
});

test('the same as a folder, a dump and a log that a user hands in', async () => {
  const { page, faults } = await open(web);
  await page.setInputFiles('#folder-input', join(sample, 'project'));
  await page.setInputFiles('#dump-input', join(sample, 'dump.sql'));
  await page.getByRole('button', { name: 'See where it is' }).click();
  await check(page);
  assert.deepEqual(faults, []);
});

test('the log alone helps', async () => {
  const { page, faults } = await open(web);
  await page.setInputFiles('#folder-input', join(sample, 'project'));
  await page.getByText('Only have the error? Paste the deploy log.').click();
  await page.fill('#log-text', await readFile(join(sample, 'deploy.log'), 'utf8'));
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.waitForSelector('#verdict');
  const text = await page.innerText('#results');
  for (const words of ['42701', '4b8e1f60a2c9', 'Next:']) assert.ok(text.includes(words), `${words} is not in\n${text}`);
  assert.deepEqual(faults, []);
});

test('what check.sql printed makes the verdict definite', async () => {
  const { page, faults } = await open(web);
  /** A revision of one statement. */
  const revision = (id, down, statement) => ({
    name: `${id}.py`,
    mimeType: '',
    buffer: Buffer.from(`from alembic import op\nrevision = '${id}'\ndown_revision = ${down}\ndef upgrade():\n    op.execute("${statement}")\n`),
  });
  await page.setInputFiles('#files-input', [
    revision('a1', 'None', 'CREATE TABLE t (id int, a text)'),
    revision('a2', "'a1'", 'ALTER TABLE t ALTER a SET NOT NULL'),
  ]);
  await page.fill('#dump-text', 'CREATE TABLE public.t (id integer, a text);');
  await page.getByText('Version rows, when the dump has none').click();
  await page.fill('#version-text', 'a1');
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.getByText('t.a holds no NULL').first().waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save check.sql' }).first().click()]);
  const question = /restamp-answer [0-9a-f]{16}/.exec(await readFile(await download.path(), 'utf8'));
  await page.getByText('printed, once you have run it').click();
  await page.fill('#answers-text', `${question?.[0]} = 3`);
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.getByText('column "a" of relation "t" contains null values').first().waitFor();
  assert.deepEqual(faults, []);
});

/** @type {Array<{ button: string, situation: string, verdict: RegExp, plan: RegExp | null, words: string[] }>} */
const SITUATIONS = [
  { button: 'Try the sample', situation: 'Partly there', verdict: /nearest to 91d3c7a5e0f4/, plan: /^Repair and stamp 91d3c7a5e0f4, then upgrade$/, words: ['42701', 'linkedin_url'] },
  { button: 'Half-applied revision', situation: 'Partly there', verdict: /b3d84f6e1c95/, plan: /^Repair and stamp b3d84f6e1c95, then upgrade$/, words: ['42701', 'column "status" of relation "orders" already exists', 'ck_orders_total', 'phone'] },
  { button: 'Several heads', situation: 'Several heads', verdict: /end in 2 heads: 8e62c4f1a07b and c917d3a5b26e\.\s+The database is on 8e62c4f1a07b/, plan: null, words: ['Multiple head revisions are present'] },
];

for (const { button, situation, verdict, plan, words } of SITUATIONS) {
  test(`${button}: the situation, the way home and what it is about`, async () => {
    const { page, faults } = await open(web);
    await page.getByRole('button', { name: button }).click();
    await page.waitForSelector('#verdict');
    assert.equal(await page.textContent('.situation'), situation);
    assert.match(await page.innerText('#verdict'), verdict);
    if (plan === null) assert.equal(await page.locator('.plan.recommended').count(), 0);
    else assert.match((await page.innerText('.plan.recommended h4')).trim(), plan);
    const text = await page.innerText('#results');
    for (const word of words) assert.ok(text.includes(word), `${word} is not in\n${text}`);
    assert.deepEqual(faults, []);
  });
}

test('of several heads the page shows what `upgrade heads` would do', async () => {
  const { page, faults } = await open(web);
  await page.getByRole('button', { name: 'Several heads' }).click();
  await page.getByRole('button', { name: 'See what alembic upgrade heads would do' }).click();
  await page.getByText('which should succeed').waitFor();
  assert.match(await page.innerText('.plan.recommended .steps'), /alembic upgrade heads/);
  assert.deepEqual(faults, []);
});

test('a revision opens to its source, and under each line is what the dump shows of it', async () => {
  const { page, faults } = await open(web);
  await page.getByRole('button', { name: 'Half-applied revision' }).click();
  await page.locator('.history summary', { hasText: 'b3d84f6e1c95' }).click();
  const source = page.getByRole('group', { name: /Source of .*b3d84f6e1c95_order_status\.py/ });
  const rows = await source.locator('.row').allTextContents();
  const below = (/** @type {string} */ text) => rows.slice(rows.findIndex((row) => row.includes(text)) + 1).findIndex((row) => !/there: /.test(row));
  assert.match(rows[0] ?? '', /15def upgrade\(\):/);
  assert.deepEqual(rows.filter((row) => /there: /.test(row)).map((row) => row.replace(/\s+/g, ' ').trim()), [
    '● there: add column orders.status', '● there: add default orders.status', '● there: add index orders.ix_orders_customer_id',
    '○ not there: add column customer.phone', '○ not there: add constraint orders.ck_orders_total',
  ]);
  assert.equal(below('"phone"'), 1);
  assert.ok(!rows.some((row) => row.includes('downgrade')));
  assert.deepEqual(faults, []);
});

test('the time to wait for a lock goes into the script', async () => {
  const { page, faults } = await open(web);
  await page.getByRole('button', { name: 'Half-applied revision' }).click();
  await page.waitForSelector('#verdict');
  await page.locator('.plan.recommended .files summary', { hasText: 'fix.sql' }).click();
  await page.locator('.plan.recommended .script', { hasText: "lock_timeout = '5s'" }).waitFor();
  await page.getByLabel('Wait for a lock').selectOption('30 seconds');
  // The file that was open is open again, and is the new one.
  await page.locator('.plan.recommended .script', { hasText: "lock_timeout = '30s'" }).waitFor();
  assert.deepEqual(faults, []);
});
