// Names that try to be something else: markup, another name, another direction.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openAll, start } from './browser.mjs';
import { report } from './report.mjs';
import { shown } from './shown.mjs';

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

/** @type {Array<[what: string, name: string, shown: string[]]>} */
const NAMES = [
  ['markup', `"><img src=x onerror="document.title='owned'"><svg onload=alert(1)>`, []],
  ['quotes', `it's "a" \\ name -- ; /* `, []],
  ['an override of the direction', 'drop\u202Elqs.xif\u202C', ['U+202E', 'U+202C']],
  ['nothing to see', 'candi\u200Bdate\uFEFF\u00AD', ['U+200B', 'U+FEFF', 'U+00AD']],
  ['from right to left', 'טבלה ראשית', []],
  ['controls', 'bell\u0007\u001B[31mred', ['U+0007', 'U+001B']],
  ['63 bytes', 'x'.repeat(63), []],
  ['an emoji of several', 'team\u{1F469}\u200D\u{1F4BB}', []],
];

for (const [what, name, controls] of NAMES) {
  test(`a name that is ${what}`, async () => {
    const { page, faults } = await shown(web, report(name), { viewport: { width: 360, height: 740 } });
    await openAll(page);
    await page.waitForFunction((name) => document.querySelector('.groups')?.textContent?.includes(name), name);
    assert.ok((await page.textContent('#results'))?.includes(`A table is called ${name}.`));
    assert.equal(await page.locator('#results :is(img, script, iframe)').count(), 0);
    assert.equal(await page.title(), 'Restamp: know before you stamp');
    // What cannot be seen is named where it is.
    const marked = await page.locator('.facts .control').evaluateAll((all) => all.map((one) => one.dataset.code));
    assert.deepEqual(marked, controls);
    // What comes after the name is right of it, or on a later line.
    assert.ok(await page.evaluate(() => {
      const fact = [...document.querySelectorAll('.facts li')].at(-1);
      const code = fact?.querySelector('code')?.getClientRects();
      const range = document.createRange();
      range.selectNodeContents(fact?.lastChild ?? document.body);
      const [end, last] = [range.getBoundingClientRect(), code?.[code.length - 1]];
      return last !== undefined && (end.left >= last.right - 1 || end.top >= last.bottom - 4);
    }), 'the end of the sentence is not behind the name');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'it is wider than the window');
    assert.deepEqual(faults, []);
  });
}

test('parts of a name keep their order though one is from right to left', async () => {
  const one = report();
  one.drift = [{ ...one.drift[0], object: { kind: 'column', schema: 'sales', table: 'טבלה', name: 'עמודה' } }];
  const { page } = await shown(web, one);
  const [schema, table] = await page.locator('.group h4 bdi').evaluateAll((all) => all.map((part) => part.getBoundingClientRect().left));
  assert.ok(schema < table, `${schema} ${table}`);
});

test('in the picture, where no element can be, hidden characters are named, too', async () => {
  const { page } = await shown(web, report('a\u202Eb'));
  await page.getByText('As a picture').click();
  await page.locator('.picture text', { hasText: 'a[U+202E]b' }).waitFor();
});
