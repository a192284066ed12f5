// The names of objects, as a person writes them.

import { h } from '../dom.js';

/** @typedef {import('../../pkg/restamp.js').ObjectName} ObjectName */

/** @param {ObjectName} object */
export function objectName(object) {
  return path(schemaOf(object), object.table, object.name);
}

/**
 * Parts of a name with dots between. Each is apart from the others, so that one that is written from right to left does not
 * change places with its neighbour.
 * @param {...(string | null)} parts
 */
export function path(...parts) {
  return h('code', null, parts.filter((part) => part !== null).flatMap((part, index) => [index === 0 ? '' : '.', h('bdi', null, part)]));
}

/** The schema where it is not the usual one. @param {ObjectName} object */
export const schemaOf = (object) => (object.schema === 'public' ? null : object.schema);

/** PostgreSQL's word for a kind. @param {ObjectName} object */
export const kindOf = (object) => object.kind.replaceAll('_', ' ');
