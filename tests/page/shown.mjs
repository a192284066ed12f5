// A page that shows a report, by an engine that gives nothing else.

import { open } from './browser.mjs';

/**
 * @param {any} web
 * @param {any} report
 */
export async function shown(web, report, options = {}) {
  const opened = await open(web, { engine: `() => (${JSON.stringify(report)})`, ...options });
  await opened.page.getByRole('button', { name: 'Try the sample' }).click();
  await opened.page.waitForSelector('#verdict');
  return opened;
}
