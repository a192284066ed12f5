// Large dumps, which the page hands over slice by slice.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { analyze, initSync } from '../../pkg/restamp.js';
import { isLarge } from '../../www/js/input.js';
import { readDump } from '../../www/js/streamed.js';

const root = new URL('../../', import.meta.url);
const { memory } = initSync({ module: await readFile(new URL('pkg/restamp_bg.wasm', root)) });

const revision = `import sqlalchemy as sa\nfrom alembic import op\nrevision = 'ae10'\ndown_revision = None\n
def upgrade():\n    op.create_table('t', sa.Column('x', sa.Text()))\n`;
const files = [{ path: 'versions/a.py', bytes: new TextEncoder().encode(revision) }];

/** A dump whose rows fill so many bytes. */
function dump(size) {
  const row = `${'x'.repeat(1022)}\\n\n`;
  return [
    '--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 16.4\n-- Dumped by pg_dump version 16.4\n\n',
    'CREATE TABLE public.alembic_version (\n    version_num character varying(32) NOT NULL\n);\n',
    'CREATE TABLE public.t (\n    x text\n);\n',
    'COPY public.alembic_version (version_num) FROM stdin;\nae10\n\\.\n\nCOPY public.t (x) FROM stdin;\n',
    ...new Array(Math.ceil(size / row.length)).fill(row),
    '\\.\n\nALTER TABLE ONLY public.alembic_version\n    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);\n\n-- PostgreSQL database dump complete\n',
  ];
}

const ask = (given) => given.analyze({ files, options: { no_plans: true } }, () => {});

test('slices say what the whole says', async () => {
  const file = { path: 'prod.sql', blob: new File(dump(9 << 20), 'prod.sql') };
  assert.ok(isLarge(file));
  const steps = [];
  const report = ask(await readDump(file, (step) => steps.push(step)));
  assert.deepEqual(steps.map((step) => step.done), [4 << 20, 8 << 20, file.blob.size]);
  const whole = { path: 'prod.sql', bytes: new Uint8Array(await file.blob.arrayBuffer()) };
  assert.deepEqual(report, analyze({ files, dump: whole, options: { no_plans: true } }, () => {}));
  assert.deepEqual(report.stamped.revisions, ['ae10']);
  assert.equal(report.inputs.at(-1).sha256.length, 64);
});

test('a file is read once for many questions, another one is read anew', async () => {
  const steps = [];
  const read = (file) => readDump({ path: file.name, blob: file }, (step) => steps.push(step.total));
  const [one, other] = [new File(dump(1 << 20), 'a.sql', { lastModified: 1 }), new File(dump(2 << 20), 'a.sql', { lastModified: 2 })];
  const first = ask(await read(one));
  assert.deepEqual(ask(await read(one)), first);
  assert.equal(steps.length, 1);
  await read(other);
  assert.equal(steps.length, 2);
});

test('rows of any size take the memory of their schema, and too many bytes are not hashed', async () => {
  const report = ask(await readDump({ path: 'prod.sql', blob: new Blob(dump(200 << 20)) }, () => {}));
  assert.ok(memory.buffer.byteLength < 64 << 20, `${memory.buffer.byteLength} bytes`);
  assert.deepEqual(report.stamped.revisions, ['ae10']);
  assert.equal(report.inputs.at(-1).sha256, null);
  assert.ok(report.inputs.at(-1).size > 200 << 20);
});
