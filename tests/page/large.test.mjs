// A dump with the rows of production in it, read by the real engine slice by slice.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, start } from './browser.mjs';

let web;
before(async () => { web = await start(); });
after(async () => { await web.close(); });

/** Chooses a dump of so many megabytes of rows, which the browser itself makes. */
async function choose(page, megabytes) {
  await page.setInputFiles('#files-input', {
    name: 'a1.py',
    mimeType: '',
    buffer: Buffer.from("import sqlalchemy as sa\nfrom alembic import op\nrevision = 'a1'\ndown_revision = None\n\ndef upgrade():\n    op.create_table('t', sa.Column('x', sa.Text()))\n"),
  });
  await page.evaluate((megabytes) => {
    const rows = `${'x'.repeat(1023)}\n`.repeat(1024);
    const parts = [
      '--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 16.4\n-- Dumped by pg_dump version 16.4\n\n',
      'CREATE TABLE public.alembic_version (\n    version_num character varying(32) NOT NULL\n);\nCREATE TABLE public.t (\n    x text\n);\n',
      'COPY public.t (x) FROM stdin;\n', ...new Array(megabytes).fill(rows), '\\.\n\n',
      'COPY public.alembic_version (version_num) FROM stdin;\na1\n\\.\n\n',
      'ALTER TABLE ONLY public.alembic_version\n    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);\n\n-- PostgreSQL database dump complete\n',
    ];
    const transfer = new DataTransfer();
    transfer.items.add(new File(parts, 'prod.sql'));
    const input = document.querySelector('#dump-input');
    input.files = transfer.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }, megabytes);
  await page.locator('#dump-taken').getByText('prod.sql').waitFor();
}

test('rows are passed over, and the page shows how far it is', { timeout: 120_000 }, async (t) => {
  const { page, faults } = await open(web);
  await choose(page, 400);
  const started = performance.now();
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.locator('#status').getByText('Reading the dump').waitFor();
  await page.waitForSelector('#verdict', { timeout: 100_000 });
  const seconds = (performance.now() - started) / 1000;
  t.diagnostic(`400 MB in ${seconds.toFixed(1)} s`);
  assert.match(await page.textContent('#verdict') ?? '', /a1/);
  assert.ok(!(await page.textContent('#results') ?? '').includes('could not be read'));
  assert.deepEqual(faults, []);
});

test('reading can be cancelled, and begun again', { timeout: 120_000 }, async () => {
  const { page, faults } = await open(web);
  await choose(page, 900);
  const analyze = page.getByRole('button', { name: 'See where it is' });
  await analyze.click();
  await page.locator('#status').getByText('Reading the dump').waitFor();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.locator('#status').getByText('Cancelled').waitFor();
  await choose(page, 10);
  await analyze.click();
  await page.waitForSelector('#verdict', { timeout: 60_000 });
  assert.deepEqual(faults, []);
});
