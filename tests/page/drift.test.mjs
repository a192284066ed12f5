// The drift as a comparison: groups, filters, marks, asides, and thousands of rows.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { start } from './browser.mjs';
import { report } from './report.mjs';
import { shown } from './shown.mjs';

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

const base = { change: 'missing', counts: true, attribute: null, expected: null, actual: null, introduced_by: null, note: null };
const object = (kind, schema, table, name) => ({ kind, schema, table, name });
const by = { revision: '4b8e1f60a2c9', file: 'migrations/versions/4b8e1f60a2c9_candidate.py', line: 18 };

/** @param {any[]} drift */
function withDrift(drift) {
  return { ...report(), drift: drift.map((one) => ({ ...base, ...one })) };
}

const SOME = [
  { object: object('column', 'public', 'job', 'salary'), introduced_by: by },
  { object: object('default', 'public', 'job', 'state'), change: 'different', attribute: 'expression', expected: "'new'::text", actual: "'newer'::text", introduced_by: { revision: 'helper', file: 'migrations/helpers.py', line: 3 } },
  { object: object('index', 'public', 'candidate', 'ix_old'), change: 'extra' },
  { object: object('materialized_view', 'public', null, 'totals'), change: 'missing', introduced_by: by },
];
// Not what is laid out: rows outside of the window are not, until they come into it.
const groups = (page) => page.locator('.group h4 code').allTextContents();

test('grouped by table, with what is expected beside what is there, and who introduced it', async () => {
  const { page, faults } = await shown(web, withDrift(SOME));
  assert.deepEqual(await groups(page), ['candidate', 'job', 'totals']);
  const job = page.locator('.group').nth(1).locator('tbody tr');
  const cells = async (row) => (await row.locator('th, td').allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim());
  assert.deepEqual(await cells(job.nth(0)), ['−column salary', 'there', 'not there', '4b8e1f60a2c9 line 18']);
  assert.deepEqual(await cells(job.nth(1)), ['≠default stateexpression', "'new'::text", "'newer'::text", 'helper helpers.py:3']);
  assert.deepEqual(await job.nth(1).locator('mark').allTextContents(), ['er']);
  assert.equal(await job.nth(0).getByRole('img', { name: 'Missing' }).count(), 1);
  assert.match((await cells(page.locator('.group').nth(2).locator('tbody tr')))[0] ?? '', /materialized view$/);
  assert.deepEqual(faults, []);
});

test('kinds and words narrow it down, by the keyboard too', async () => {
  const { page } = await shown(web, withDrift(SOME));
  await page.getByLabel('1 extra').focus();
  await page.keyboard.press('Space');
  assert.deepEqual(await groups(page), ['job', 'totals']);
  assert.equal(await page.locator('.narrow [role=status]').innerText(), '3 of 4 differences');
  await page.getByLabel('Find among the differences').fill('NEWER');
  assert.deepEqual(await groups(page), ['job']);
  assert.equal(await page.locator('.group tbody tr').count(), 1);
  await page.getByLabel('Find among the differences').fill('no such thing');
  assert.equal(await page.locator('.narrow [role=status]').innerText(), '0 of 4 differences');
});

test('what is not the project\'s own is one line', async () => {
  const note = 'no revision mentions it';
  const foreign = (kind, schema, table, name) => ({ object: object(kind, schema, table, name), change: 'extra', counts: false, note });
  const { page } = await shown(web, withDrift([
    ...Array.from({ length: 16 }, (_, index) => foreign('table', 'auth', null, `t${index}`)),
    ...Array.from({ length: 3 }, (_, index) => foreign('column', 'auth', 't1', `c${index}`)),
    foreign('table', 'storage', null, 'buckets'),
    { object: object('view', 'public', null, 'v'), change: 'uncompared', counts: false, note: 'its `query` is written otherwise' },
    { object: object('index', 'public', 'job', 'i'), change: 'different', attribute: 'name', counts: false, note: 'only the name differs' },
  ]));
  await page.getByText('Nothing: what is compared is exactly').waitFor();
  assert.deepEqual((await page.locator('.aside summary').allInnerTexts()), [
    'Not yours: 16 tables in auth, 1 table in storage and 3 more objects that no revision mentions. Nothing here touches them.',
    '1 object not compared: its query is written otherwise',
    '1 object, nothing to do: only the name differs',
  ]);
  assert.equal(await page.locator('.group').count(), 0);
  await page.locator('.aside summary').first().click();
  await page.getByText('column in auth: t1.c0, t1.c1, t1.c2').waitFor();
});

test('five thousand differences: drawn in parts, searched in all', async (t) => {
  const many = Array.from({ length: 5000 }, (_, index) => ({ object: object('column', 'public', `table_${index >> 3}`, `column_${index}`), change: index % 2 ? 'missing' : 'different', expected: 'integer', actual: index % 2 ? null : 'bigint', attribute: index % 2 ? null : 'type', introduced_by: by }));
  const { page, faults } = await shown(web, withDrift(many));
  assert.equal(await page.locator('.drift tbody tr').count(), 200);
  await page.getByRole('button', { name: 'Show 200 more of 4,800 differences' }).click();
  assert.equal(await page.locator('.drift tbody tr').count(), 400);
  const took = await page.evaluate(() => {
    const field = document.querySelector('#drift-find');
    const started = performance.now();
    field.value = 'column_4999';
    field.dispatchEvent(new Event('input'));
    document.body.getBoundingClientRect();
    return performance.now() - started;
  });
  t.diagnostic(`a search in 5,000 differences takes ${took.toFixed(0)} ms`);
  assert.equal(await page.locator('.drift tbody tr').count(), 1);
  assert.ok(took < 500, `${took} ms`);
  // All at once, as by someone who asks for more and more.
  const all = await page.evaluate(() => {
    const field = document.querySelector('#drift-find');
    field.value = '';
    field.dispatchEvent(new Event('input'));
    const started = performance.now();
    for (const more = document.querySelector('.more'); !more.hidden;) more.click();
    document.body.getBoundingClientRect();
    return performance.now() - started;
  });
  t.diagnostic(`all 5,000 rows are made and laid out in ${all.toFixed(0)} ms`);
  assert.equal(await page.locator('.drift tbody tr').count(), 5000);
  assert.ok(all < 10_000, `${all} ms`);
  assert.deepEqual(faults, []);
});
