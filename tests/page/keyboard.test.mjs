// A whole run with the keyboard alone, from the first Tab to the saved archive. No mouse, no script that sets the focus.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { open, start } from './browser.mjs';
import { report } from './report.mjs';

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

const ENGINE = `(input) => {
  const report = ${JSON.stringify(report())};
  const text = (file) => file && new TextDecoder().decode(file.bytes);
  report.verdict.facts = ['dump ' + text(input.dump), 'log ' + text(input.log), 'drops ' + input.options.allow_drops];
  return report;
}`;

/** What has the focus, as a screen reader would say it, and whether it can be seen that it has. */
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  const style = element === null ? null : getComputedStyle(element);
  const around = element?.closest('label:has(:focus-visible)');
  const seen = (style !== null && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || (around ? getComputedStyle(around).outlineStyle !== 'none' : false);
  return { id: element?.id ?? '', tag: element?.tagName ?? '', name: (element?.getAttribute('aria-label') ?? element?.textContent ?? '').trim().replace(/\s+/g, ' '), seen };
});

/** Presses Tab until what is looked for has the focus; every stop on the way must be seen. */
async function tabTo(page, wanted, key = 'Tab') {
  for (let count = 0; count < 120; count += 1) {
    await page.keyboard.press(key);
    const at = await focused(page);
    assert.ok(at.seen || at.tag === 'BODY', `the focus on ${JSON.stringify(at)} cannot be seen`);
    if (wanted(at)) return at;
  }
  throw new Error(`Tab does not come to ${wanted}`);
}

test('paste a dump and a log, read the answer, allow drops, save everything', async () => {
  const { page, faults } = await open(web, { engine: ENGINE });
  await tabTo(page, ({ id }) => id === 'dump-text');
  await page.keyboard.insertText('CREATE TABLE x ();');
  await tabTo(page, ({ name }) => name.startsWith('Only have the error?'));
  await page.keyboard.press('Enter');
  await tabTo(page, ({ id }) => id === 'log-text');
  await page.keyboard.insertText('Running upgrade');
  await tabTo(page, ({ id }) => id === 'analyze');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#verdict');
  assert.equal((await focused(page)).id, 'verdict');
  assert.deepEqual(await page.locator('.facts li').allTextContents(), ['dump CREATE TABLE x ();', 'log Running upgrade', 'drops false']);

  await tabTo(page, ({ name }) => name === 'Copy the command');
  await page.keyboard.press('Enter');
  await page.getByText('Copied').waitFor();
  await tabTo(page, ({ name }) => name === 'Download all (.zip)');
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  assert.ok((await readFile(await download.path())).includes(String(report().plans[0]?.fix_sql)));

  await tabTo(page, ({ id }) => id === 'option-allowDrops');
  await page.keyboard.press('Space');
  await page.getByText('drops true').waitFor();
  assert.equal((await focused(page)).id, 'option-allowDrops');

  // On through the drift and into the history, and back again.
  await tabTo(page, ({ id }) => id === 'drift-extra');
  await page.keyboard.press('Space');
  await tabTo(page, ({ id }) => id === 'drift-find');
  await page.keyboard.insertText('salary_to');
  assert.equal(await page.locator('.drift tbody tr').count(), 1);
  await tabTo(page, ({ name }) => name === 'As a picture');
  await page.keyboard.press('Enter');
  await tabTo(page, ({ name }) => name === 'Revisions, newest first');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.locator('.picture .opened h4', { hasText: 'e5194c6d7ab0' }).waitFor();
  await tabTo(page, ({ id }) => id === 'option-allowDrops', 'Shift+Tab');
  assert.deepEqual(faults, []);
});

test('a sample by Enter, and the first link leads past the form', async () => {
  const { page } = await open(web, { engine: ENGINE });
  await tabTo(page, ({ id }) => id === 'sample');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#verdict');
  await page.keyboard.press('Control+Home');
  await tabTo(page, ({ name }) => name === 'Skip to the results', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => document.activeElement?.closest('#results') !== null));
});

test('everything that is pressed is at least 24 pixels high and wide', async () => {
  const { page } = await open(web, { engine: ENGINE, viewport: { width: 360, height: 740 } });
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await page.waitForSelector('#verdict');
  const small = await page.evaluate(() => [...document.querySelectorAll('button, summary, input:not([type=file]), label.chip, label.option, [role=tab]')].flatMap((element) => {
    const { width, height } = (element.closest('label') ?? element).getBoundingClientRect();
    return width === 0 || (width >= 24 && height >= 24) ? [] : [`${element.tagName} ${element.textContent} ${width}x${height}`];
  }));
  assert.deepEqual(small, []);
});
