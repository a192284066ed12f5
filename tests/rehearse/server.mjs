// PostgreSQL for the tests, which is initialised once.

import { load, parts } from '../../scripts/rehearse.mjs';
import { Postgres } from '../../www/js/rehearse/postgres.js';
import { rehearse } from '../../www/js/rehearse/rehearsal.js';

let ready = null;

/** The library, and PGlite with an empty database at hand. */
export function server() {
  ready ??= (async () => {
    const [library, made] = [await load(), await parts()];
    const db = await Postgres.start(made);
    const empty = await db.files();
    await db.close();
    return { library, parts: { ...made, empty } };
  })();
  return ready;
}

/** @param {any} question */
export async function rehearsed(question) {
  const { library, parts } = await server();
  return rehearse(question, library, parts, () => {});
}

export const bytes = (text) => new TextEncoder().encode(text);
