// Rehearses a plan on a real PostgreSQL, which runs inside of Node: `node scripts/rehearse.mjs REVISIONS… --dump FILE [--plan N]`.
// 0: it applies cleanly. 1: it does not. 2: it could not be rehearsed, or the input is unusable.

import { readFile, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import * as library from '../pkg/restamp.js';
import { archiveOf } from '../www/js/rehearse/extensions.js';
import { rehearse } from '../www/js/rehearse/rehearsal.js';

const root = new URL('../', import.meta.url);
const dist = new URL('.', import.meta.resolve('@electric-sql/pglite'));

/** What PGlite is made of, from node_modules. @returns {Promise<import('../www/js/rehearse/postgres.js').Parts>} */
export async function parts() {
  const [postgres, initdb, data] = await Promise.all(['pglite.wasm', 'initdb.wasm', 'pglite.data'].map((name) => readFile(new URL(name, dist))));
  return {
    PGlite,
    postgres: await WebAssembly.compile(postgres),
    initdb: await WebAssembly.compile(initdb),
    data: new Blob([data]),
    extension: async (name) => {
      const archive = archiveOf(name);
      return archive === null ? null : new Uint8Array(gunzipSync(await readFile(new URL(archive, dist))));
    },
  };
}

/** Loads the library once. */
export async function load() {
  library.initSync({ module: await readFile(new URL('pkg/restamp_bg.wasm', root)) });
  return library;
}

/**
 * What a rehearsal is about: an analysis with its statements.
 * @param {import('../pkg/restamp.js').Input} input
 * @param {number | null} plan its number from 1; without one the recommended plan, or else the first
 */
export function question(input, plan = null) {
  const asked = { ...input, options: { ...input.options, rehearsal: true } };
  const report = library.analyze(asked, () => {});
  const recommended = report.plans.findIndex((one) => one.recommended);
  return { input: asked, report, rehearsal: report.rehearsal, index: plan === null ? Math.max(recommended, 0) : plan - 1 };
}

/** The files of a project, as the command line takes them. @param {string[]} paths */
export async function project(paths) {
  const found = [];
  for (const path of paths) {
    const all = (await stat(path)).isDirectory() ? (await readdir(path, { recursive: true })).map((name) => join(path, name)) : [path];
    for (const file of all) if (/\.(py|sql|ini|cfg|conf|toml)$/.test(file) && !/(^|\/)(node_modules|\.git|\.venv)\//.test(file)) found.push(file);
  }
  return Promise.all([...new Set(found)].sort().map(async (file) => ({ path: relative('.', file), bytes: new Uint8Array(await readFile(file)) })));
}

/** @param {import('../www/js/rehearse/say.js').Result} result */
export function text({ sentence, findings }) {
  const MARK = { good: 'ok', plain: '--', care: '! ', bad: 'X ' };
  const lines = findings.flatMap(({ tone, text, list, refused }) => [
    `  ${MARK[tone]} ${text}`,
    ...(refused === null ? [] : [
      ...(refused.file === null ? [] : [`       at ${refused.file}:${refused.line}`]),
      ...refused.sql.split('\n').slice(0, 12).map((line) => `       | ${line}`),
      ...['message', 'detail', 'hint'].flatMap((key) => (refused[key] === null ? [] : [`       ${key === 'message' ? refused.sqlstate : key}: ${refused[key]}`])),
    ]),
    ...list.slice(0, 20).flatMap((one) => one.split('\n').map((line) => `       ${line}`)),
    ...(list.length > 20 ? [`       and ${list.length - 20} more`] : []),
  ]);
  return [sentence, ...lines, ''].join('\n');
}

const CODE = { applies: 0, fails: 1, impossible: 2 };

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { dump: { type: 'string' }, plan: { type: 'string' }, target: { type: 'string' }, stamped: { type: 'string', multiple: true }, json: { type: 'boolean' } },
  });
  if (positionals.length === 0 || values.dump === undefined) throw new Error('usage: node scripts/rehearse.mjs REVISIONS… --dump FILE [--plan N] [--target REV] [--stamped REV] [--json]');
  await load();
  const asked = question({
    files: await project(positionals),
    dump: { path: values.dump, bytes: new Uint8Array(await readFile(values.dump)) },
    stamped: values.stamped ?? null,
    options: { target: values.target ?? null },
  }, values.plan === undefined ? null : Number(values.plan));
  if (asked.rehearsal === null || asked.report.plans[asked.index] === undefined) throw new Error(`There is no such plan. ${asked.report.verdict.sentence}`);
  const result = await rehearse(asked, library, await parts(), () => {});
  return { code: CODE[result.outcome], out: values.json ? `${JSON.stringify(result, null, 2)}\n` : text(result) };
}

if (isMainThread && process.argv[1] === fileURLToPath(import.meta.url)) {
  // The engine recurses deeper than Node's main thread allows.
  const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2), workerData: 'rehearse', resourceLimits: { stackSizeMb: 32 } });
  worker.once('message', ({ code, out, error }) => {
    process.stdout.write(out);
    if (error !== null) console.error(error);
    // PGlite would keep the process alive.
    process.stdout.write('', () => process.exit(code));
  });
  worker.once('error', (error) => { console.error(error.message); process.exit(2); });
} else if (workerData === 'rehearse') {
  const answer = await main().catch((error) => ({ code: 2, out: '', error: error.message }));
  parentPort.postMessage({ error: null, ...answer });
}
