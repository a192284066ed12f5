// A real browser on the page as `make run` serves it or on the single file, and an engine that a test writes itself. It is
// Chromium, or Firefox with BROWSER=firefox.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { serve } from '../../scripts/serve.mjs';
import { adapt, launch } from './firefox.mjs';

/** Whether the tests run in Firefox. */
export const FIREFOX = process.env.BROWSER === 'firefox';

const EXECUTABLES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts server and browser. */
export async function start() {
  const server = await serve(0);
  const browser = await (FIREFOX ? launch() : launchChromium());
  return {
    url: server.url,
    browser,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

function launchChromium() {
  const executablePath = EXECUTABLES.find((path) => path && existsSync(path));
  // Chromium's sandbox refuses to run as root, as in a container.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

/** An engine whose `analyze` is a text of a few lines. */
export const engineOf = (analyze) => `export const initSync = () => {};
export const snapshot_sql = () => 'SELECT 1 AS snapshot';
export const snapshot_py = () => 'print(1)';
export class DumpReader {}
export const files = (report, plan) => plan === undefined ? [{ name: 'report.json', text: JSON.stringify(report) }]
  : [{ name: 'fix.sql', text: report.plans[plan].fix_sql }];
export const analyze = ${analyze};`;

/** The shortest module, which is enough for such an engine. */
export const WASM = Buffer.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/**
 * A page that is loaded, from a server or from disk. `faults` collects what must not happen: requests that leave
 * localhost or the file, errors, refusals of the content security policy.
 */
export async function open({ browser, url }, { engine = null, ...options } = {}) {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  // A file has no origin that a permission could be given to; then it is given to all. Firefox knows no such permission.
  if (!FIREFOX) await context.grantPermissions(['clipboard-read', 'clipboard-write'], url.startsWith('file:') ? {} : { origin: new URL(url).origin });
  const page = await context.newPage();
  if (FIREFOX) await adapt(browser, page, options);
  const faults = [];
  context.on('request', (request) => {
    const target = request.url();
    if (!target.startsWith(url) && !target.startsWith('blob:')) faults.push(`request to ${target}`);
  });
  page.on('pageerror', (error) => faults.push(`error ${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console ${message.text()}`);
  });
  if (engine !== null) {
    await context.route('**/pkg/restamp.js', (route) => route.fulfill({ contentType: 'text/javascript', body: engineOf(engine) }));
    await context.route('**/pkg/restamp_bg.wasm', (route) => route.fulfill({ contentType: 'application/wasm', body: WASM }));
  }
  await page.goto(url);
  return { page, context, faults };
}

/** Opens every `<details>`, those too that appear inside others, and waits for what is read then. */
export async function openAll(page) {
  await page.evaluate(async () => {
    const closed = () => [...document.querySelectorAll('details:not([open])')];
    const isReading = () => document.querySelector('.evidence[aria-busy=true]') !== null;
    for (let some; (some = closed()).length > 0 || isReading();) {
      // The `toggle` events, which fill them, come in a task of their own.
      const opened = some.map((details) => new Promise((resolve) => details.addEventListener('toggle', resolve, { once: true })));
      for (const details of some) details.open = true;
      await Promise.all(opened);
      await new Promise((resolve) => setTimeout(resolve));
    }
  });
}
