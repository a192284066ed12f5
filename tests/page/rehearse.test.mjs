// Rehearsals in a real Chromium: PostgreSQL in a worker, loaded when it is asked for and not before.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { names, scenario } from '../rehearse/recorded.mjs';
import { open, start } from './browser.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

let web;
before(async () => {
  web = await start();
  await promisify(execFile)(process.execPath, [join(root, 'scripts', 'page.mjs')]);
});
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

test('the other samples; what is compiled is loaded once', { timeout: MINUTES }, async () => {
  const { page, context, faults, vendor } = await asked('half_applied');
  const answered = async () => {
    const heading = page.locator('.plan.recommended .rehearsal h5');
    await heading.waitFor({ timeout: MINUTES });
    return await heading.textContent() ?? '';
  };
  await rehearse(page).click();
  assert.match(await answered(), /Applies cleanly/);
  const loaded = vendor.length;
  await page.locator('[data-sample="several_heads"]').click();
  await page.waitForFunction(() => document.querySelector('#verdict')?.textContent?.includes('heads'));
  const plan = page.locator('.plan').first();
  await plan.getByRole('button', { name: 'Rehearse on a real PostgreSQL' }).click();
  await plan.locator('.rehearsal h5').waitFor({ timeout: MINUTES });
  // What is compiled stays with the page.
  assert.ok(vendor.some((url) => url.endsWith('pglite.wasm')));
  assert.deepEqual(vendor.slice(loaded).filter((url) => url.endsWith('.wasm')), []);
  assert.deepEqual(faults, []);
  await context.close();
});

test('cancel ends it, and it can be asked for again', { timeout: MINUTES }, async () => {
  const { page, faults } = await asked('');
  const plan = page.locator('.plan.recommended');
  await rehearse(page).click();
  await plan.getByText('Making an empty copy of your schema').or(plan.getByText('Starting PostgreSQL')).first().waitFor({ timeout: MINUTES });
  assert.equal(page.workers().length, 3);
  await plan.getByRole('button', { name: 'Cancel' }).click();
  await plan.getByText('Cancelled.').waitFor();
  // The browser takes a moment to end it.
  for (let tries = 0; page.workers().length > 2 && tries < 100; tries += 1) await new Promise((resolve) => { setTimeout(resolve, 50); });
  assert.equal(page.workers().length, 2);
  await rehearse(page).click();
  await plan.locator('.rehearsal h5').waitFor({ timeout: MINUTES });
  assert.deepEqual(faults, []);
});

test('the single file without PostgreSQL says which one has it', async () => {
  const { page, faults } = await open({ ...web, url: pathToFileURL(join(root, 'dist', 'restamp.html')).href }, { offline: true });
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await page.waitForSelector('#verdict');
  assert.equal(await page.getByRole('button', { name: 'Rehearse on a real PostgreSQL' }).count(), 0);
  await page.getByText('open restamp-full.html').first().waitFor();
  assert.deepEqual(faults, []);
});

test('the full file rehearses from disk without a network, extensions too', { timeout: MINUTES }, async () => {
  const { page, faults } = await open({ ...web, url: pathToFileURL(join(root, 'dist', 'restamp-full.html')).href }, { offline: true });
  const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  const revision = (id, down, body) => file(`${id}.py`, `from alembic import op\nimport sqlalchemy as sa\nrevision = '${id}'\ndown_revision = ${down}\n\ndef upgrade():\n${body}\n`);
  await page.setInputFiles('#files-input', [
    revision('a1', 'None', "    op.execute('CREATE EXTENSION IF NOT EXISTS citext')\n    op.execute('CREATE TABLE person (id serial PRIMARY KEY, email citext NOT NULL)')"),
    revision('b2', "'a1'", "    op.add_column('person', sa.Column('name', sa.Text()))\n    op.create_table('note', sa.Column('id', sa.Integer(), primary_key=True))"),
  ]);
  await page.setInputFiles('#dump-input', file('dump.sql', `-- PostgreSQL database dump
-- Dumped from database version 16.4
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';
CREATE TABLE public.alembic_version (version_num character varying(32) NOT NULL);
ALTER TABLE public.alembic_version OWNER TO app;
CREATE TABLE public.person (id integer NOT NULL, email public.citext NOT NULL, name text);
ALTER TABLE public.person OWNER TO app;
CREATE SEQUENCE public.person_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER TABLE public.person_id_seq OWNER TO app;
ALTER SEQUENCE public.person_id_seq OWNED BY public.person.id;
ALTER TABLE ONLY public.person ALTER COLUMN id SET DEFAULT nextval('public.person_id_seq'::regclass);
COPY public.alembic_version (version_num) FROM stdin;
a1
\\.
ALTER TABLE ONLY public.alembic_version ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.person ADD CONSTRAINT person_pkey PRIMARY KEY (id);
-- PostgreSQL database dump complete
`));
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.waitForSelector('#verdict');
  await rehearse(page).click();
  const heading = page.locator('.plan.recommended .rehearsal h5');
  await heading.waitFor({ timeout: MINUTES });
  assert.match(await heading.textContent() ?? '', /Applies cleanly on PostgreSQL 18/, await page.locator('.plan.recommended .rehearsal').innerText());
  assert.deepEqual(faults, []);
});

// All of them with RESTAMP_ALL: it takes minutes.
const SOME = process.env.RESTAMP_ALL ? names : names.filter((name) => /^(00|15|18|19)-/.test(name));

test('scenarios in the full file, without a network', { timeout: 3 * MINUTES }, async (t) => {
  const { page, faults } = await open({ ...web, url: pathToFileURL(join(root, 'dist', 'restamp-full.html')).href }, { offline: true });
  for (const name of SOME) {
    const { files, dump, log, options } = await scenario(name);
    const buffer = ({ path, bytes }) => ({ name: path.split('/').at(-1), mimeType: 'text/plain', buffer: Buffer.from(bytes) });
    await page.setInputFiles('#files-input', files.map(buffer));
    await page.setInputFiles('#dump-input', buffer(dump));
    await page.evaluate(({ log, target }) => {
      document.querySelector('#log-text').value = log;
      document.querySelector('#target').value = target;
      document.querySelector('#results').replaceChildren();
    }, { log: log === null ? '' : new TextDecoder().decode(log.bytes), target: options.target });
    await page.getByRole('button', { name: 'See where it is' }).click();
    await page.waitForSelector('#verdict');
    const plan = page.locator('.plan').first();
    const started = performance.now();
    await plan.getByRole('button', { name: 'Rehearse on a real PostgreSQL' }).click();
    const heading = plan.locator('.rehearsal h5');
    await heading.waitFor({ timeout: MINUTES });
    const said = await heading.textContent() ?? '';
    t.diagnostic(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s, ${said}`);
    // Of several heads alone no plan can be recommended: Alembic sends nothing.
    assert.match(said, name.startsWith('14') ? /stops before it sends anything/ : /pplies cleanly on PostgreSQL 18/, await plan.locator('.rehearsal').innerText());
  }
  assert.deepEqual(faults, []);
});
