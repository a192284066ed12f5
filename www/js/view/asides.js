// Differences that need no action, a line per reason: what is not the project's own, what it had before its first revision,
// what could not be compared.

import { counted, fillOnce, h, prose } from '../dom.js';
import { kindOf, path } from './names.js';

/** @typedef {import('../../pkg/restamp.js').Drift} Drift */

/** As the engine says that an object is another program's, or the team's own. */
const FOREIGN = 'no revision mentions it';

/** @param {Drift[]} list */
export function asides(list) {
  const reasons = Map.groupBy(list, (one) => JSON.stringify([one.change === 'uncompared', one.note]));
  return [...reasons.values()].map((rows) => {
    const [{ change, note }] = /** @type {[Drift, ...Drift[]]} */ (rows);
    return h('details', { class: 'aside', ontoggle: fillOnce(() => content(rows)) },
      h('summary', null, change === 'uncompared' ? [h('strong', null, `${counted(objects(rows), 'object')} not compared`), note !== null && [': ', ...prose(note)]]
        : note === FOREIGN ? [h('strong', null, 'Not yours: '), tally(rows), ' that no revision mentions. Nothing here touches them.']
        : [h('strong', null, `${counted(objects(rows), 'object')}, nothing to do`), note !== null && [': ', ...prose(note)]]));
  });
}

/** @param {Drift} one */
const identity = ({ object }) => JSON.stringify([object.kind, object.schema, object.table, object.name]);

/** An object that differs in several attributes is one. @param {Drift[]} rows */
const objects = (rows) => new Set(rows.map(identity)).size;

/** The schema of an object; a schema is in itself. @param {Drift} one */
const schemaOf = ({ object }) => (object.kind === 'schema' ? object.name : object.schema ?? '');

/** "16 tables in auth and 3 in storage, and 120 more objects". @param {Drift[]} rows */
function tally(rows) {
  const tables = Map.groupBy(rows.filter((one) => one.object.kind === 'table'), schemaOf);
  const rest = objects(rows.filter((one) => one.object.kind !== 'table'));
  const parts = [...tables].map(([schema, list]) => [`${counted(objects(list), 'table')} in `, h('code', null, schema)]);
  if (rest > 0) parts.push([parts.length === 0 ? counted(rest, 'object') : counted(rest, 'more object')]);
  return parts.flatMap((part, index) => [index === 0 ? '' : index === parts.length - 1 ? ' and ' : ', ', ...part]);
}

/**
 * Their names, by schema and kind.
 * @param {Drift[]} rows
 */
function content(rows) {
  const kinds = Map.groupBy(rows, (one) => JSON.stringify([schemaOf(one), kindOf(one.object)]));
  return h('ul', null, [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, list]) => {
    const [schema, kind] = /** @type {[string, string]} */ (JSON.parse(key));
    const names = new Map(list.map((one) => [identity(one), one.object]));
    return h('li', null, h('span', { class: 'soft' }, [kind, schema === '' ? null : ` in ${schema}`, ': ']),
      [...names.keys()].sort().flatMap((key, index) => [index === 0 ? '' : ', ', path(names.get(key)?.table ?? null, names.get(key)?.name ?? null)]));
  }));
}
