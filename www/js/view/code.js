// Source excerpts, statements, copying and saving.

import { fillOnce, h } from '../dom.js';
import { languageOf } from '../tokens.js';
import { zip } from '../zip.js';
import { copyButton } from './copy.js';
import { hasNotes, highlighted, script } from './script.js';

/** @typedef {import('../../pkg/restamp.js').Excerpt} Excerpt */
/** @typedef {import('../state.js').OutFile} OutFile */

/**
 * Lines with their numbers; those that matter are marked, and not by colour alone.
 * @param {Excerpt} excerpt
 * @param {string | null} file what it is of
 */
export function excerpt(excerpt, file) {
  const rows = excerpt.lines.map((line, index) => {
    const number = excerpt.first_line + index;
    const marked = number >= excerpt.from_line && number <= excerpt.to_line;
    return h('span', { class: marked ? 'row marked' : 'row' },
      h('span', { class: 'gutter', 'aria-hidden': 'true' }, `${marked ? '›' : ' '} ${number}`),
      h('span', { class: 'code' }, line === '' ? ' ' : highlighted(line, languageOf(file ?? ''))));
  });
  return h('pre', { class: 'excerpt', role: 'group', tabindex: '0', 'aria-label': `Source, line ${excerpt.from_line} matters` }, rows);
}

/**
 * A file and a line.
 * @param {string | null} file
 * @param {number | null} line
 */
export function place(file, line) {
  if (file === null) return null;
  return h('code', { class: 'place' }, line === null ? file : `${file}:${line}`);
}

/**
 * A line to type, with a button that copies it.
 * @param {string} text
 */
export function command(text) {
  return h('div', { class: 'command' }, h('pre', { tabindex: '0' }, text), copyButton(text, 'the command'));
}

/**
 * Saves a file. The link lives as long as the click.
 * @param {OutFile} file
 */
export function save(file) {
  saveBlob(file.name, new Blob([file.text], { type: 'text/plain;charset=utf-8' }));
}

/**
 * @param {string} name
 * @param {Blob} blob
 */
function saveBlob(name, blob) {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * All files of a plan in one archive.
 * @param {string} folder
 * @param {readonly OutFile[]} files
 */
export function zipButton(folder, files) {
  return h('button', { type: 'button', class: 'take', onclick: () => saveBlob(`${folder}.zip`, zip(folder, files)) }, 'Download all (.zip)');
}

/** @param {OutFile} file */
export function saveButton(file) {
  return h('button', { type: 'button', class: 'small', 'aria-label': `Save ${file.name}`, onclick: () => save(file) }, 'Save ', h('code', null, file.name));
}

/** What each file is for. */
const PURPOSE = /** @type {Record<string, string>} */ ({
  'check.sql': 'reads what your rows hold, before anything is changed',
  'indexes.sql': 'builds indexes before the fix, without keeping writers out',
  'fix.sql': 'brings the schema to the revision',
  'stamp.sql': 'sets the version row without Alembic',
  'verify.sql': 'checks that the fix arrived',
  'undo.sql': 'takes the fix back',
  'apply.py': 'all of these by the application\'s own SQLAlchemy, where there is no psql',
  'patch.diff': 'changes the failing revision: patch -p0 < patch.diff',
  'commands.txt': 'all commands',
  'repair_revision.py': 'the same fix as an Alembic revision',
  'report.md': 'the whole report, for a ticket',
  'report.html': 'the same as a page, to be read in a browser',
  'report.json': 'the whole report, for programs',
});

/**
 * Files to look at, copy and save.
 * @param {readonly OutFile[]} files
 * @param {string} owner what the ids begin with
 * @param {readonly import('../../pkg/restamp.js').Hazard[]} hazards what to know of their statements
 */
export function fileList(files, owner, hazards = []) {
  return h('ul', { class: 'files' }, files.map((file) => {
    const fill = fillOnce(() => script(file, hasNotes(file.name) ? hazards : [], `${owner}-${file.name}`));
    const details = h('details', { id: `${owner}-${file.name}`, 'data-keep': true, ontoggle: fill },
      h('summary', null, h('code', null, file.name), ' ', h('span', { class: 'soft' }, PURPOSE[file.name] ?? '')));
    const saving = h('button', { type: 'button', class: 'small', 'aria-label': `Save ${file.name}`, onclick: () => save(file) }, 'Save');
    return h('li', null, details, h('span', { class: 'actions' }, copyButton(file.text, file.name), saving));
  }));
}
