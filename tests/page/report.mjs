// A report made by hand, for what the page does with one: every kind of section, and names that try to be markup.

const HOSTILE = `"><img src=x onerror="document.title='owned'">';DROP TABLE x;--`;

const prediction = {
  outcome: 'fails',
  runs: ['4b8e1f60a2c9'],
  revision: '4b8e1f60a2c9',
  file: 'project/migrations/versions/4b8e1f60a2c9_candidate_details.py',
  line: 17,
  sqlstate: '42701',
  message: 'column "expected_wage" of relation "candidate" already exists',
  statement: 'ALTER TABLE candidate ADD COLUMN expected_wage VARCHAR(120)',
  excerpt: {
    first_line: 15,
    lines: [
      'def upgrade():',
      '    with op.batch_alter_table("candidate", schema=None) as batch_op:',
      '        batch_op.add_column(sa.Column("expected_wage", sa.String(length=120), nullable=True))',
      '        batch_op.add_column(sa.Column("notice_period", sa.String(length=60), nullable=True))',
    ],
    from_line: 17,
    to_line: 17,
  },
};
const versions = 'project/migrations/versions';
const object = (kind, table, name) => ({ kind, schema: 'public', table, name });
const revision = (id, title, down, verdict, more = {}) => ({
  id, file: `${versions}/${id}.py`, title, down, depends_on: [], labels: [], verdict, effects: null, evidence: [], data_steps: [], unmodelled: [], ...more,
});
const dataStep = {
  revision: 'c26f08b94d1e', file: `${versions}/c26f08b94d1e_candidate_status.py`, line: 16, state: 'will_run', source: null,
  sql: "UPDATE candidate SET status = 'interview' WHERE id IN (SELECT candidate_id FROM interview)",
  why: 'Alembic runs it with the upgrade after the stamp.',
};

/** @param {string} name */
export function report(name = HOSTILE) {
  return {
    schema_version: 2,
    restamp: '0.1.0',
    verdict: {
      situation: 'half_applied',
      sentence: '`91d3c7a5e0f4` is partly there: 3 of 6 effects. Missing: `candidate.linkedin_url`, `job.salary_from`, `job.salary_to`. Run fix.sql, stamp `91d3c7a5e0f4`, then upgrade. Do not stamp head: 1 later table does not exist.',
      facts: ["Tonight's run was rolled back: it left nothing behind.", `A table is called \`${name}\`.`],
    },
    inputs: [{ name, size: 1, sha256: 'ab'.repeat(32), kind: 'revision' }],
    environments: [
      { path: 'project/migrations', chosen: true, version_locations: [versions], revisions: 5, version_table: 'alembic_version', version_table_schema: null, transaction_per_migration: false },
    ],
    database: { name: 'hireboard', databases: ['hireboard'], server_version: '15.18', tables: 4, objects: 31, out_of_scope: [] },
    heads: ['e5194c6d7ab0'],
    revisions: [
      revision('4b8e1f60a2c9', 'Candidate details', [], 'partial', {
        effects: { present: 2, total: 3 },
        evidence: [
          { object: object('column', 'candidate', 'expected_wage'), effect: 'add', found: 'yes', line: 17, note: null },
          { object: object('column', 'candidate', 'linkedin_url'), effect: 'add', found: 'no', line: 19, note: null },
        ],
      }),
      revision('91d3c7a5e0f4', 'Interviews and salary range', ['4b8e1f60a2c9'], 'partial', { effects: { present: 1, total: 3 } }),
      revision('c26f08b94d1e', 'Status of candidates', ['91d3c7a5e0f4'], 'absent', { data_steps: [dataStep] }),
      revision('d70a5b3e8f12', 'Offers', ['c26f08b94d1e'], 'absent'),
      revision('e5194c6d7ab0', name, ['d70a5b3e8f12'], 'absent'),
    ],
    stamped: { revisions: [], ghosts: [], source: 'dump', table_exists: false },
    located: { revisions: ['91d3c7a5e0f4'], exact: false, same_schema: [], may_be: [] },
    drift: [
      ...['candidate.linkedin_url:character varying(255)', 'job.salary_from:numeric(10,2)', 'job.salary_to:numeric(10,2)'].map((text) => {
        const [path, type] = text.split(':');
        const [table, column] = path.split('.');
        return { change: 'missing', counts: true, object: object('column', table, column), attribute: null, expected: type, actual: null, introduced_by: { revision: '91d3c7a5e0f4', file: `${versions}/91d3c7a5e0f4_interviews.py`, line: 24 }, note: null };
      }),
      { change: 'extra', counts: true, object: object('table', null, name), attribute: null, expected: null, actual: name, introduced_by: null, note: name },
      { change: 'different', counts: true, object: object('column', 'candidate', 'notice_period'), attribute: 'type', expected: 'character varying(60)', actual: 'text', introduced_by: { revision: '4b8e1f60a2c9', file: `${versions}/4b8e1f60a2c9_candidate_details.py`, line: 18 }, note: null },
    ],
    prediction,
    plans: [
      {
        id: 'repair', to: ['91d3c7a5e0f4'], recommended: true,
        why: 'Adds the three missing columns, records `91d3c7a5e0f4`, and lets Alembic run the other three revisions with their data step.',
        barred: [],
        steps: [
          { title: 'Look at what the rows hold', command: 'psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f check.sql', file: 'check.sql' },
          { title: 'Add what is missing', command: 'psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f fix.sql', file: 'fix.sql' },
          { title: 'Record the revision', command: 'flask db stamp 91d3c7a5e0f4', file: null },
          { title: 'Upgrade the rest', command: 'flask db upgrade', file: null },
        ],
        fix_sql: 'BEGIN;\nALTER TABLE public.candidate ADD COLUMN linkedin_url character varying(255);\nCOMMIT;\n',
        undo_sql: 'SELECT 1;\n', stamp_sql: 'SELECT 2;\n', check_sql: 'SELECT 3;\n', verify_sql: 'SELECT 4;\n', repair_revision: null, tables: [], patches: [],
        commands: { alembic: ['alembic stamp 91d3c7a5e0f4', 'alembic upgrade head'], flask: ['flask db stamp 91d3c7a5e0f4', 'flask db upgrade'] },
        hazards: [
          { code: 'access-exclusive-lock', severity: 'warning', message: 'ALTER TABLE locks `candidate` against reads and writes while it runs.', help: 'The script sets `lock_timeout`; run it again when it gives up.', statement: null, lock: 'ACCESS EXCLUSIVE', rewrites: false, may_run: null, revision: '4b8e1f60a2c9', file: `${versions}/4b8e1f60a2c9_candidate_details.py`, line: 19 },
        ],
        data_steps: [dataStep],
        then: { ...prediction, outcome: 'succeeds', runs: ['c26f08b94d1e', 'd70a5b3e8f12', 'e5194c6d7ab0'], revision: null, file: null, line: null, sqlstate: null, message: null, statement: null, excerpt: null, drift_left: 0, hazards: [
          { code: 'index-blocks-writes', severity: 'warning', message: 'The index on `offer` blocks writers while it is built.', help: null, statement: 'CREATE INDEX', lock: 'SHARE', rewrites: false, may_run: null, revision: 'd70a5b3e8f12', file: `${versions}/d70a5b3e8f12_offers.py`, line: 30 },
        ] },
      },
      {
        id: 'stamp', to: ['e5194c6d7ab0'], recommended: false, why: 'Stamping head makes the error go away, and hides what is missing.',
        barred: ['Table `offer` does not exist and would never be made.', 'The data step of `c26f08b94d1e` would never run.'],
        steps: [], fix_sql: '', undo_sql: '', stamp_sql: '', check_sql: '', verify_sql: '', repair_revision: null, tables: [], patches: [],
        commands: { alembic: ['alembic stamp head'], flask: ['flask db stamp head'] }, hazards: [], data_steps: [],
        then: { ...prediction, outcome: 'succeeds', runs: [], revision: null, file: null, line: null, sqlstate: null, message: null, statement: null, excerpt: null, drift_left: 4, hazards: [] },
      },
    ],
    check_sql: '',
    log: {
      steps: [{ from: [], to: ['4b8e1f60a2c9'], stamp: false, file: `${versions}/4b8e1f60a2c9_candidate_details.py`, log_line: 4 }],
      failure: { sqlstate: '42701', message: prediction.message, statement: prediction.statement, revision: '4b8e1f60a2c9', file: prediction.file, line: 17, excerpt: null, log_line: 105 },
      left: 'rolled_back', kept_up_to: null, why: '`env.py` runs all revisions in one transaction.', next: null,
    },
    diagnostics: [
      { code: 'dump-no-version-table', severity: 'warning', message: 'The dump has no `alembic_version`.', file: 'dump.sql', line: null, help: 'That is right for a database that Alembic never touched.', labels: [] },
    ],
  };
}
