// The words and shapes for the kinds that a report has. One table per kind.

/** @typedef {import('../../pkg/restamp.js').Situation} Situation */
/** @typedef {import('../../pkg/restamp.js').RevisionVerdict} RevisionVerdict */
/** @typedef {import('../../pkg/restamp.js').Change} Change */
/** @typedef {import('../../pkg/restamp.js').Outcome} Outcome */
/** @typedef {import('../../pkg/restamp.js').Severity} Severity */
/** @typedef {import('../../pkg/restamp.js').DataStepState} DataStepState */
/** @typedef {import('../../pkg/restamp.js').Stage} Stage */
/** @typedef {import('../../pkg/restamp.js').StampedSource} StampedSource */
/** @typedef {'good' | 'bad' | 'care' | 'plain'} Tone */

/** @type {Record<Situation, { word: string, tone: Tone }>} */
export const SITUATION = {
  unrecorded: { word: 'Applied, but not recorded', tone: 'care' },
  half_applied: { word: 'Partly there', tone: 'care' },
  stamped_ahead: { word: 'Stamped ahead', tone: 'bad' },
  ghost: { word: 'Unknown revision in the version table', tone: 'bad' },
  fork: { word: 'Several heads', tone: 'care' },
  data: { word: 'It depends on your rows', tone: 'care' },
  healthy: { word: 'Healthy', tone: 'good' },
  no_database: { word: 'No database yet', tone: 'plain' },
  unknown: { word: 'Cannot be told', tone: 'care' },
};

/** @type {Record<RevisionVerdict, { shape: string, word: string, tone: Tone }>} */
export const VERDICT = {
  applied: { shape: '●', word: 'applied', tone: 'good' },
  partial: { shape: '◐', word: 'partly applied', tone: 'care' },
  absent: { shape: '○', word: 'not applied', tone: 'plain' },
  no_trace: { shape: '◌', word: 'leaves no trace', tone: 'plain' },
  unknown: { shape: '?', word: 'cannot be told', tone: 'care' },
};

/** @type {Record<Change, { shape: string, word: string, tone: Tone }>} */
export const CHANGE = {
  missing: { shape: '−', word: 'Missing', tone: 'bad' },
  different: { shape: '≠', word: 'Different', tone: 'care' },
  extra: { shape: '+', word: 'Extra', tone: 'plain' },
  uncompared: { shape: '?', word: 'Not compared', tone: 'plain' },
};

/** @type {Record<Outcome, { word: string, tone: Tone }>} */
export const OUTCOME = {
  succeeds: { word: 'should succeed', tone: 'good' },
  fails: { word: 'will fail', tone: 'bad' },
  depends_on_data: { word: 'depends on your rows', tone: 'care' },
  unknown: { word: 'cannot be told', tone: 'care' },
};

/** @type {Record<Severity, { shape: string, word: string, tone: Tone }>} */
export const SEVERITY = {
  error: { shape: '✕', word: 'Error', tone: 'bad' },
  warning: { shape: '!', word: 'Care', tone: 'care' },
  info: { shape: 'i', word: 'Note', tone: 'plain' },
};

/** @type {Record<DataStepState, string>} */
export const DATA_STEP = {
  ran: 'has run',
  will_run: 'will run',
  skipped: 'would be skipped by the stamp',
  nothing_left: 'has nothing left to do',
  unproven: 'cannot be proven to have run',
};

/** @type {Record<Stage, string>} */
export const STAGE = {
  reading_project: 'Reading your migrations',
  reading_dump: 'Reading the dump',
  replaying: 'Replaying the revisions',
  locating: 'Finding where the database stands',
  comparing: 'Comparing',
  predicting: 'Trying the upgrade on the model',
  planning: 'Making and checking plans',
};

/** @type {Record<StampedSource, string>} */
export const SOURCE = {
  dump: 'in the dump',
  version_dump: 'in the version rows handed in',
  user: 'as you said',
  log: 'by the deploy log',
};
