// A button that copies a text.

import { h } from '../dom.js';

/**
 * @param {string | (() => string)} text a function where it can change
 * @param {string} what
 * @param {string} label
 */
export function copyButton(text, what, label = 'Copy') {
  const said = h('span', null, label);
  const button = h('button', { type: 'button', class: 'small', 'aria-label': `Copy ${what}` }, said);
  button.addEventListener('click', async () => {
    // The name follows what the button says, so that a screen reader hears whether it went well.
    const say = (/** @type {string} */ word, /** @type {string} */ name) => {
      said.textContent = word;
      button.setAttribute('aria-label', name);
    };
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
      say('Copied', `Copied ${what}`);
    } catch {
      say('Select and copy', `Select and copy ${what}`);
    }
    button.addEventListener('blur', () => say(label, `Copy ${what}`), { once: true });
  });
  return button;
}
