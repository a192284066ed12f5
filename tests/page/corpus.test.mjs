// Real projects, dropped as they were unpacked, with dumps that a real server made.

import assert from 'node:assert/strict';
import { readFile, realpath } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { open, start } from './browser.mjs';

const root = new URL('../../', import.meta.url);

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

for (const name of ['skyvern', 'ckan', 'optuna']) {
  test(`${name} at its head: placed, healthy, and the page stays alive`, { timeout: 180_000 }, async (t) => {
    const folder = await realpath(fileURLToPath(new URL(`target/corpus/${name}`, root)));
    const recorded = new URL(`tests/corpus/${name}/`, root);
    const project = JSON.parse(await readFile(new URL('project.json', recorded), 'utf8'));
    const [head] = project.version_rows_at_head;
    const { page, faults } = await open(web);
    await page.setInputFiles('#folder-input', folder);
    await page.setInputFiles('#dump-input', fileURLToPath(new URL('head.sql.gz', recorded)));
    await page.getByText('Version rows, when the dump has none').click();
    await page.fill('#version-text', `${head} (head)`);
    // The longest time in which the page did nothing, from the press of the button on.
    await page.evaluate(() => {
      let last = performance.now();
      globalThis.longest = 0;
      setInterval(() => {
        const now = performance.now();
        globalThis.longest = Math.max(globalThis.longest, now - last);
        last = now;
      }, 20);
    });
    const started = performance.now();
    await page.getByRole('button', { name: 'See where it is' }).click();
    await page.waitForSelector('#verdict', { timeout: 150_000 });
    const seconds = (performance.now() - started) / 1000;
    const longest = await page.evaluate(() => globalThis.longest);
    t.diagnostic(`${seconds.toFixed(1)} s, the longest pause of the page ${longest.toFixed(0)} ms`);
    // A package may hold several environments; then the page asks which one is meant.
    const folderOfVersions = project.version_locations[0].replace(/\/versions$/, '');
    const choice = page.locator('fieldset button', { hasText: folderOfVersions }).first();
    if (await choice.count() > 0) {
      await choice.click();
      await page.waitForFunction((id) => document.querySelector('#verdict')?.textContent?.includes(id), head, { timeout: 60_000 });
    }
    const verdict = await page.textContent('#verdict') ?? '';
    assert.ok(verdict.includes(head), verdict);
    assert.ok((await page.textContent('#results') ?? '').includes(`${project.revisions} revisions`));
    assert.ok(longest < 1500, `the page did nothing for ${longest} ms`);
    assert.deepEqual(faults, []);
  });
}
