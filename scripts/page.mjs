// The whole page as one file that needs no server and no network: `node scripts/page.mjs` writes dist/restamp.html from
// www/ and pkg/, dist/restamp-full.html, which carries PostgreSQL for rehearsals as well, and beside each its SHA-256, for `sha256sum -c`.
//
// Nothing in it depends on the machine or the day: esbuild and fflate are pinned by package-lock.json, while the zlib
// inside Node is another one in each distribution and does not pack the same bytes.

import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { gzipSync } from 'fflate';
import { ARCHIVES } from '../www/js/rehearse/extensions.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const www = join(root, 'www');

/** @param {string} path */
const read = (path) => readFile(join(root, path), 'utf8');
/** @param {string | Uint8Array} bytes @param {'base64' | 'hex'} form */
const sha256 = (bytes, form) => createHash('sha256').update(bytes).digest(form);
/** How a policy names a script or a style that is in the page. @param {string} text */
const source = (text) => `'sha256-${sha256(text, 'base64')}'`;

/**
 * The page.
 * @param {string} [pkg] the folder of the wasm library
 * @param {boolean} [full] with PostgreSQL inside
 * @returns {Promise<string>}
 */
export async function page(pkg = join(root, 'pkg'), full = false) {
  const [html, wasm, version, tools] = await Promise.all([read('www/index.html'), readFile(join(pkg, 'restamp_bg.wasm')), versionOf(), toolsOf(pkg)]);
  const [main, worker] = [await joined('main.js', 'esm', pkg), await joined('worker.js', 'iife', pkg)];
  const style = inert(await read('www/app.css'));
  const icon = `data:image/svg+xml;base64,${await readFile(join(www, 'icon.svg'), 'base64')}`;
  const policy = [
    "default-src 'none'", "connect-src 'none'", `script-src ${source(main)} 'wasm-unsafe-eval'`, 'worker-src blob:', `style-src ${source(style)}`,
    'img-src data:', "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", 'trusted-types restamp',
  ].join('; ');
  const parts = [block('js/worker.js', 'text/plain', worker), packed('pkg/restamp_bg.wasm', wasm)];
  for (const path of await samples()) parts.push(packed(path, await readFile(join(www, path))));
  if (full) parts.push(...await postgres(pkg));

  let text = html;
  /** @param {RegExp} pattern @param {string} by what takes the place of each match, of which there must be one */
  const swap = (pattern, by) => {
    if (!pattern.test(text)) throw new Error(`scripts/page.mjs finds nothing like ${pattern} in www/index.html.`);
    text = text.replace(pattern, () => by);
  };
  swap(/\n *<(\w+) data-page="served">.*?<\/\1>(?=\n)/gs, '');
  swap(/ data-page="single" hidden(?=>)/g, '');
  swap(/(?<=data-fill="engine">)(?=<)/, sha256(wasm, 'hex'));
  swap(/(?<=data-fill="tools">)(?=<)/, full ? `${tools}, pglite ${await pglite()}` : tools);
  if (full) swap(/restamp\.html(?= SHA256|\.sha256)/g, 'restamp-full.html');
  swap(/(?<=(href|src)=")icon\.svg(?=")/g, icon);
  swap(/(?=<\/body>)/, parts.join(''));
  swap(/(?<=<meta http-equiv="Content-Security-Policy" content=")[^"]*(?=")/, policy);
  swap(/<link rel="stylesheet" href="app\.css">/, `<style>${style}</style>`);
  swap(/<script type="module" src="js\/main\.js"><\/script>/, `<script type="module">${main}</script>`);
  const said = /data-version>([^<]*)</.exec(html)?.[1];
  if (said !== version) throw new Error(`www/index.html says that this is version ${said}; Cargo.toml says ${version}.`);
  const outside = /<(?!a )\w+[^>]* (?:src|href|srcset|action|data-page)="(?!data:)[^"]*"/.exec(text.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, ''));
  if (outside !== null) throw new Error(`This would still be outside of the file: ${outside[0]}. Teach scripts/page.mjs to put it in.`);
  return text;
}

/**
 * A module and what it imports as one, readable still.
 * @param {string} entry
 * @param {'esm' | 'iife'} format a module, or a script for a worker (inlined.js says why)
 * @param {string} pkg
 */
async function joined(entry, format, pkg) {
  const { outputFiles } = await build({
    entryPoints: [`www/js/${entry}`],
    absWorkingDir: root,
    bundle: true,
    write: false,
    format,
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    // PGlite asks for these under Node alone.
    external: ['fs', 'fs/promises', 'node:module', 'stream', 'stream/promises', 'util', 'zlib'],
    // wasm-bindgen's own way of loading asks where it lies. It is not used here, and left out.
    logOverride: { 'empty-import-meta': 'silent' },
    plugins: [{
      name: 'restamp',
      setup({ onResolve }) {
        onResolve({ filter: /\/assets\.js$/ }, () => ({ path: join(www, 'js', 'inlined.js') }));
        onResolve({ filter: /\/pkg\/restamp\.js$/ }, () => ({ path: join(pkg, 'restamp.js') }));
      },
    }],
  });
  // Modules are named by where they lie. Where packages lie is this machine's matter.
  return inert((outputFiles[0]?.text ?? '').replace(/(?<=["'\s])[^\s"']*node_modules\/(?=@electric-sql\/)/g, 'node_modules/'));
}

/** Text that cannot end the element that it is put into. @param {string} text */
function inert(text) {
  const found = /<!--|<\/?(script|style)/i.exec(text);
  if (found !== null) throw new Error(`${found[0]} in a script or a style would be read as markup. Write it otherwise.`);
  return text;
}

/**
 * An element that is not run and not shown.
 * @param {string} path
 * @param {string} type
 * @param {string} text
 */
const block = (path, type, text) => `<script type="${type}" id="${path}">${text}</script>\n`;

/** @param {string} path @param {Uint8Array} bytes */
const packed = (path, bytes) => block(path, 'application/gzip;base64', Buffer.from(gzipSync(bytes, { level: 9, mtime: 0 })).toString('base64'));

/** What rehearsals are made of: their worker, PGlite's parts, and the extensions. @param {string} pkg */
async function postgres(pkg) {
  const names = ['pglite.wasm', 'initdb.wasm', 'pglite.data', ...[...ARCHIVES].map((name) => `${name}.tar.gz`)].map((name) => `vendor/pglite/${name}`);
  const parts = [block('js/rehearse/worker.js', 'text/plain', await joined('rehearse/worker.js', 'iife', pkg))];
  for (const name of names) parts.push(packed(name, await readFile(join(www, name))));
  parts.push(block('vendor/pglite/LICENSE', 'text/plain', inert(await read('node_modules/@electric-sql/pglite/LICENSE'))));
  return parts;
}

async function pglite() {
  return JSON.parse(await read('package.json')).devDependencies['@electric-sql/pglite'];
}

/** The samples as the page asks for them. */
async function samples() {
  const found = await readdir(join(www, 'sample'), { recursive: true });
  return found.filter((path) => path.endsWith('.json')).map((path) => relative(www, join(www, 'sample', path)).replaceAll(sep, '/')).sort();
}

async function versionOf() {
  return /^version = "(.*)"$/m.exec(await read('Cargo.toml'))?.[1];
}

/** What the bytes depend on besides the sources. @param {string} pkg */
async function toolsOf(pkg) {
  const { devDependencies } = JSON.parse(await read('package.json'));
  const bindgen = /^wasm-bindgen = "=(.*)"$/m.exec(await read('Cargo.toml'))?.[1];
  const compiler = (await readFile(join(pkg, '.complete'), 'utf8')).trim();
  if (compiler === '') throw new Error(`${pkg}/.complete does not say which compiler made the library. Remove it and run scripts/wasm.sh.`);
  return [compiler, `wasm-bindgen ${bindgen}`, ...['binaryen', 'esbuild', 'fflate'].map((name) => `${name} ${devDependencies[name]}`)].join(', ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await mkdir(join(root, 'dist'), { recursive: true });
  for (const [name, full] of /** @type {const} */ ([['restamp.html', false], ['restamp-full.html', true]])) {
    const text = await page(undefined, full);
    await writeFile(join(root, 'dist', name), text);
    await writeFile(join(root, 'dist', `${name}.sha256`), `${sha256(text, 'hex')}  ${name}\n`);
  }
}
