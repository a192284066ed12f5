// The names of objects, as a person writes them.

/** @typedef {import('../../pkg/restamp.js').ObjectName} ObjectName */

/** @param {ObjectName} object */
export function objectName(object) {
  return [schemaOf(object), object.table, object.name].filter((part) => part !== null).join('.');
}

/** The schema where it is not the usual one. @param {ObjectName} object */
export const schemaOf = (object) => (object.schema === 'public' ? null : object.schema);

/** PostgreSQL's word for a kind. @param {ObjectName} object */
export const kindOf = (object) => object.kind.replaceAll('_', ' ');
