// How fast a dump with all its rows is read: `restamp analyze` beside `wc -l` on the same file, in one run, as ratios of medians.
// Writes BENCHMARKS.md. `node scripts/bench.mjs [MEGABYTES]`; 1024 when nothing is said.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'target', 'bench');
const megabytes = Number(process.argv[2] ?? 1024);
const RUNS = 5;

const HEAD = '--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 16.4\n-- Dumped by pg_dump version 16.4\n\n'
  + 'CREATE TABLE public.alembic_version (\n    version_num character varying(32) NOT NULL\n);\n'
  + 'CREATE TABLE public.t (\n    id integer,\n    x text,\n    y timestamp without time zone,\n    z jsonb\n);\n';
const TAIL = 'ALTER TABLE ONLY public.alembic_version\n    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);\n\n-- PostgreSQL database dump complete\n';
const REVISION = "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'a1'\ndown_revision = None\n\n\ndef upgrade():\n"
  + "    op.create_table('t', sa.Column('id', sa.Integer()), sa.Column('x', sa.Text()), sa.Column('y', sa.DateTime()), sa.Column('z', sa.JSON()))\n";

/** Rows as applications have them: a number, a text of 18 to 108 characters, a time, some JSON. */
const values = Array.from({ length: 50_000 }, (_, n) => [n, 'lorem ipsum dolor '.repeat(1 + (n * 7) % 6), '2026-01-01 00:00:00', `{"a": ${n}}`]);
const FORMS = {
  'COPY': {
    before: 'COPY public.alembic_version (version_num) FROM stdin;\na1\n\\.\n\nCOPY public.t (id, x, y, z) FROM stdin;\n',
    rows: values.map((row) => `${row.join('\t')}\n`).join(''),
    after: '\\.\n\n',
  },
  'INSERT (--inserts)': {
    before: "INSERT INTO public.alembic_version VALUES ('a1');\n",
    rows: values.map(([id, x, y, z]) => `INSERT INTO public.t VALUES (${id}, '${x}', '${y}', '${z}');\n`).join(''),
    after: '\n',
  },
};

async function dump(name, { before, rows, after }) {
  const path = join(folder, `${name.split(' ')[0].toLowerCase()}.sql`);
  const file = await open(path, 'w');
  await file.write(HEAD + before);
  for (let size = 0; size < megabytes * 2 ** 20; size += Buffer.byteLength(rows)) await file.write(rows);
  await file.write(after + TAIL);
  await file.close();
  return path;
}

/** Median of the seconds, after one run that fills the cache, and the most memory in MB. */
function measure(command, args) {
  const once = () => {
    const started = performance.now();
    const run = spawnSync('/usr/bin/time', ['-f', '%M', command, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    const seconds = (performance.now() - started) / 1000;
    return { seconds, memory: Number(run.stderr.trim().split('\n').at(-1)) / 1024, said: run.stdout };
  };
  once();
  const runs = Array.from({ length: RUNS }, once).sort((a, b) => a.seconds - b.seconds);
  return { ...runs[Math.floor(RUNS / 2)], memory: Math.max(...runs.map((run) => run.memory)) };
}

const restamp = join(root, 'target', 'release', 'restamp');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'a1.py'), REVISION);
const lines = [];
for (const [name, form] of Object.entries(FORMS)) {
  const path = await dump(name, form);
  const ours = measure(restamp, ['analyze', join(folder, 'a1.py'), '--dump', path, '--no-plans', '--format', 'json']);
  const report = JSON.parse(ours.said);
  if (!report.verdict.sentence.startsWith('This database is at `a1`, as recorded')) throw new Error(`${name}: a wrong answer: ${report.verdict.sentence}`);
  const wc = measure('wc', ['-l', path]);
  lines.push(`| ${name} | ${ours.seconds.toFixed(2)} s | ${(megabytes / ours.seconds).toFixed(0)} MB/s | ${wc.seconds.toFixed(2)} s | ${(wc.seconds / ours.seconds).toFixed(2)} | ${ours.memory.toFixed(0)} MB |`);
  await rm(path);
}
const version = execFileSync(restamp, ['--version'], { encoding: 'utf8' }).trim();
await writeFile(join(root, 'BENCHMARKS.md'), `# Benchmarks

Written by \`make bench\`: all on one machine (${cpus().length} cores) and in one run, medians of ${RUNS}. Only ratios mean something elsewhere.

## A dump with all its rows

${version}, the whole of \`restamp analyze --no-plans\`, a plain dump of ${megabytes} MB in the cache, beside \`wc -l\` on the same file.

| rows as | restamp | | \`wc -l\` | speed, \`wc -l\` being 1 | most memory |
|---|---|---|---|---|---|
${lines.join('\n')}
`);
console.log(lines.join('\n'));
