// Every state of the page under axe-core, by the rules of WCAG 2.2 AA: light and dark, on a laptop and on a phone.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { open, openAll, start } from './browser.mjs';
import { report } from './report.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

/** What axe-core finds, a line each. */
async function findings(page, state) {
  // The colours of a state that is being changed are neither the old ones nor the new ones.
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished)));
  const { violations, incomplete, passes } = await page.evaluate((values) => globalThis.axe.run(document, {
    runOnly: { type: 'tag', values },
    // The size of what is pressed belongs to WCAG 2.2 AA, but axe-core asks for it only when it is told to.
    rules: { 'target-size': { enabled: true } },
  }), RULES);
  for (const rule of ['color-contrast', 'target-size']) assert.ok(passes.some(({ id }) => id === rule), `${state}: ${rule} was not looked at`);
  // Whether a contrast is enough cannot always be told from the outside, as for a mark of one letter; all else can.
  const open = incomplete.filter(({ id }) => id !== 'color-contrast');
  return [...violations, ...open].flatMap(({ id, nodes }) => nodes.map((node) => `${state}: ${id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}

for (const [name, options] of /** @type {Array<[string, any]>} */ ([
  ['light', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }],
  ['dark', { colorScheme: 'dark', viewport: { width: 1280, height: 800 } }],
  ['light, 360 px wide', { colorScheme: 'light', viewport: { width: 360, height: 740 } }],
  ['dark, 360 px wide', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
])) {
  test(`before an answer, ${name}`, async () => {
    // The log says what the engine does: hang, fail, or answer with a report that has every kind of section.
    const engine = `(input, progress) => {
      progress({ stage: 'locating', done: 1, total: 2 });
      const log = input.log && new TextDecoder().decode(input.log.bytes);
      if (log === 'hang') for (;;);
      if (log === 'fail') throw new Error('Out of luck.');
      return ${JSON.stringify(report('a "table" & <more>'))};
    }`;
    const { page } = await open(web, { engine, ...options });
    await page.evaluate(axe);
    const found = await findings(page, 'empty');
    await openAll(page);
    found.push(...await findings(page, 'empty, all opened'));
    await page.setInputFiles('#files-input', { name: 'a.py', mimeType: '', buffer: Buffer.from('') });
    await page.setInputFiles('#dump-input', { name: 'x.sql', mimeType: '', buffer: Buffer.from('') });
    const press = async (/** @type {string} */ log) => {
      await page.fill('#log-text', log);
      await page.getByRole('button', { name: 'See where it is' }).click();
    };
    await press('hang');
    await page.waitForSelector('#progress[value]');
    found.push(...await findings(page, 'running'));
    await page.getByRole('button', { name: 'Cancel' }).click();
    found.push(...await findings(page, 'cancelled'));
    await press('fail');
    await page.waitForSelector('#verdict');
    found.push(...await findings(page, 'failed'));
    await press('answer');
    await page.waitForSelector('.plan');
    await openAll(page);
    found.push(...await findings(page, 'every kind of section'));
    assert.deepEqual(found, []);
  });

  test(`the answer of the sample, ${name}`, async () => {
    const { page } = await open(web, options);
    await page.evaluate(axe);
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await page.waitForSelector('#verdict');
    const found = await findings(page, 'answer');
    await openAll(page);
    await page.waitForSelector('.picture [aria-selected="true"]');
    found.push(...await findings(page, 'all opened'));
    await page.getByRole('listbox', { name: 'Revisions, newest first' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.picture .opened h4');
    found.push(...await findings(page, 'a revision of the picture opened'));
    assert.deepEqual(found, []);
  });
}
