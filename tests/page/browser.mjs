// A real Chromium on the page as `make run` serves it, and an engine that a test writes itself.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { serve } from '../../scripts/serve.mjs';

const EXECUTABLES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts server and browser. */
export async function start() {
  const server = await serve(0);
  const executablePath = EXECUTABLES.find((path) => path && existsSync(path));
  // Chromium's sandbox refuses to run as root, as in a container.
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  return {
    url: server.url,
    browser,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

/**
 * A page that is loaded. `faults` collects what must not happen: requests that leave localhost, errors, refusals of
 * the content security policy.
 */
export async function open({ browser, url }, { engine = null, ...options } = {}) {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(url).origin });
  const page = await context.newPage();
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
    const text = `export const initSync = () => {};
export const files = (report, plan) => plan === undefined ? [{ name: 'report.json', text: JSON.stringify(report) }]
  : [{ name: 'fix.sql', text: report.plans[plan].fix_sql }];
export const analyze = ${engine};`;
    await context.route('**/pkg/restamp.js', (route) => route.fulfill({ contentType: 'text/javascript', body: text }));
  }
  await page.goto(url);
  return { page, context, faults };
}

/** Opens every `<details>`, those too that appear inside others. */
export async function openAll(page) {
  await page.evaluate(async () => {
    for (let closed; (closed = document.querySelectorAll('details:not([open])')).length > 0;) {
      for (const details of closed) details.open = true;
      // The `toggle` events, which fill them, come in a task of their own.
      await new Promise((resolve) => setTimeout(resolve));
    }
  });
}
