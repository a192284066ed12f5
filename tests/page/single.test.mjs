// The single file that `make page` writes: opened from disk without a network it does what the served page does, and it
// can reach nothing and keeps nothing.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { page as build } from '../../scripts/page.mjs';
import { engineOf, open, openAll, start, WASM } from './browser.mjs';
import { report } from './report.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const sample = join(root, 'www', 'sample');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const folder = () => mkdtemp(join(tmpdir(), 'restamp-'));

let web;
/** The file that is shipped, with the real engine. */
let single;
before(async () => {
  web = await start();
  await run(process.execPath, [join(root, 'scripts', 'page.mjs')]);
  single = join(root, 'dist', 'restamp.html');
});
after(async () => { await web.close(); });

/** Opens a file from disk, with no network from the start. `requests` are those after it was loaded, but for its workers. */
async function fromDisk(file = single, options = {}) {
  const opened = await open({ browser: web.browser, url: pathToFileURL(file).href }, { offline: true, ...options });
  const requests = [];
  opened.context.on('request', (request) => { if (!request.url().startsWith('blob:')) requests.push(request.url()); });
  return { ...opened, requests };
}

/** The single file around an engine that a test writes. */
async function around(analyze) {
  const pkg = await folder();
  await writeFile(join(pkg, 'restamp.js'), engineOf(analyze));
  await writeFile(join(pkg, 'restamp_bg.wasm'), WASM);
  await writeFile(join(pkg, '.complete'), 'rustc\n');
  const file = join(pkg, 'restamp.html');
  await writeFile(file, await build(pkg));
  return file;
}

/** What a browser keeps for a page. */
const kept = (page, context) => page.evaluate(async () => ({
  cookie: document.cookie,
  local: localStorage.length,
  session: sessionStorage.length,
  databases: (await indexedDB.databases()).length,
  caches: await caches.keys().then((keys) => keys.length, () => 0),
  // A page from disk has no service workers at all.
  workers: (await navigator.serviceWorker?.getRegistrations().catch(() => []) ?? []).length,
})).then(async (page) => ({ ...page, cookies: (await context.cookies()).length }));
const NOTHING = { cookie: '', local: 0, session: 0, databases: 0, caches: 0, workers: 0, cookies: 0 };

const takeSample = async (page) => {
  await page.setInputFiles('#folder-input', join(sample, 'project'));
  await page.setInputFiles('#dump-input', join(sample, 'dump.sql'));
  await page.getByRole('button', { name: 'See where it is' }).click();
  await page.waitForSelector('#verdict');
};

test('the same sources give the same bytes wherever they lie, and the hash is theirs', async () => {
  const elsewhere = join(await folder(), 'checkout');
  await mkdir(elsewhere);
  for (const name of ['www', 'pkg', 'scripts', 'package.json', 'Cargo.toml']) {
    await cp(join(root, name), join(elsewhere, name), { recursive: true, verbatimSymlinks: true });
  }
  await symlink(join(root, 'node_modules'), join(elsewhere, 'node_modules'));
  await run(process.execPath, [join(elsewhere, 'scripts', 'page.mjs')], { env: { ...process.env, TZ: 'Asia/Tokyo', LC_ALL: 'C' } });
  for (const name of ['restamp.html', 'restamp-full.html']) {
    const [one, other] = await Promise.all([readFile(join(root, 'dist', name)), readFile(join(elsewhere, 'dist', name))]);
    assert.ok(one.equals(other));
    assert.equal(await readFile(join(root, 'dist', `${name}.sha256`), 'utf8'), `${sha256(one)}  ${name}\n`);
    await run('sha256sum', ['-c', `${name}.sha256`], { cwd: join(elsewhere, 'dist') });
  }
});

test('neither the library nor the file tells where it was built', async () => {
  const places = [root, join(homedir(), '.cargo'), join(homedir(), '.rustup'), 'registry/src'];
  for (const file of [join(root, 'pkg', 'restamp_bg.wasm'), single, join(root, 'dist', 'restamp-full.html')]) {
    const bytes = await readFile(file);
    for (const place of places) assert.ok(!bytes.includes(place), `${place} is in ${file}`);
  }
});

test('the sample, from disk and without a network: a verdict, no request, nothing kept', async () => {
  const { page, context, faults, requests } = await fromDisk();
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await page.waitForSelector('#verdict');
  const text = await page.innerText('#results');
  for (const words of ['42701', '4b8e1f60a2c9_candidate_details.py:17', 'salary_from']) assert.ok(text.includes(words), `${words} is not in\n${text}`);
  await openAll(page);
  for (const button of await page.locator('#sample, [data-sample]').all()) {
    await page.evaluate(() => document.querySelector('#verdict')?.setAttribute('data-old', ''));
    await button.click();
    await page.waitForSelector('#verdict:not([data-old])');
    assert.ok(await page.locator('.plan').count() > 0);
  }
  assert.deepEqual(requests, []);
  assert.deepEqual(await kept(page, context), NOTHING);
  assert.deepEqual(faults, []);
});

test('the served page asks for nothing once it is loaded, and keeps nothing', async () => {
  const { page, context, faults } = await open(web);
  await page.waitForLoadState('networkidle');
  const requests = [];
  context.on('request', (request) => requests.push(request.url()));
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await page.waitForSelector('#verdict');
  await openAll(page);
  assert.deepEqual(requests, []);
  assert.deepEqual(await kept(page, context), NOTHING);
  assert.deepEqual(faults, []);
});

test('a project and a dump by the file pickers: the answer is the served page\'s', async () => {
  const answers = [];
  for (const opening of [() => fromDisk(), () => open(web)]) {
    const opened = await opening();
    await takeSample(opened.page);
    await openAll(opened.page);
    // Only the served page can load PostgreSQL.
    await opened.page.evaluate(() => { for (const one of document.querySelectorAll('.rehearsal')) one.remove(); });
    answers.push(await opened.page.innerText('#results'));
    assert.deepEqual(opened.faults, []);
  }
  assert.match(answers[0] ?? '', /91d3c7a5e0f4/);
  assert.equal(answers[0], answers[1]);
});

test('what is saved has the bytes that the command line writes', async () => {
  const out = await folder();
  // 1: something is to be done.
  await assert.rejects(run(join(root, 'target', 'debug', 'restamp'), ['analyze', 'project', '--dump', 'dump.sql', '--out', out], { cwd: sample }), { code: 1 });
  const { page, faults } = await fromDisk();
  await takeSample(page);
  const differ = [];
  const names = await page.locator('.plan.recommended .files code, [aria-labelledby="take-title"] .files code').allTextContents();
  assert.ok(names.includes('fix.sql') && names.includes('report.md'), names.join(' '));
  // Once each: Chromium takes no more than ten downloads a second.
  for (const name of new Set(names)) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: `Save ${name}` }).first().click()]);
    const [saved, written] = await Promise.all([readFile(await download.path()), readFile(join(out, name))]);
    if (!saved.equals(written)) differ.push(name);
  }
  assert.deepEqual(differ, []);
  assert.deepEqual(faults, []);
});

test('cancel ends a run, and the next one works', async () => {
  const { page, faults, requests } = await fromDisk(await around(`(input) => { if (input.log) for (;;); return ${JSON.stringify(report())}; }`));
  await page.setInputFiles('#files-input', { name: 'a.py', mimeType: '', buffer: Buffer.from('') });
  await page.getByText('Only have the error? Paste the deploy log.').click();
  for (let count = 0; count < 3; count += 1) {
    await page.fill('#log-text', 'x');
    await page.getByRole('button', { name: 'See where it is' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled.').waitFor();
    await page.fill('#log-text', '');
    await page.getByRole('button', { name: 'See where it is' }).click();
    await page.waitForSelector('#verdict');
  }
  assert.deepEqual(requests, []);
  assert.deepEqual(faults, []);
});

test('neither the file nor its worker can reach anything', async () => {
  let reached = 0;
  const other = createServer((_, response) => { reached += 1; response.setHeader('Access-Control-Allow-Origin', '*').end('x'); });
  await new Promise((resolve) => other.listen(0, '127.0.0.1', () => resolve(null)));
  const url = `http://127.0.0.1:${/** @type {any} */ (other.address()).port}/`;
  const file = await around(`() => {
    const report = ${JSON.stringify(report())};
    const tried = { fetch: () => fetch('${url}'), socket: () => new WebSocket('${url.replace('http', 'ws')}') };
    for (const one of Object.values(tried)) try { Promise.resolve(one()).catch(() => {}); } catch {}
    const request = new XMLHttpRequest();
    try { request.open('GET', '${url}', false); request.send(); report.verdict.facts = ['reached']; }
    catch { report.verdict.facts = ['refused']; }
    return report;
  }`);
  // With a network: it is the policy that refuses.
  const { page } = await fromDisk(file, { offline: false });
  assert.equal(await page.evaluate(async (url) => {
    const image = new Image();
    await new Promise((resolve) => { image.onload = image.onerror = resolve; image.src = url; });
    // Chromium tells of a refusal later, Firefox throws it.
    for (const one of [() => navigator.sendBeacon(url, 'x'), () => new WebSocket(url.replace('http', 'ws'))]) try { one(); } catch {}
    return fetch(url).then(() => 'reached', () => 'refused');
  }, url), 'refused');
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await page.waitForSelector('#verdict');
  assert.deepEqual(await page.locator('.facts li').allTextContents(), ['refused']);
  assert.equal(reached, 0);
  other.close();
});

test('what no policy refuses is not in the scripts', async () => {
  // A policy with hashes lets these scripts run alone, but says nothing of WebRTC, of leaving the page, and of what is stored.
  const text = await readFile(single, 'utf8');
  const scripts = [...text.matchAll(/<script type="(?:module|text\/plain)"[^>]*>(.*?)<\/script>/gs)].map((match) => match[1] ?? '');
  assert.equal(scripts.length, 2);
  assert.ok(scripts.every((script) => script.length > 10_000));
  const found = scripts.flatMap((script) => script.match(/RTCPeerConnection|\blocation\b|window\.open|localStorage|sessionStorage|indexedDB|\bcookie|serviceWorker|\bcaches\b/g) ?? []);
  assert.deepEqual(found, []);
});

test('a script that was changed does not run', async () => {
  const text = await readFile(single, 'utf8');
  const changed = text.replace('Choose your migrations first.', 'Choose your migrations first!');
  assert.notEqual(changed, text);
  const file = join(await folder(), 'restamp.html');
  await writeFile(file, changed);
  const { page, faults } = await fromDisk(file);
  // Firefox tells of it a moment later.
  for (const until = Date.now() + 5000; faults.length === 0 && Date.now() < until;) await page.waitForTimeout(20);
  assert.equal(faults.length, 1, faults.join('\n'));
  assert.match(faults[0] ?? '', /Content.Security.Policy/);
  assert.match(faults[0] ?? '', /inline script.*script-src/);
});

test('both pages tell how to verify this, each what holds for it', async () => {
  const { version } = JSON.parse((await run('cargo', ['metadata', '--no-deps', '--format-version', '1', '--offline'], { cwd: root })).stdout).packages[0];
  const texts = [];
  for (const { page } of [await fromDisk(), await open(web)]) {
    await page.getByText('How to verify that nothing leaves this tab').click();
    texts.push(await page.innerText('#verify'));
    assert.equal(await page.locator('[data-version]').textContent(), version);
  }
  const [disk, served] = texts;
  assert.ok(disk?.includes(sha256(await readFile(join(root, 'pkg', 'restamp_bg.wasm')))), disk);
  assert.match(disk ?? '', /connect-src 'none' refuses.*sha256sum -c restamp\.html\.sha256.*rustc \d.*esbuild \d/s);
  assert.match(served ?? '', /connect-src 'self' lets.*make page writes/s);
  assert.doesNotMatch(served ?? '', /sha256sum|rustc/);
});
