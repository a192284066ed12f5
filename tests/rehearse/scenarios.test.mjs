// The scenarios, whose databases tests/oracle/test_scenarios.py has made on a real server: each plan on PostgreSQL inside of Node.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { project, question, text } from '../../scripts/rehearse.mjs';
import { rehearsed, server } from './server.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const scenarios = join(root, 'tests', 'fixtures', 'scenarios');

before(server);

/** What is rehearsed of a scenario, as its database was on PostgreSQL 16. */
async function scenario(name) {
  const made = join(root, 'target', 'scenarios', `${name}-16`);
  assert.ok(existsSync(made), `${made} is not there: scripts/test.sh oracle makes it.`);
  const described = JSON.parse(await readFile(join(scenarios, name, 'scenario.json'), 'utf8'));
  const [dump, log] = await Promise.all(['dump.sql', 'log.txt'].map((file) => readFile(join(made, file))));
  const files = (await project([join(scenarios, name)])).filter(({ path }) => path.endsWith('.py'));
  return question({
    files,
    dump: { path: 'dump.sql', bytes: new Uint8Array(dump) },
    log: described.log ? { path: 'log.txt', bytes: new Uint8Array(log) } : null,
    options: { target: described.target ?? 'heads' },
  });
}

const names = (await readdir(scenarios)).sort();
for (const name of names) {
  test(name, { timeout: 120_000 }, async (t) => {
    const asked = await scenario(name);
    const plan = asked.report.plans[asked.index];
    const result = await rehearsed(asked);
    t.diagnostic(result.sentence);
    const said = text(result);
    // Several heads: no plan can be recommended, for Alembic sends nothing at all.
    assert.equal(result.outcome, plan.then.outcome === 'fails' ? 'fails' : 'applies', said);
    const tones = Object.fromEntries(result.findings.map(({ stage, tone }) => [stage, tone]));
    if (plan.fix_sql !== '') for (const stage of ['fix', 'again', 'placed', 'verify']) assert.equal(tones[stage], 'good', said);
    if (plan.undo_sql !== '') assert.ok(['good', 'plain'].includes(tones.undo), said);
    // What no dump shows, an empty copy does not refuse: the invalid index of this one comes from the log.
    if (asked.rehearsal.upgrade.some(({ refused }) => refused !== null) && name !== '16-invalid-index') assert.equal(tones.today, 'good', said);
  });
}
