// "Where is your database?": for each kind of place the commands that give a dump, as tabs (the WAI-ARIA pattern).

import { byId, h, prose } from '../dom.js';
import { save } from './code.js';
import { copyButton } from './copy.js';

/** What the version table is called is filled in when the project is known. */
const TABLE = '\u0000';
const DUMP = `(pg_dump -s "$URL"; pg_dump -a -t '${TABLE}' "$URL") > restamp.sql`;

/**
 * What stands in for pg_dump: a SELECT for any SQL console, and a program that runs it.
 * @typedef {{ sql: string, program: string }} Snapshot
 */

/** Blocks that the engine knows the text of, with the name of the file that they are saved as. */
const SNAPSHOT = /** @type {Record<keyof Snapshot, string>} */ ({ sql: 'snapshot.sql', program: 'snapshot.py' });

/**
 * A paragraph is prose; what is in an array is one block to type; a key is a block of the engine's.
 * @typedef {string | string[] | { of: keyof Snapshot }} Part
 * @type {Array<{ id: string, name: string, parts: Part[] }>}
 */
const HOSTS = [
  { id: 'laptop', name: 'Reachable from here', parts: [
    'With PostgreSQL\'s own programs, `pg_dump` at least as new as the server:',
    ["URL='postgresql://…'", DUMP],
    '“no matching tables were found” is fine: there is no version table then.',
  ] },
  { id: 'shell', name: 'Web shell', parts: [
    'Where nothing can be downloaded. Paste the whole block that it prints above; prompts and wrapped lines do no harm.',
    ["U=$(echo \"$DATABASE_URL\" | sed -E 's#^postgres(ql)?(\\+[a-z0-9_]+)?:#postgresql:#')", `(pg_dump -s "$U"; pg_dump -a -t '${TABLE}' "$U") | gzip -9 | base64`],
  ] },
  { id: 'render', name: 'Render', parts: [
    'The External Database URL is on the page of your database.',
    ["URL='postgresql://…'  # External Database URL", DUMP],
    'On paid plans the Export button gives a `.dir.tar.gz`: drop it as it is.',
  ] },
  { id: 'heroku', name: 'Heroku', parts: [
    ['URL=$(heroku config:get DATABASE_URL -a APP)', DUMP],
    'Or take a backup, and drop `latest.dump` as it is:',
    ['heroku pg:backups:capture -a APP', 'heroku pg:backups:download -a APP'],
  ] },
  { id: 'fly', name: 'Fly', parts: [
    'The proxy stays open in one terminal and prints the local address:',
    ['fly mpg proxy CLUSTER_ID'],
    'In another one:',
    ["URL='postgresql://…@localhost:…/…'", DUMP],
  ] },
  { id: 'railway', name: 'Railway', parts: [
    '`DATABASE_PUBLIC_URL`, among the variables of the database; the one that ends in `.internal` is not reachable from outside.',
    ["URL='postgresql://…'  # DATABASE_PUBLIC_URL", DUMP],
  ] },
  { id: 'supabase', name: 'Supabase', parts: [
    'The address of the session pooler, port 5432; never 6543, which is the transaction pooler.',
    ["URL='postgresql://…pooler.supabase.com:5432/postgres'", DUMP],
  ] },
  { id: 'rds', name: 'RDS, private', parts: [
    'Through a machine that reaches the database, with AWS Systems Manager; it stays open in one terminal:',
    ['aws ssm start-session --target INSTANCE_ID --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters \'{"host":["HOST"],"portNumber":["5432"],"localPortNumber":["5432"]}\''],
    'In another one:',
    ["URL='postgresql://…@127.0.0.1:5432/…'", DUMP],
  ] },
  { id: 'console', name: 'SQL console', parts: [
    'Without pg_dump: one SELECT for DBeaver, pgAdmin, Supabase\'s editor or psql. It only reads the catalogs, and no rows but those of the version table. Paste the one cell that it gives above, or save the result and drop it.',
    { of: 'sql' },
  ] },
  { id: 'python', name: 'Python', parts: [
    'Where there is neither pg_dump nor a console: the same through SQLAlchemy, where the application runs.',
    ['python snapshot.py "$DATABASE_URL" > snapshot.json'],
    { of: 'program' },
  ] },
];

/** The tabs and their panels. */
export function hosts() {
  const tabs = HOSTS.map(({ id, name }, index) => h('button', {
    type: 'button', role: 'tab', id: `host-${id}`, 'aria-controls': `host-${id}-panel`, 'aria-selected': String(index === 0), tabindex: index === 0 ? 0 : -1,
  }, name));
  const panels = HOSTS.map(({ id, parts }, index) => h('div', { role: 'tabpanel', id: `host-${id}-panel`, 'aria-labelledby': `host-${id}`, hidden: index !== 0 },
    parts.map((part) => (typeof part === 'string' ? h('p', null, prose(part)) : Array.isArray(part) ? shell(part) : block(part.of)))));
  const select = (/** @type {number} */ to) => {
    for (const [index, tab] of tabs.entries()) {
      tab.setAttribute('aria-selected', String(index === to));
      tab.tabIndex = index === to ? 0 : -1;
      const panel = panels[index];
      if (panel) panel.hidden = index !== to;
    }
    tabs[to]?.focus();
  };
  for (const [index, tab] of tabs.entries()) tab.addEventListener('click', () => select(index));
  const list = h('div', { role: 'tablist', 'aria-label': 'Where is your database?' }, tabs);
  list.addEventListener('keydown', (event) => {
    const at = tabs.findIndex((tab) => tab === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined || at === -1) return;
    event.preventDefault();
    select((to + tabs.length) % tabs.length);
  });
  return h('div', { class: 'hosts' }, list, panels);
}

/** @param {keyof Snapshot} of */
function block(of) {
  const pre = h('pre', { class: 'long', id: `snapshot-${of}`, tabindex: '0', role: 'region', 'aria-label': SNAPSHOT[of] });
  const saving = h('button', { type: 'button', class: 'small', onclick: () => save({ name: SNAPSHOT[of], text: pre.textContent ?? '' }) }, `Save ${SNAPSHOT[of]}`);
  return h('div', null, h('p', { class: 'actions' }, copyButton(() => pre.textContent ?? '', SNAPSHOT[of]), ' ', saving), pre);
}

/**
 * Fills in what the engine knows, once it is loaded.
 * @param {Snapshot} snapshot
 */
export function fillSnapshot(snapshot) {
  for (const of of /** @type {const} */ (['sql', 'program'])) byId(`snapshot-${of}`, HTMLPreElement).textContent = snapshot[of];
}

/** @param {string[]} lines */
function shell(lines) {
  const pre = h('pre', { class: 'shell', tabindex: '0' }, lines.join('\n').split(TABLE).flatMap((text, index) => (
    index === 0 ? text : [h('span', { class: 'version-table' }, '*.*alembic_version*'), text])));
  return h('div', { class: 'command' }, pre, copyButton(() => `${pre.textContent ?? ''}\n`, 'the commands'));
}
