// What to do: the order of the answer, the recommended plan, the others.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { start } from './browser.mjs';
import { report } from './report.mjs';
import { shown } from './shown.mjs';

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

const headings = (page) => page.locator('#results :is(h2, h3)').allInnerTexts();

test('the plan to follow comes right under the verdict, and its first step is seen without scrolling', async () => {
  const { page, faults } = await shown(web, report(), { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  const [first, second] = await headings(page);
  assert.match(first ?? '', /^91d3c7a5e0f4 is partly there/);
  assert.equal(second, 'What to do');
  const card = page.getByRole('article', { name: 'Repair and stamp 91d3c7a5e0f4, then upgrade' });
  assert.deepEqual((await card.locator('.steps > li .step > span').allInnerTexts()).map((text) => text.trim()), [
    'Look at what the rows hold', 'Add what is missing', 'Record the revision', 'Upgrade the rest',
  ]);
  const step = await card.locator('.steps > li').first().boundingBox();
  assert.ok(step !== null && step.y > 0 && step.y + step.height < 800, JSON.stringify(step));
  assert.deepEqual(faults, []);
});

test('each command, all commands and the script of a step are copied and saved from the card', async () => {
  const { page } = await shown(web, report());
  const card = page.locator('.plan.recommended');
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await card.getByRole('button', { name: 'Copy the command' }).nth(1).click();
  await card.getByRole('button', { name: 'Copied the command' }).waitFor();
  assert.equal(await clipboard(), 'psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f fix.sql');
  await card.getByRole('button', { name: 'Copy all commands' }).click();
  await card.getByRole('button', { name: 'Copied all commands' }).waitFor();
  assert.equal(await clipboard(), `${report().plans[0]?.steps.map((step) => step.command).join('\n')}\n`);
  const [download] = await Promise.all([page.waitForEvent('download'), card.locator('.steps').getByRole('button', { name: 'Save fix.sql' }).click()]);
  assert.equal(download.suggestedFilename(), 'fix.sql');
});

test('another way is folded, with the first reason against it in sight and all of them inside', async () => {
  const { page } = await shown(web, report());
  const other = page.locator('details.plan');
  assert.equal(await other.count(), 1);
  assert.equal(await other.getAttribute('open'), null);
  assert.match(await other.locator('> summary').innerText(), /Table offer does not exist and would never be made\. And 1 further reason\./);
  await other.locator('> summary').click();
  assert.equal(await other.locator('.barred li').count(), 2);
});

test('where no plan can be recommended the page says so, and none looks as if it were', async () => {
  const none = report();
  for (const plan of none.plans) plan.recommended = false;
  none.plans[0].barred = ['The data step of `c26f08b94d1e` cannot be proven to have run.'];
  const { page } = await shown(web, none);
  await page.getByText('No way home can be recommended yet.').waitFor();
  assert.equal(await page.locator('.recommended').count(), 0);
  assert.deepEqual(await page.locator('details.plan').evaluateAll((all) => all.map((one) => one.open)), [true, false]);
});
