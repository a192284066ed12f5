// Options of plans: a change asks the engine again, while the answer, the focus and the place in the window stay.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, start } from './browser.mjs';
import { report } from './report.mjs';

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

/** Says with which options it was asked; with drops allowed it takes its time, or all of it. */
const engine = (busy) => `(input) => {
  const report = ${JSON.stringify(report())};
  const { allow_drops, allow_data_loss, target } = input.options;
  report.verdict.facts = ['drops ' + allow_drops + ', loss ' + allow_data_loss + ', target ' + target];
  if (allow_drops) for (const until = Date.now() + ${busy}; Date.now() < until;);
  return report;
}`;

async function answered(page) {
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await page.waitForSelector('#verdict');
}
const fact = (page) => page.textContent('.facts li');
const top = (page, selector) => page.evaluate((selector) => document.querySelector(selector).getBoundingClientRect().top, selector);

test('what a script may do is asked again, and focus, place, what is open and what is typed stay', async () => {
  const { page, faults } = await open(web, { engine: engine(400), viewport: { width: 1280, height: 700 }, reducedMotion: 'reduce' });
  await answered(page);
  assert.equal(await fact(page), 'drops false, loss false, target null');
  await page.locator('.recommended .files summary').first().click();
  await page.locator('.recommended .files pre', { hasText: 'COMMIT' }).waitFor();
  await page.getByLabel('Find among the differences').fill('salary');
  const box = page.getByLabel('Allow drops');
  await box.focus();
  const before = await top(page, '#option-allowDrops');
  await page.keyboard.press('Space');
  // The answer to the last question stays in sight meanwhile.
  await page.getByText('Asking again…').waitFor();
  assert.equal(await page.locator('#verdict').count(), 1);
  await page.getByText('drops true, loss false').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'option-allowDrops');
  assert.equal(await box.isChecked(), true);
  await page.waitForFunction((before) => Math.abs(document.querySelector('#option-allowDrops').getBoundingClientRect().top - before) < 2, before);
  assert.ok(await page.locator('.recommended .files details').first().evaluate((details) => details.open));
  assert.equal(await page.getByLabel('Find among the differences').inputValue(), 'salary');
  assert.deepEqual(await page.locator('.group h4 code').allTextContents(), ['job']);
  await page.keyboard.press('Space');
  await page.getByText('drops false, loss false').waitFor();
  await page.getByLabel('Allow conversions that lose data').check();
  await page.getByText('drops false, loss true').waitFor();
  assert.deepEqual(faults, []);
});

test('indexes and the time to wait for a lock are asked again, too', async () => {
  const engine = `(input) => { const report = ${JSON.stringify(report())}; const { concurrently, lock_timeout } = input.options;
    report.verdict.facts = ['concurrently ' + concurrently + ', lock_timeout ' + lock_timeout]; return report; }`;
  const { page, faults } = await open(web, { engine });
  await answered(page);
  assert.equal(await fact(page), 'concurrently false, lock_timeout null');
  await page.getByLabel('Wait for a lock').selectOption('30 seconds');
  await page.getByText('concurrently false, lock_timeout 30s').waitFor();
  assert.equal(await page.getByLabel('Wait for a lock').inputValue(), '30s');
  await page.getByLabel('Build indexes concurrently').check();
  await page.getByText('concurrently true, lock_timeout 30s').waitFor();
  await page.getByLabel('Wait for a lock').selectOption('5 seconds');
  await page.getByText('concurrently true, lock_timeout null').waitFor();
  assert.deepEqual(faults, []);
});

test('cancelled, the answer and the option are as they were', async () => {
  const { page, faults } = await open(web, { engine: engine(1e9) });
  await answered(page);
  await page.getByLabel('Allow drops').check();
  await page.locator('#again').getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Cancelled.').waitFor();
  assert.equal(await fact(page), 'drops false, loss false, target null');
  assert.equal(await page.getByLabel('Allow drops').isChecked(), false);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'option-allowDrops');
  await page.getByLabel('Allow conversions that lose data').check();
  await page.getByText('drops false, loss true').waitFor();
  assert.deepEqual(faults, []);
});

test('what was allowed for one database is not for the next', async () => {
  const { page } = await open(web, { engine: engine(0) });
  await answered(page);
  await page.getByLabel('Allow drops').check();
  await page.getByText('drops true').waitFor();
  await page.setInputFiles('#dump-input', { name: 'other.sql', mimeType: '', buffer: Buffer.from('x') });
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.getByText('drops false').waitFor();
});
