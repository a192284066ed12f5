// Databases of which others have recorded what becomes of them: scenarios and drifts of real projects.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { project } from '../../scripts/rehearse.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const scenarios = join(root, 'tests', 'fixtures', 'scenarios');

export const names = (await readdir(scenarios)).sort();

/** What is rehearsed of a scenario, as its database was. */
export async function scenario(name, version = '16') {
  const made = join(root, 'target', 'scenarios', `${name}-${version}`);
  assert.ok(existsSync(made), `${made} is not there: scripts/test.sh oracle makes it.`);
  const described = JSON.parse(await readFile(join(scenarios, name, 'scenario.json'), 'utf8'));
  const [dump, log] = await Promise.all(['dump.sql', 'log.txt'].map((file) => readFile(join(made, file))));
  const files = (await project([join(scenarios, name)])).filter(({ path }) => path.endsWith('.py'));
  return {
    files,
    dump: { path: 'dump.sql', bytes: new Uint8Array(dump) },
    log: described.log ? { path: 'log.txt', bytes: new Uint8Array(log) } : null,
    options: { target: described.target ?? 'heads' },
  };
}

/** A recorded project whose database was changed at random, and what `alembic upgrade` then did. */
export async function drift(name, number) {
  const recorded = join(root, 'tests', 'corpus', name);
  const [told, settings] = (await Promise.all([join('drifts', `${number}.json`), 'project.json'].map((file) => readFile(join(recorded, file), 'utf8')))).map((text) => JSON.parse(text));
  const folder = await realpath(join(root, 'target', 'corpus', name));
  const dump = { path: 'dump.sql.gz', bytes: new Uint8Array(await readFile(join(recorded, 'drifts', `${number}.sql.gz`))) };
  return { input: { files: await project([join(folder, settings.version_locations[0], '..')]), dump, stamped: told.stamped, options: { target: 'heads' } }, outcome: told.outcome };
}
