// The library as JavaScript sees it: pkg/ loaded under Node.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { analyze, files, initSync } from '../../pkg/restamp.js';

const root = new URL('../../', import.meta.url);
initSync({ module: await readFile(new URL('pkg/restamp_bg.wasm', root)) });
const sample = JSON.parse(await readFile(new URL('www/sample/sample.json', root), 'utf8'));
const schema = JSON.parse(await readFile(new URL('src/report/report.schema.json', root), 'utf8'));

const encode = (text) => new TextEncoder().encode(text);
const file = (path, text) => ({ path, bytes: encode(text) });
const input = (more = {}) => ({
  files: Object.entries(sample.files).map(([path, text]) => file(path, text)),
  dump: file('dump.sql', sample.dump),
  log: file('deploy.log', sample.log),
  ...more,
});

/** What of a value is not as the schema says; enough of JSON Schema for ours. */
function faults(value, type, path = '') {
  if (type.$ref) return faults(value, schema.$defs[type.$ref.split('/').at(-1)], path);
  const choices = type.oneOf ?? type.anyOf;
  if (choices) return choices.some((choice) => faults(value, choice, path).length === 0) ? [] : [`${path}: ${JSON.stringify(value)}`];
  if ('const' in type) return value === type.const ? [] : [`${path}: ${JSON.stringify(value)}`];
  if (type.enum) return type.enum.includes(value) ? [] : [`${path}: ${JSON.stringify(value)}`];
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  if (![type.type].flat().includes(kind)) return [`${path} is ${kind}`];
  if (kind === 'array') return value.flatMap((one, index) => faults(one, type.items, `${path}[${index}]`));
  if (kind !== 'object') return [];
  const unknown = Object.keys(value).filter((key) => !(key in type.properties)).map((key) => `${path}.${key} is not in the schema`);
  const missing = (type.required ?? []).filter((key) => !(key in value)).map((key) => `${path}.${key} is missing`);
  return [...unknown, ...missing, ...Object.entries(type.properties).filter(([key]) => key in value).flatMap(([key, one]) => faults(value[key], one, `${path}.${key}`))];
}

test('the sample: the revision, the line, what is missing, and a plan', () => {
  const stages = new Set();
  const report = analyze(input(), (step) => stages.add(step.stage));
  assert.equal(report.schema_version, 2);
  assert.deepEqual(report.heads, ['e5194c6d7ab0']);
  assert.equal(report.revisions.length, 5);
  assert.deepEqual(
    [report.prediction.outcome, report.prediction.revision, report.prediction.line, report.prediction.sqlstate, report.prediction.message],
    ['fails', '4b8e1f60a2c9', 17, '42701', 'column "expected_wage" of relation "candidate" already exists'],
  );
  const [plan] = report.plans;
  assert.equal(plan.recommended, true);
  assert.deepEqual(plan.to, ['91d3c7a5e0f4']);
  for (const column of ['linkedin_url', 'salary_from', 'salary_to']) assert.ok(plan.fix_sql.includes(column), column);
  assert.ok(!/ADD COLUMN (IF NOT EXISTS )?"?(expected_wage|notice_period)/.test(plan.fix_sql));
  assert.equal(report.log.failure.revision, '4b8e1f60a2c9');
  assert.equal(report.log.left, 'rolled_back');
  assert.ok(stages.size > 0);
});

test('a report is as its schema says', () => {
  for (const one of [input(), input({ dump: null }), { files: [] }, { files: [], dump: file('x', 'no dump'), log: file('x', 'no log') }]) {
    assert.deepEqual(faults(analyze(one, () => {}), schema), []);
  }
});

test('the files of a plan', () => {
  const report = analyze(input(), () => {});
  const written = Object.fromEntries([...files(report, 0), ...files(report)].map((one) => [one.name, one.text]));
  assert.equal(written['fix.sql'], report.plans[0].fix_sql);
  assert.deepEqual(JSON.parse(written['report.json']), report);
  assert.ok(written['report.md'].startsWith('# Restamp'));
  assert.deepEqual(files(report).map((one) => one.name), ['report.md', 'report.html', 'report.json']);
  assert.ok(files(report, 0).every((one) => !one.name.startsWith('report')));
});

test('an input that is none is an error, not a panic', () => {
  assert.throws(() => analyze({ files: 'x' }, () => {}), { name: /^(Type)?Error$/ });
  assert.throws(() => analyze({ files: [], options: { target: 1 } }, () => {}), { name: /^(Type)?Error$/ });
  assert.equal(analyze({ files: [] }, () => {}).schema_version, 2);
});

test('bytes that are no text are no panic', () => {
  const noise = { path: 'versions/noise.py', bytes: Uint8Array.from({ length: 4096 }, (_, index) => (index * 197 + 13) % 256) };
  const report = analyze({ files: [noise], dump: { ...noise, path: 'noise.sql' }, log: noise }, () => {});
  assert.ok(report.diagnostics.length > 0);
});
