// From drops and file pickers to lists of files. A repository holds much that no migration reads: it is left out here,
// so that nobody waits for it.

import { part } from './assets.js';
import { directory, isPart } from './directory.js';

/** @typedef {import('./state.js').Taken} Taken */

/** Folders that hold no project's own migrations. */
const SKIPPED = new Set([
  '.git', '.hg', '.svn', '.venv', 'venv', 'node_modules', '__pycache__', 'site-packages', '.tox', '.mypy_cache',
  '.pytest_cache', '.idea', '.vscode',
]);

/** What a project reader can use: Python, configuration, archives, SQL that revisions load. */
const USED = /\.(py|ini|cfg|toml|zip|whl|sql)$/i;

/** What tells the versions of the libraries. */
const REQUIREMENTS = /(^|\/)(METADATA|PKG-INFO|[^/]*requirements[^/]*\.txt|requirements\/[^/]+\.txt)$/i;

/** What is a dump when it is dropped anywhere on the page. */
const DUMP = /\.(json|csv|sql|dump|pgdump|psql|backup|bak|gz|tar)$/i;

/** @param {string} path */
function useful(path) {
  const parts = path.split('/');
  return (USED.test(path) || REQUIREMENTS.test(path)) && !parts.slice(0, -1).some((part) => SKIPPED.has(part));
}

/**
 * The useful ones of picked files.
 * @param {Iterable<File>} files
 * @returns {Taken[]}
 */
export function fromPicker(files) {
  /** @type {Taken[]} */
  const taken = [];
  for (const file of files) {
    const path = file.webkitRelativePath || file.name;
    if (useful(path)) taken.push({ path, blob: file });
  }
  return taken;
}

/**
 * Everything in a drop, folders followed. The entries must be asked for before the first `await`: a drop is empty after it.
 * @param {DataTransfer} transfer
 * @returns {Promise<Taken[]>}
 */
export async function fromDrop(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const loose = [...transfer.files];
  if (entries.length === 0) return loose.map((file) => ({ path: file.name, blob: file }));
  /** @type {Taken[]} */
  const taken = [];
  for (const entry of entries) await walk(entry, entry.name, taken, entries.length === 1);
  return taken;
}

/**
 * @param {FileSystemEntry} entry
 * @param {string} path
 * @param {Taken[]} taken
 * @param {boolean} alone a single dropped file is taken whatever its name
 */
async function walk(entry, path, taken, alone) {
  if (entry.isFile) {
    if (!alone && !useful(path) && !DUMP.test(path) && !isPart(path)) return;
    const file = await new Promise((resolve, reject) => {
      /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject);
    });
    taken.push({ path, blob: /** @type {File} */ (file) });
  } else if (entry.isDirectory && !SKIPPED.has(entry.name)) {
    const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
    // A reader gives at most 100 entries at a time.
    for (;;) {
      /** @type {FileSystemEntry[]} */
      const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (batch.length === 0) break;
      for (const child of batch) await walk(child, `${path}/${child.name}`, taken, false);
    }
  }
}

/**
 * A drop outside the two zones: a lone dump is a dump, everything else is a project.
 * @param {readonly Taken[]} files
 */
export function isDump(files) {
  return files.length === 1 ? DUMP.test(files[0]?.path ?? '') : directory(files) !== null && projectFiles(files).length === 0;
}

/**
 * The dump among dropped files: a folder of pg_dump's directory format, else the first of them.
 * @param {readonly Taken[]} files
 * @returns {Taken | undefined}
 */
export function dumpFile(files) {
  return directory(files) ?? files[0];
}

/**
 * The part of a dropped project that is of use, in the order in which the command line reads a folder: a browser has no
 * order, and the same files shall give the same report.
 * @param {readonly Taken[]} files
 */
export function projectFiles(files) {
  // Folder by folder, as if the slash came before every letter.
  const key = (/** @type {Taken} */ file) => file.path.replaceAll('/', '\0');
  return files.filter((file) => useful(file.path)).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/**
 * What to call a project: its common folder, or its only file.
 * @param {readonly Taken[]} files
 */
export function nameOf(files) {
  const first = files[0]?.path ?? '';
  const folder = first.split('/')[0] ?? '';
  return first.includes('/') && files.every((file) => file.path.startsWith(`${folder}/`)) ? `${folder}/` : files.length === 1 ? first : '';
}

/**
 * A pasted text as a file; null when it is blank.
 * @param {string} text
 * @returns {Taken | null}
 */
export function pasted(text) {
  return text.trim() === '' ? null : { path: 'pasted', blob: new Blob([text]) };
}

/**
 * A sample: what a user in that situation would hand in.
 * @param {string} name its folder in `sample/`; empty for the first one
 * @returns {Promise<{ files: Taken[], dump: Taken, log: string, target: string }>}
 */
export async function sample(name) {
  /** @type {{ files: Record<string, string>, dump: string, log: string, target?: string }} */
  const { files, dump, log, target = '' } = await (await part(`sample/${name === '' ? '' : `${name}/`}sample.json`)).json();
  return {
    files: Object.entries(files).map(([path, text]) => ({ path, blob: new Blob([text]) })),
    dump: { path: 'dump.sql', blob: new Blob([dump]) },
    log,
    target,
  };
}
