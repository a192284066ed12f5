// Made from the types in src/report by a test; see src/report/schema.rs.

/** The kinds of difference. */
export type Change = "missing" | "extra" | "different" | "uncompared";

/** The commands of a plan, quoted for a POSIX shell. */
export interface Commands {
  /** With `alembic`. */
  alembic: Array<string>;
  /** With `flask db` (Flask-Migrate). */
  flask: Array<string>;
}

/** What rows must hold for an upgrade to get past a statement. */
export interface DataCondition {
  /** What the query gave when the database was asked; null where it was not. */
  answer: number | null;
  /** What must hold, one clause: `candidate.email holds no NULL`. */
  demand: string;
  /** Its file. */
  file: string | null;
  /** The line of the operation, from 1. */
  line: number | null;
  /** A query that counts what breaks it, 0 is good; null where it cannot be asked. */
  query: string | null;
  /** The revision whose statement demands it. */
  revision: string;
  /** The SQLSTATE if it does not hold; null for an error of the client, or where it depends on the value. */
  sqlstate: string | null;
}

/** Something that a revision does to rows, which a schema cannot show. */
export interface DataStep {
  /** Its file. */
  file: string;
  /** The line, from 1. */
  line: number;
  /** The revision. */
  revision: string;
  /** The lines of Python, where it is not. */
  source: string | null;
  /** The statement, where it is SQL. */
  sql: string | null;
  /** Whether it has run. */
  state: DataStepState;
  /** What the state rests on, or what would settle it. */
  why: string;
}

/** Whether a data step has run on this database. */
export type DataStepState = "ran" | "will_run" | "skipped" | "nothing_left" | "unproven";

/** The database that the dump describes. */
export interface Database {
  /** The databases in the dump (pg_dumpall); more than one asks for a choice. */
  databases: Array<string>;
  /** Its name, where the dump tells it. */
  name: string | null;
  /** How many objects of all kinds it has that are compared with what the revisions give. */
  objects: number;
  /** What the dump leaves out, inferred from what is referenced or absent as a class, e.g. `constraints and indexes`. */
  out_of_scope: Array<string>;
  /** The server's version as the dump's header says. */
  server_version: string | null;
  /** How many tables it has, the version table not counted. */
  tables: number;
}

/** A message about the input. */
export interface Diagnostic {
  /** Stable, kebab-case, e.g. `dump-truncated`. */
  code: string;
  /** The file, where there is one. */
  file: string | null;
  /** What to do, one sentence. */
  help: string | null;
  /** Further places. */
  labels: Array<Label>;
  /** The line in it, from 1. */
  line: number | null;
  /** What happened and why, one sentence. */
  message: string;
  /** How much it matters. */
  severity: Severity;
}

/** One difference between the dump and what the revisions give. */
export interface Drift {
  /** What the dump has; null for a missing object. */
  actual: string | null;
  /** The property that differs; null where the whole object does. */
  attribute: string | null;
  /** What kind of difference. */
  change: Change;
  /** It keeps the database from being as the revisions make it. False for what is listed only to be seen: what could not be compared, what no revision mentions, what the project had before its first revision, names that nobody wrote. */
  counts: boolean;
  /** What the revisions give, as SQL or a value; null for an extra object. */
  expected: string | null;
  /** The operation that brings the object; null for an extra object. */
  introduced_by: Introduced | null;
  /** Why it is not compared, or that only the name differs. */
  note: string | null;
  /** The object. */
  object: ObjectName;
}

/** k of n effects. */
export interface Effects {
  /** How many are in the database. */
  present: number;
  /** How many there are. */
  total: number;
}

/** An Alembic environment that was found among the files. */
export interface Environment {
  /** This report is about it. */
  chosen: boolean;
  /** Its folder (that of `env.py`), as it was handed in; `.` for the root. */
  path: string;
  /** How many revisions it has. */
  revisions: number;
  /** `transaction_per_migration`: each revision is a transaction of its own. Null where it cannot be told. */
  transaction_per_migration: boolean | null;
  /** Where its revisions are. */
  version_locations: Array<string>;
  /** The name of its version table, `alembic_version` unless configured. */
  version_table: string;
  /** The schema of the version table, where configured. */
  version_table_schema: string | null;
}

/** One effect of a revision, looked up in the database. */
export interface Evidence {
  /** What the revision does to it, e.g. `add`, `drop`, `set type`. */
  effect: string;
  /** What the dump shows. */
  found: Found;
  /** The line of the operation, from 1. */
  line: number | null;
  /** What was found instead, or why it cannot be told. */
  note: string | null;
  /** The object that the effect is about. */
  object: ObjectName;
}

/** A few lines of a file. */
export interface Excerpt {
  /** Line number of the first of `lines`, from 1. */
  first_line: number;
  /** Number of the first line that matters, from 1. */
  from_line: number;
  /** The lines, without line breaks. */
  lines: Array<string>;
  /** Number of the last line that matters. */
  to_line: number;
}

/** What the dump shows of an effect. */
export type Found = "yes" | "no" | "different" | "unknown";

/** What to know before a script is run. */
export interface Hazard {
  /** Stable, kebab-case, e.g. `not-null-without-default`. */
  code: string;
  /** Its file. */
  file: string | null;
  /** What to do, one sentence. */
  help: string | null;
  /** The line in it, from 1. */
  line: number | null;
  /** The strongest lock that the statement takes, e.g. `ACCESS EXCLUSIVE`. */
  lock: string | null;
  /** Why it is not known whether the statement runs at all; null where it does, and where there is none. */
  may_run: string | null;
  /** What happens and why, one sentence. */
  message: string;
  /** The revision that the statement comes from. */
  revision: string | null;
  /** The statement rewrites the table. */
  rewrites: boolean;
  /** How much it matters. */
  severity: Severity;
  /** The statement that it is about. */
  statement: string | null;
}

/** Everything that an analysis reads. Nothing else is looked at: no file system, no network, no clock. */
export interface Input {
  /** What `check.sql` printed. */
  answers?: InputFile | null;
  /** The dump: plain, in pg_dump's own formats, gzip, pasted base64 of gzip; or the snapshot that stands in for it. */
  dump?: InputFile | null;
  /** The project: revision files, `alembic.ini`, `env.py`, helpers, zip archives. */
  files?: Array<InputFile>;
  /** A deploy log. */
  log?: InputFile | null;
  /** The rest. */
  options?: Options;
  /** The version rows, where the user states them; an empty list says that there are none. */
  stamped?: Array<string> | null;
  /** A second small dump, or pasted `alembic current` output, with the version rows. */
  version_dump?: InputFile | null;
}

/** A file or a pasted text. */
export interface InputFile {
  /** Its bytes. */
  bytes: Uint8Array;
  /** Its path relative to what was handed in, with `/` between its parts; `pasted` for a text. */
  path: string;
}

/** What an input was read as. */
export type InputKind = "revision" | "configuration" | "helper" | "dump" | "version_rows" | "answers" | "log" | "baseline";

/** A file that was read. */
export interface InputSummary {
  /** What it was read as. */
  kind: InputKind;
  /** Its path as it was handed in. */
  name: string;
  /** SHA-256 of its bytes, lower-case hex; null for a dump of more than 64 MB. */
  sha256: string | null;
  /** Its size in bytes. */
  size: number;
}

/** The operation that brings an object. */
export interface Introduced {
  /** The file. */
  file: string;
  /** The line in it, from 1. */
  line: number | null;
  /** The revision. */
  revision: string;
}

/** A further place of a diagnostic. */
export interface Label {
  /** The file. */
  file: string;
  /** The line in it, from 1. */
  line: number;
  /** What is there. */
  text: string;
}

/** What a failed run left behind. */
export type LeftBehind = "nothing" | "rolled_back" | "kept" | "unknown";

/** Where the schema really stands. */
export interface Located {
  /** The schema is exactly what these revisions give. */
  exact: boolean;
  /** Further states that the database may be at: not all that the revisions between them do is known. */
  may_be: Array<Array<string>>;
  /** The state, written as `alembic_version` would hold it. Empty for before the first revision. */
  revisions: Array<string>;
  /** Further states of the same schema (revisions between them leave no trace), each as `alembic_version` would hold it. */
  same_schema: Array<Array<string>>;
}

/** The error that a log shows, tied to a revision. */
export interface LogFailure {
  /** The lines around it. */
  excerpt: Excerpt | null;
  /** Its file. */
  file: string | null;
  /** The line of the failing operation, from 1. */
  line: number | null;
  /** Line of the log that shows the error, from 1. */
  log_line: number;
  /** The message. */
  message: string;
  /** The revision that was running. */
  revision: string | null;
  /** The five characters of PostgreSQL's SQLSTATE; null when the client raised the error. */
  sqlstate: string | null;
  /** The failing statement, where the log shows it. */
  statement: string | null;
}

/** A run of Alembic as a deploy log shows it. */
export interface LogRun {
  /** The error, where the log shows one. */
  failure: LogFailure | null;
  /** With `kept`: the revision up to which the run was kept. */
  kept_up_to: string | null;
  /** What the failed run left in the database. */
  left: LeftBehind;
  /** What to hand in next; null when nothing more is needed. */
  next: string | null;
  /** The `Running upgrade a -> b` and `Running stamp_revision` lines, in order. */
  steps: Array<LogStep>;
  /** Why `left` is what it is: the transaction settings of `env.py`, an autocommit block. One sentence. */
  why: string;
}

/** A revision that the log says was run or stamped. */
export interface LogStep {
  /** Its file; null when no file has this id. */
  file: string | null;
  /** The rows before; empty for the first revision. */
  from: Array<string>;
  /** Line of the log, from 1. */
  log_line: number;
  /** True for a `stamp_revision` line. */
  stamp: boolean;
  /** The revision that was run, or the row after a stamp; empty for a stamp to `base`. */
  to: Array<string>;
}

/** The identity of an object. */
export interface ObjectName {
  /** PostgreSQL's word, lower case: `table`, `column`, `constraint`, `index`, `type`, …. */
  kind: string;
  /** Its name, not quoted. */
  name: string;
  /** Its schema, or its table's. */
  schema: string | null;
  /** The table of a column, default, constraint, index, trigger or policy. */
  table: string | null;
}

/** The options of `restamp analyze`. */
export interface Options {
  /** Plans may convert in ways that lose data. */
  allow_data_loss?: boolean;
  /** Plans may drop what a revision up to the target dropped. */
  allow_drops?: boolean;
  /** A schema (dump) that the history starts from. */
  baseline?: InputFile | null;
  /** Build new indexes on tables that are there before the fix, in a file of their own and without keeping writers out. */
  concurrently?: boolean;
  /** The database that is meant in a dump of several (pg_dumpall). */
  database?: string | null;
  /** The engine that is meant in Flask-Migrate's multidb layout. */
  engine?: string | null;
  /** The folder of the environment that is meant, where there are several. */
  environment?: string | null;
  /** How long a statement of a script waits for a lock before it gives up (55P03), as PostgreSQL writes it: `5s`, `500ms`; `0` waits for ever. `5s` when it is null. */
  lock_timeout?: string | null;
  /** Say where the database stands and what the upgrade would do, no more: plans take most of the time. */
  no_plans?: boolean;
  /** Say statement by statement what a server is sent when dump, plans and upgrade are rehearsed on one. */
  rehearsal?: boolean;
  /** The role that Alembic connects as. */
  role?: string | null;
  /** The schema that Alembic works in, for projects that migrate several schemas of one database (a schema per tenant). It comes first in `search_path`; nothing outside of it is compared. */
  schema?: string | null;
  /** The `search_path` of that role, where it is set outside the dump. */
  search_path?: string | null;
  /** Folders among `files` that are roots for imports, as on `sys.path`. */
  source_roots?: Array<string>;
  /** `heads` or a revision; `heads` when it is null. */
  target?: string | null;
  /** Alembic's own table, `name` or `schema.name`, where `env.py` does not tell it. */
  version_table?: string | null;
  /** Folders or files among `files` that the revisions are in; all others are only for imports. Empty: anywhere. */
  within?: Array<string>;
}

/** How an upgrade ends. */
export type Outcome = "succeeds" | "fails" | "depends_on_data" | "unknown";

/** A change of a revision file. */
export interface Patch {
  /** The lines as they should be. */
  after: string;
  /** The lines as they are. */
  before: string;
  /** The file. */
  file: string;
  /** The first line that changes, from 1. */
  line: number;
}

/** A way home: bring the schema to `to`, stamp `to`, let Alembic upgrade the rest. */
export interface Plan {
  /** What bars it from being recommended, one sentence each, with what would settle it. */
  barred: Array<string>;
  /** Reads what the rows hold before the fix. */
  check_sql: string;
  /** The commands. */
  commands: Commands;
  /** The data steps that the plan runs or skips. */
  data_steps: Array<DataStep>;
  /** Brings the schema to `to`; empty when nothing is to be done. */
  fix_sql: string;
  /** What to know before running it. */
  hazards: Array<Hazard>;
  /** Which kind of plan. */
  id: PlanId;
  /** With `concurrently`: builds indexes before `fix_sql` without keeping writers out; empty where there are none. */
  indexes_sql: string;
  /** For `patch`: the changes of the failing revisions, all of them. */
  patches: Array<Patch>;
  /** It is safe, and the best one. At most one plan is. */
  recommended: boolean;
  /** A revision file that makes the same changes; null where Alembic would not reach it. */
  repair_revision: string | null;
  /** Sets the version rows, for those who do not use the commands. */
  stamp_sql: string;
  /** What a person does, in order. */
  steps: Array<Step>;
  /** Relations that were there before and that `fix_sql` alters or writes to: what to back up, as SQL writes their names. */
  tables: Array<string>;
  /** What `alembic upgrade` to the target does after fix and stamp. */
  then: Then;
  /** The rows of the version table after the stamp. */
  to: Array<string>;
  /** Takes `fix_sql` back. */
  undo_sql: string;
  /** Reads whether the fix arrived. */
  verify_sql: string;
  /** Why it is recommended, or what speaks against it. */
  why: string;
}

/** The kinds of plan. */
export type PlanId = "stamp" | "upgrade" | "repair" | "patch";

/** The statements of one plan. */
export interface PlanRehearsal {
  /** Of `fix.sql`. */
  fix: Array<Sent>;
  /** Of `indexes.sql`. */
  indexes: Array<Sent>;
  /** Of `stamp.sql`. */
  stamp: Array<Sent>;
  /** Of `undo.sql`. */
  undo: Array<Sent>;
  /** What `alembic upgrade` to the target sends after fix and stamp, as far as it is known. */
  upgrade: Array<Sent>;
  /** Of `verify.sql`. */
  verify: Array<Sent>;
}

/** What an upgrade does to a database. */
export interface Prediction {
  /** What rows must hold on the way, in the order in which the upgrade demands it. */
  conditions: Array<DataCondition>;
  /** The lines around `line`. */
  excerpt: Excerpt | null;
  /** The file of `line`: the revision's own, or that of what it calls there (another revision's function, a helper). */
  file: string | null;
  /** The line of the operation, from 1. */
  line: number | null;
  /** The message that the user would see, or why it is not known. */
  message: string | null;
  /** How it ends. */
  outcome: Outcome;
  /** The revision at which it fails or stops being known; null when it succeeds. */
  revision: string | null;
  /** The revisions that it runs, in order, the failing one last. */
  runs: Array<string>;
  /** PostgreSQL's SQLSTATE; null for an error of the client. */
  sqlstate: string | null;
  /** The statement that fails. */
  statement: string | null;
}

/** How far an analysis is. */
export interface Progress {
  /** How much of the stage is done. */
  done: number;
  /** What it is doing. */
  stage: Stage;
  /** How much there is; 0 where it is not known. */
  total: number;
}

/** The statements of a rehearsal, one by one, since several in one message would be one transaction. */
export interface Rehearsal {
  /** Per plan of the report, in its order. */
  plans: Array<PlanRehearsal>;
  /** Makes the database of the dump: its schema without rows, but for those of the version table. */
  restore: Array<Sent>;
  /** What `alembic upgrade` to the target sends to the database as it is, as far as it is known. The last one may be the one that is refused. */
  upgrade: Array<Sent>;
}

/** Everything that an analysis found out. */
export interface Report {
  /** `check.sql` where no plan has one: reads what decides the prediction and what else a dump does not show. Empty where nothing depends on rows. */
  check_sql: string;
  /** The database that the dump describes; null without a dump. */
  database: Database | null;
  /** What went wrong with the input or could not be known. */
  diagnostics: Array<Diagnostic>;
  /** Each difference between the dump and what the revisions up to `located` give. Empty means that they agree. */
  drift: Array<Drift>;
  /** The Alembic environments that were found; the one with `chosen` is the one this report is about. */
  environments: Array<Environment>;
  /** The ids of the revisions that no other revision follows, as `alembic heads` prints them. */
  heads: Array<string>;
  /** What was read, with hashes, so that a report can be tied to the files it is about. */
  inputs: Array<InputSummary>;
  /** Where the schema really stands; null without a dump. */
  located: Located | null;
  /** What the deploy log says; null without a log. */
  log: LogRun | null;
  /** The ways home, the recommended one first. */
  plans: Array<Plan>;
  /** What `alembic upgrade` to the target would do to this database as it is; null without a dump. */
  prediction: Prediction | null;
  /** What a server is sent in a rehearsal; null unless `rehearsal` is among the options. */
  rehearsal: Rehearsal | null;
  /** The version of Restamp that wrote the report, e.g. `0.1.0`. */
  restamp: string;
  /** All revisions, parents before children. */
  revisions: Array<Revision>;
  /** The version of this format: 1. It grows when a key is removed or changes its meaning; new keys do not change it. */
  schema_version: number;
  /** What the version table says; null when nothing tells it. */
  stamped: Stamped | null;
  /** The answer in one sentence. */
  verdict: Verdict;
}

/** A revision. */
export interface Revision {
  /** What it does to rows. */
  data_steps: Array<DataStep>;
  /** The revisions that it needs besides (`depends_on`). */
  depends_on: Array<string>;
  /** The revisions that it follows (`down_revision`); several for a merge, none for a base. */
  down: Array<string>;
  /** How many of its lasting effects are there; null without a dump. */
  effects: Effects | null;
  /** What the verdict rests on. */
  evidence: Array<Evidence>;
  /** Its file. */
  file: string;
  /** Its id. */
  id: string;
  /** Its branch labels. */
  labels: Array<string>;
  /** The first line of its docstring. */
  title: string;
  /** What of it could not be followed. */
  unmodelled: Array<Unmodelled>;
  /** Whether its effects are in the database. */
  verdict: RevisionVerdict;
}

/** Whether a revision's effects are in the database. */
export type RevisionVerdict = "applied" | "partial" | "absent" | "no_trace" | "unknown";

/** A statement that a server is sent. */
export interface Sent {
  /** The file that it comes from. */
  file: string | null;
  /** The line in it, from 1. */
  line: number | null;
  /** Of an upgrade: why it is not known whether it is sent, or sent like this; null where it is. */
  may_run: string | null;
  /** Of an upgrade: the SQLSTATE with which it is predicted to be refused; null where it is not. */
  refused: string | null;
  /** Of an upgrade: the revision that sends it. */
  revision: string | null;
  /** The statement, without its semicolon. */
  sql: string;
  /** Of an upgrade: which of its transactions, from 1; null outside of any. Scripts begin and commit by statements of their own. */
  transaction: number | null;
}

/** How much something matters. */
export type Severity = "info" | "warning" | "error";

/** The situations that a database can be in. */
export type Situation = "unrecorded" | "half_applied" | "stamped_ahead" | "ghost" | "fork" | "data" | "healthy" | "no_database" | "unknown";

/** The stages of an analysis, in order. */
export type Stage = "reading_project" | "reading_dump" | "replaying" | "locating" | "comparing" | "predicting" | "planning";

/** What the version table says. */
export interface Stamped {
  /** The rows that no file has. */
  ghosts: Array<string>;
  /** Its rows; empty for a table without rows, or no table. */
  revisions: Array<string>;
  /** Where the rows come from. */
  source: StampedSource;
  /** The version table is in the dump. Null when the source is not a dump. */
  table_exists: boolean | null;
}

/** Where version rows come from. */
export type StampedSource = "dump" | "version_dump" | "user" | "log";

/** One thing that a person does. */
export interface Step {
  /** What is typed; null where there is nothing to type. */
  command: string | null;
  /** The file that it uses, one of those that `--out` writes. */
  file: string | null;
  /** What it is for, a short imperative sentence. */
  title: string;
}

/** What comes after fix and stamp. The prediction's keys are its own. */
export interface Then {
  /** What rows must hold on the way, in the order in which the upgrade demands it. */
  conditions: Array<DataCondition>;
  /** How many differences to the target are left after it: those that only the user can judge, e.g. extra objects. */
  drift_left: number;
  /** The lines around `line`. */
  excerpt: Excerpt | null;
  /** The file of `line`: the revision's own, or that of what it calls there (another revision's function, a helper). */
  file: string | null;
  /** What to know before the upgrade: of the statements that it is known to send. */
  hazards: Array<Hazard>;
  /** The line of the operation, from 1. */
  line: number | null;
  /** The message that the user would see, or why it is not known. */
  message: string | null;
  /** How it ends. */
  outcome: Outcome;
  /** The revision at which it fails or stops being known; null when it succeeds. */
  revision: string | null;
  /** The revisions that it runs, in order, the failing one last. */
  runs: Array<string>;
  /** PostgreSQL's SQLSTATE; null for an error of the client. */
  sqlstate: string | null;
  /** The statement that fails. */
  statement: string | null;
}

/** A place that could not be followed. */
export interface Unmodelled {
  /** The file; not always the revision's own. */
  file: string;
  /** The line in it, from 1; null where the whole file is meant. */
  line: number | null;
  /** Why, e.g. `import app.models`. */
  reason: string;
}

/** The answer in one sentence. */
export interface Verdict {
  /** Further facts that are certain, one sentence each. */
  facts: Array<string>;
  /** The sentence that a person reads first. Plain text. */
  sentence: string;
  /** Which of the known situations this is. */
  situation: Situation;
}
