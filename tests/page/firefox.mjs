// A real Firefox for the tests: the one of the system, driven by WebDriver BiDi. What a person does in windows of the browser
// itself (choosing a folder, a dark theme) is done there, for BiDi has no words for it.

import { existsSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { firefox } from 'playwright-core';

/** The same as in scripts/env.sh. */
const EXECUTABLE = process.env.FIREFOX || '/usr/bin/firefox-esr';

/** Starts it. */
export function launch() {
  if (!existsSync(EXECUTABLE)) throw new Error(`There is no ${EXECUTABLE}: install firefox-esr, or name a Firefox by FIREFOX=/path/to/firefox.`);
  return firefox.launch({
    executablePath: EXECUTABLE,
    // This channel is a Firefox as it is shipped, while playwright's own is another build.
    channel: 'moz-firefox',
    // Lets this driver reach the windows of the browser itself.
    args: ['-remote-allow-system-access'],
    firefoxUserPrefs: {
      // The driver's default lets a page from disk read its neighbours. Nobody's own Firefox does.
      'security.fileuri.strict_origin_policy': true,
      // A script of the tests may read what the page has copied, without a menu that asks.
      'dom.events.testing.asyncClipboard': true,
      // The list of downloads would take the keyboard.
      'browser.download.alwaysOpenPanel': false,
    },
  });
}

/**
 * Makes a page do here what it does in Chromium.
 * @param {any} browser
 * @param {any} page
 * @param {{ colorScheme?: string, reducedMotion?: string, trustedTypes?: boolean }} options older versions have no Trusted Types
 */
export async function adapt(browser, page, { colorScheme, reducedMotion, trustedTypes = true }) {
  await inBrowser(browser, (dark, still, types) => {
    Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override', dark === 'dark' ? 0 : 1);
    Services.prefs.setIntPref('ui.prefersReducedMotion', still === 'reduce' ? 1 : 0);
    Services.prefs.setBoolPref('dom.security.trusted_types.enabled', types === 'true');
  }, colorScheme ?? 'light', reducedMotion ?? 'no-preference', String(trustedTypes));
  const setInputFiles = page.setInputFiles.bind(page);
  page.setInputFiles = (selector, files, more) => typeof files === 'string' && statSync(files).isDirectory()
    ? chooseFolder(browser, page, selector, files) : setInputFiles(selector, files, more);
  const waitForEvent = page.waitForEvent.bind(page);
  page.waitForEvent = (name, more) => name === 'download' ? downloaded(browser, page) : waitForEvent(name, more);
}

/**
 * The next file that is saved. The driver knows downloads by a number, which this Firefox does not give them yet.
 * @param {any} browser
 * @param {any} page
 */
function downloaded(browser, page) {
  const session = browser._connection.toImpl(page).delegate._session;
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('Nothing was saved.')), 30_000);
    let name = '';
    session.once('browsingContext.downloadWillBegin', ({ suggestedFilename }) => { name = suggestedFilename; });
    session.once('browsingContext.downloadEnd', ({ status, filepath }) => {
      clearTimeout(late);
      if (status === 'complete') resolve({ suggestedFilename: () => name, path: async () => filepath, saveAs: (to) => copyFile(filepath, to) });
      else reject(new Error(`${name} was not saved: ${status}`));
    });
  });
}

/**
 * Runs a function in the browser's own window.
 * @param {any} browser
 * @param {(...values: any[]) => any} work
 * @param {...string} values
 */
async function inBrowser(browser, work, ...values) {
  const session = browser._connection.toImpl(browser)._browserSession;
  const { contexts } = await session.send('browsingContext.getTree', { 'moz:scope': 'chrome' });
  const target = { context: contexts.find(({ url }) => url.endsWith('/browser.xhtml')).context };
  const answer = await session.send('script.callFunction', {
    functionDeclaration: String(work), awaitPromise: true, target, arguments: values.map((value) => ({ type: 'string', value })),
  });
  if (answer.type !== 'success') throw new Error(`In the browser's window: ${answer.exceptionDetails.text}`);
}

/**
 * Chooses a folder as a person does: the dialog of the system, which a browser without a screen cannot open, is answered in
 * its place, the question whether to hand over all files is answered with yes. The page must be the last that was opened: a
 * window behind another takes no yes.
 * @param {any} browser
 * @param {any} page
 * @param {string} selector
 * @param {string} folder
 */
async function chooseFolder(browser, page, selector, folder) {
  await inBrowser(browser, (path) => {
    const file = Components.classes['@mozilla.org/file/local;1'].createInstance(Ci.nsIFile);
    file.initWithPath(path);
    const picker = {
      QueryInterface: ChromeUtils.generateQI(['nsIFilePicker']),
      file,
      init() {},
      appendFilters() {},
      appendFilter() {},
      appendRawFilter() {},
      isModeSupported: async () => true,
      open: (callback) => Services.tm.dispatchToMainThread(() => callback.done(Ci.nsIFilePicker.returnOK)),
      close() {},
    };
    const factory = { QueryInterface: ChromeUtils.generateQI(['nsIFactory']), createInstance: (id) => picker.QueryInterface(id) };
    const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
    registrar.registerFactory(Services.uuid.generateUUID(), 'folder', '@mozilla.org/filepicker;1', factory);
  }, resolve(folder));
  const choose = page.evaluate(async (selector) => {
    const input = document.querySelector(selector);
    const changed = new Promise((done) => { input.addEventListener('change', () => done(), { once: true }); });
    input.click();
    await changed;
  }, selector);
  const agree = inBrowser(browser, async () => {
    const question = () => [...Services.wm.getEnumerator('navigator:browser')].flatMap((window) => window.gBrowser.tabs.flatMap((tab) => (
      window.gBrowser.getTabDialogBox(tab.linkedBrowser).getTabDialogManager().dialogs)))[0]?.frameContentWindow?.document?.getElementById('commonDialog');
    const later = () => new Promise((resolve) => { setTimeout(resolve, 20); });
    const until = Date.now() + 20_000;
    for (let asked = false; !asked || question(); await later()) {
      if (Date.now() > until) throw new Error(asked ? 'The browser does not take a yes.' : 'The browser does not ask whether to hand over a folder.');
      const dialog = question();
      asked ||= Boolean(dialog);
      // A dialog that is only being opened does not hear it.
      if (dialog?.ownerDocument.defaultView?.Dialog) dialog.acceptDialog();
    }
  });
  await Promise.all([choose, agree]);
}
