// Scripts to read: what to know stands under the statement that it concerns.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { placed } from '../../www/js/view/script.js';
import { openAll, start } from './browser.mjs';
import { report } from './report.mjs';
import { shown } from './shown.mjs';

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

const STATEMENT = 'ALTER TABLE orders ADD CONSTRAINT c CHECK (total >= 0)';
const SAFER = 'ALTER TABLE orders ADD CONSTRAINT c CHECK (total >= 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT c;';
const FIX = `BEGIN;\n-- ${STATEMENT} ...\nDO $r$\nEXECUTE $ddl$\n${STATEMENT}\n$ddl$;\n$r$;\nCOMMIT;\n`;

function withHazard() {
  const one = report();
  one.plans[0].fix_sql = FIX;
  one.plans[0].hazards = [
    { ...one.plans[0].hazards[0], statement: 'CREATE INDEX elsewhere', help: 'read this revision' },
    { ...one.plans[0].hazards[0], code: 'constraint-scan', message: 'the CHECK is tried on every row', help: SAFER, statement: STATEMENT },
  ];
  return one;
}

test('a statement is found where it is run, not where a comment tells of it', () => {
  const found = placed(FIX, withHazard().plans[0].hazards);
  assert.deepEqual(found.map(({ end, index }) => [FIX.slice(0, end).split('\n').at(-2), FIX.slice(end).split('\n')[0], index]), [[STATEMENT, '$ddl$;', 1]]);
});

test('the hazard is under its statement, its safe alternative is copied, and the file stays what it is', async () => {
  const { page, faults } = await shown(web, withHazard());
  const card = page.locator('.plan.recommended');
  // One that the script does not hold says which statement is meant.
  assert.equal(await card.locator('.hazards .statement').first().textContent(), 'CREATE INDEX elsewhere');
  assert.equal(await card.getByRole('button', { name: 'Show it in fix.sql' }).count(), 1);
  await card.getByRole('button', { name: 'Show it in fix.sql' }).click();
  const note = card.locator('.script .note');
  await note.waitFor();
  assert.ok(await note.evaluate((element) => element === document.activeElement));
  assert.match(await note.innerText(), /the CHECK is tried on every row/);
  assert.match(await note.evaluate((element) => element.previousElementSibling?.textContent ?? ''), /CHECK \(total >= 0\)\n$/);
  await note.getByRole('button', { name: 'Copy the safe alternative' }).click();
  await note.getByText('Copied').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${SAFER}\n`);
  await card.locator('.files').getByRole('button', { name: 'Copy fix.sql' }).click();
  await card.locator('.files').getByRole('button', { name: 'Copied fix.sql' }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), FIX);
  const parts = await card.locator('.script > pre').allTextContents();
  assert.equal(parts.join(''), FIX);
  assert.deepEqual(faults, []);
});

test('keywords and comments are marked', async () => {
  const { page } = await shown(web, withHazard());
  await openAll(page);
  const script = page.locator('.plan.recommended .script').first();
  assert.deepEqual(await script.locator('.t-comment').allTextContents(), [`-- ${STATEMENT} ...`]);
  assert.ok((await script.locator('.t-keyword').allTextContents()).includes('BEGIN'));
});
