// The commands for a dump, by the place of the database.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { open, start } from './browser.mjs';
import { report } from './report.mjs';

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

async function opened(engine = `() => (${JSON.stringify(report())})`) {
  const all = await open(web, { engine });
  await all.page.getByText('Where is your database?').click();
  return all;
}
const selected = (page) => page.getByRole('tab', { selected: true }).allTextContents();

test('the tabs are one stop of the keyboard, and the arrows go around', async () => {
  const { page, faults } = await opened();
  assert.deepEqual(await selected(page), ['Reachable from here']);
  await page.getByRole('tab', { selected: true }).focus();
  for (const [key, name] of [['ArrowRight', 'Web shell'], ['End', 'Python'], ['ArrowRight', 'Reachable from here'], ['ArrowLeft', 'Python'], ['Home', 'Reachable from here'], ['ArrowRight', 'Web shell']]) {
    await page.keyboard.press(key ?? '');
    assert.deepEqual(await selected(page), [name], key);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), name);
    assert.deepEqual(await page.getByRole('tabpanel').evaluateAll((all) => all.map((panel) => panel.getAttribute('aria-labelledby'))), [await page.evaluate(() => document.activeElement?.id)]);
  }
  // Tab leaves the list for the panel.
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.closest('[role=tabpanel]')?.id), 'host-shell-panel');
  assert.deepEqual(faults, []);
});

test('the commands are copied as they are typed, and a shell can read all of them', async () => {
  const { page } = await opened();
  await page.getByRole('tab', { name: 'Web shell' }).click();
  await page.getByRole('tabpanel').getByRole('button', { name: 'Copy the commands' }).click();
  await page.getByText('Copied').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `U=$(echo "$DATABASE_URL" | sed -E 's#^postgres(ql)?(\\+[a-z0-9_]+)?:#postgresql:#')
(pg_dump -s "$U"; pg_dump -a -t '*.*alembic_version*' "$U") | gzip -9 | base64
`);
  const all = await page.locator('.hosts pre.shell').allTextContents();
  assert.ok(all.length >= 8);
  for (const commands of all) execFileSync('sh', ['-n'], { input: commands });
});

test('the version table of the project is filled in, but nothing that a shell would read', async () => {
  const named = report();
  named.environments[0].version_table = 'schema_history';
  const { page } = await opened(`(input) => ({ ...${JSON.stringify(named)}, environments: [{ ...${JSON.stringify(named.environments[0])}, version_table: input.log ? 'schema_history' : "x'; rm -rf ~" }] })`);
  await page.setInputFiles('#files-input', { name: 'a.py', mimeType: '', buffer: Buffer.from('') });
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.waitForSelector('#verdict');
  assert.deepEqual([...new Set(await page.locator('.version-table').allTextContents())], ['*.*alembic_version*']);
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await page.waitForFunction(() => document.querySelector('.version-table')?.textContent === '*.schema_history');
});

test('the snapshot is copied and saved as the engine has it', async () => {
  const { page, faults } = await opened();
  await page.getByRole('tab', { name: 'SQL console' }).click();
  const panel = page.getByRole('tabpanel');
  await panel.getByText('SELECT 1 AS snapshot').waitFor();
  await panel.getByRole('button', { name: 'Copy snapshot.sql' }).click();
  await panel.getByText('Copied').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'SELECT 1 AS snapshot');
  await page.getByRole('tab', { name: 'Python' }).click();
  const [saved] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name: 'Save snapshot.py' }).click()]);
  assert.equal(saved.suggestedFilename(), 'snapshot.py');
  assert.equal(await readFile(await saved.path(), 'utf8'), 'print(1)');
  assert.deepEqual(faults, []);
});
