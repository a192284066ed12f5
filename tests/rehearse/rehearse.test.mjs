// What a rehearsal says of a plan that breaks, and of a schema that it cannot copy.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { question } from '../../scripts/rehearse.mjs';
import { ARCHIVES, archiveOf } from '../../www/js/rehearse/extensions.js';
import { bytes, rehearsed, server } from './server.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

before(server);

const revision = (id, down, body) => ({ path: `versions/${id}.py`, bytes: bytes(`from alembic import op\nimport sqlalchemy as sa\nrevision = '${id}'\ndown_revision = ${down}\n\n\ndef upgrade():\n    ${body}\n`) });
const FILES = [
  revision('a1', 'None', "op.create_table('person', sa.Column('id', sa.Integer(), primary_key=True, autoincrement=False), sa.Column('email', sa.Text(), nullable=False))"),
  revision('b2', "'a1'", "op.add_column('person', sa.Column('name', sa.Text()))\n    op.create_table('note', sa.Column('id', sa.Integer(), primary_key=True))"),
  revision('c3', "'b2'", "op.add_column('note', sa.Column('text', sa.Text()))"),
];
/** A database at a1 in which half of b2 is there. */
const dump = (more = '', person = '') => bytes(`-- PostgreSQL database dump
-- Dumped from database version 16.4
SELECT pg_catalog.set_config('search_path', '', false);
${more}
CREATE TABLE public.alembic_version (version_num character varying(32) NOT NULL);
CREATE TABLE public.person (id integer NOT NULL, email text NOT NULL, name text${person});
COPY public.alembic_version (version_num) FROM stdin;
a1
\\.
ALTER TABLE ONLY public.alembic_version ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.person ADD CONSTRAINT person_pkey PRIMARY KEY (id);
-- PostgreSQL database dump complete
`);
const asked = (text = dump(), files = FILES) => question({ files, dump: { path: 'dump.sql', bytes: text }, options: {} });
const of = (result, stage) => result.findings.find((one) => one.stage === stage);
const recommended = (one) => one.rehearsal.plans[one.index];

test('a half applied revision: every step is said to be good', async () => {
  const result = await rehearsed(asked());
  assert.equal(result.outcome, 'applies', JSON.stringify(result, null, 1));
  assert.match(result.sentence, /^Applies cleanly on PostgreSQL 18\.\d+, on an empty copy of your schema \(\d+ tables?\)\.$/);
  assert.deepEqual(result.findings.filter(({ tone }) => tone !== 'good').map(({ stage }) => stage), ['restore']);
  assert.deepEqual(of(result, 'today').refused.sqlstate, '42701');
  assert.deepEqual([of(result, 'today').refused.file, of(result, 'today').refused.line], ['versions/b2.py', 8]);
});

test('a script that is broken on purpose: statement, SQLSTATE and line', async () => {
  const one = asked();
  const fix = recommended(one).fix;
  const at = fix.findIndex(({ sql }) => sql.includes('CREATE TABLE note') || sql.includes('CREATE TABLE public.note'));
  assert.ok(at > 0, fix.map(({ sql }) => sql).join('\n'));
  fix[at] = { ...fix[at], sql: 'CREATE TABLE public.note (id integer PRIMARY KEY, person integer REFERENCES public.persons)' };
  const result = await rehearsed(one);
  assert.equal(result.outcome, 'fails');
  const { refused } = of(result, 'fix');
  assert.deepEqual([refused.sqlstate, refused.message, refused.file, refused.line], ['42P01', 'relation "public.persons" does not exist', 'fix.sql', fix[at].line]);
});

test('a fix that changes something each time it runs', async () => {
  const one = asked();
  recommended(one).fix.push({ ...recommended(one).fix[0], sql: 'CREATE SEQUENCE IF NOT EXISTS public.one' }, { ...recommended(one).fix[0], sql: "DO $$ BEGIN EXECUTE format('CREATE SEQUENCE public.s%s', nextval('public.one')); END $$" });
  const result = await rehearsed(one);
  assert.equal(of(result, 'again').tone, 'bad');
  assert.ok(of(result, 'again').list.some((line) => line.includes('public.s2')), of(result, 'again').list.join('\n'));
});

test('a fix that leaves out what it should make', async () => {
  const one = asked();
  recommended(one).fix = [{ ...recommended(one).fix[0], sql: "UPDATE public.alembic_version SET version_num = 'b2'" }];
  const result = await rehearsed(one);
  assert.equal(result.outcome, 'fails');
  assert.equal(of(result, 'placed').tone, 'bad');
  assert.equal(of(result, 'verify').tone, 'bad');
});

test('an undo that leaves something', async () => {
  const one = asked();
  recommended(one).undo = recommended(one).undo.filter(({ sql }) => !/DROP TABLE/.test(sql)).concat({ ...recommended(one).undo[0], sql: 'CREATE TABLE public.left_behind (id integer)' });
  const result = await rehearsed(one);
  assert.equal(of(result, 'undo').tone, 'bad', JSON.stringify(of(result, 'undo')));
});

test('a prediction that is wrong is corrected', async () => {
  const one = asked();
  const { upgrade } = recommended(one);
  upgrade.unshift({ ...upgrade[0], sql: 'ALTER TABLE person ADD COLUMN name TEXT' });
  const result = await rehearsed(one);
  assert.equal(result.outcome, 'fails');
  assert.deepEqual([of(result, 'upgrade').tone, of(result, 'upgrade').refused.sqlstate], ['bad', '42701']);
});

test('rows that the plan does not fit', async () => {
  const files = [...FILES, revision('d4', "'c3'", "op.add_column('person', sa.Column('age', sa.Integer(), nullable=False))")];
  const result = await rehearsed(asked(dump(), files));
  assert.equal(result.outcome, 'applies');
  assert.match(result.sentence, /With rows it may not/);
  assert.deepEqual([of(result, 'rows').tone, of(result, 'rows').refused.sqlstate], ['care', '23502']);
});

test('an extension that is missing: left out where nothing needs it, else nothing is said of the plan', async () => {
  const out = await rehearsed(asked(dump('CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;\nCOMMENT ON EXTENSION postgis IS $$x$$;')));
  assert.equal(out.outcome, 'applies', JSON.stringify(out, null, 1));
  assert.match(of(out, 'restore').text, /There by name alone.*postgis/);
  const needed = await rehearsed(asked(dump('CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;', ', place public.geometry')));
  assert.equal(needed.outcome, 'impossible');
  assert.match(needed.sentence, /^Could not rehearse because this PostgreSQL does not take dump\.sql:\d+ \(42704: type "public\.geometry" does not exist\).*postgis/);
});

test('what is the server\'s is made for the copy: roles, collations, settings of other versions', async () => {
  const result = await rehearsed(asked(dump(`SET default_with_oids = false;
CREATE SCHEMA public;
CREATE DATABASE other;
CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS moddatetime WITH SCHEMA public;
CREATE TABLE public.old (a text COLLATE pg_catalog."xx_YY", b public.citext);
ALTER TABLE public.old OWNER TO "the app";
GRANT SELECT ON TABLE public.old TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE writer IN SCHEMA public GRANT SELECT ON TABLES TO reader;`)));
  assert.equal(result.outcome, 'applies', JSON.stringify(result, null, 1));
  assert.match(of(result, 'restore').text, /the app, reader, writer/);
});

test('the list of extensions is PGlite\'s', async () => {
  const there = (await readdir(new URL('../../www/vendor/pglite/', import.meta.url))).filter((name) => name.endsWith('.tar.gz'));
  assert.deepEqual([...ARCHIVES].map((name) => `${name}.tar.gz`).sort(), there.sort());
  assert.deepEqual([archiveOf('refint'), archiveOf('citext'), archiveOf('../x')], ['spi.tar.gz', 'citext.tar.gz', null]);
});

test('the program: its exit codes', { timeout: 180_000 }, async () => {
  const run = (...args) => new Promise((resolve) => {
    execFile(process.execPath, ['scripts/rehearse.mjs', ...args], { cwd: root }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : error.code, stdout, stderr }));
  });
  const good = await run('www/sample/project', '--dump', 'www/sample/dump.sql');
  assert.deepEqual([good.code, good.stderr], [0, '']);
  assert.match(good.stdout, /^Applies cleanly/);
  assert.equal((await run('www/sample/project', '--dump', 'www/sample/dump.sql', '--plan', '9')).code, 2);
  assert.equal((await run('www/sample/project')).code, 2);
});
