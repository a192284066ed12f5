// Where the page's other parts are: beside its modules, on the server. In the single file that `make page` writes,
// inlined.js stands in the place of this module.

/**
 * A part of the page, by its path below `www/`.
 * @param {string} path
 * @returns {Promise<Response>}
 */
export async function part(path) {
  const response = await fetch(new URL(`../${path}`, import.meta.url));
  if (!response.ok) throw new Error(`${path} could not be loaded (${response.status}). Reload the page.`);
  return response;
}

/**
 * What a worker runs, and as what.
 * @param {string} path below `www/`
 * @returns {{ text: string, type: WorkerType }}
 */
export function workerScript(path) {
  return { text: `import ${JSON.stringify(new URL(`../${path}`, import.meta.url).href)};`, type: 'module' };
}

/** Is PostgreSQL among the parts? It is loaded from the server when it is asked for, and not before. */
export const hasPostgres = () => true;
