// The extensions that PGlite brings, as `NAME.tar.gz` beside it: for others nobody asks.

/** The archives. */
export const ARCHIVES = new Set([
  'amcheck', 'auto_explain', 'bloom', 'btree_gin', 'btree_gist', 'citext', 'cube', 'dict_int', 'dict_xsyn',
  'earthdistance', 'file_fdw', 'fuzzystrmatch', 'hstore', 'intarray', 'isn', 'lo', 'ltree', 'pageinspect',
  'passwordcheck', 'pg_buffercache', 'pg_freespacemap', 'pg_logicalinspect', 'pg_overexplain', 'pg_stat_statements',
  'pg_surgery', 'pg_trgm', 'pg_visibility', 'pg_walinspect', 'pgcrypto', 'seg', 'spi', 'tablefunc', 'tcn',
  'tsm_system_rows', 'tsm_system_time', 'unaccent', 'uuid-ossp',
]);

/** One archive holds the examples of the server programming interface. */
const OF_SPI = ['autoinc', 'insert_username', 'moddatetime', 'refint'];

/**
 * The archive in which an extension is, or null.
 * @param {string} extension
 */
export function archiveOf(extension) {
  const name = OF_SPI.includes(extension) ? 'spi' : extension;
  return ARCHIVES.has(name) ? `${name}.tar.gz` : null;
}
