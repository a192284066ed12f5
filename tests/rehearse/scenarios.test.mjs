// The scenarios, whose databases tests/oracle/test_scenarios.py has made on a real server: each plan on PostgreSQL inside of Node.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { question, text } from '../../scripts/rehearse.mjs';
import { names, scenario } from './recorded.mjs';
import { rehearsed, server } from './server.mjs';

before(server);

for (const name of names) {
  test(name, { timeout: 120_000 }, async (t) => {
    const asked = question(await scenario(name));
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
