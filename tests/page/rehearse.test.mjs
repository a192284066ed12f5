// Rehearsals in a real Chromium: PostgreSQL in a worker, loaded when it is asked for and not before.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, start } from './browser.mjs';

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

const MINUTES = 240_000;

/** Opens the page and asks one of its samples. */
async function asked(sample, options = {}) {
  const opened = await open(web, options);
  const vendor = [];
  opened.context.on('request', (request) => { if (request.url().includes('/vendor/')) vendor.push(request.url()); });
  await opened.page.locator(`[data-sample="${sample}"]`).click();
  await opened.page.waitForSelector('#verdict');
  return { ...opened, vendor };
}

const rehearse = (page) => page.locator('.plan.recommended').getByRole('button', { name: 'Rehearse on a real PostgreSQL' });

test('the sample is rehearsed: nothing of PostgreSQL is loaded before, and no other server is asked', { timeout: MINUTES }, async () => {
  const { page, faults, vendor } = await asked('');
  assert.deepEqual(vendor, []);
  await rehearse(page).click();
  const heading = page.locator('.plan.recommended .rehearsal h5');
  await heading.waitFor({ timeout: MINUTES });
  assert.match(await heading.textContent() ?? '', /Applies cleanly on PostgreSQL 18\.\d+, on an empty copy of your schema \(4 tables\)/);
  const found = await page.locator('.plan.recommended .finding').allTextContents();
  for (const words of ['refused as predicted (42701)', 'A second run changes nothing', 'that of 91d3c7a5e0f4', 'undo.sql leads back']) {
    assert.ok(found.some((text) => text.includes(words)), `${words} is not in ${found.join('\n')}`);
  }
  assert.ok(vendor.length > 0);
  assert.deepEqual(faults, []);
});
