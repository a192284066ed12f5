// What a person has opened, typed and reached stays when the answer below it is drawn anew.

/** @param {Element} element */
const kept = (element) => /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll('[data-keep][id]'));

/**
 * Notes what is open, ticked, typed and focused in a part of the page, and where it is in the window.
 * @param {HTMLElement} part
 * @returns {() => void} brings all of that back, for what is there again under its id
 */
export function remember(part) {
  const open = new Map([...kept(part)].map((element) => [element.id, valueOf(element)]));
  const active = document.activeElement instanceof HTMLElement && part.contains(document.activeElement) ? document.activeElement : null;
  // What has no id is found by its neighbour that has one.
  const anchor = active?.closest('[id]') ?? [...part.querySelectorAll('[id]')].find((element) => element.getBoundingClientRect().bottom > 0);
  const top = anchor?.getBoundingClientRect().top ?? 0;
  return () => {
    for (const element of kept(part)) bring(element, open.get(element.id));
    const again = anchor && anchor.id !== part.id ? document.getElementById(anchor.id) : null;
    if (again !== null && part.contains(again)) {
      // At once: a smooth scroll would be a jump that can be seen.
      const back = () => window.scrollBy({ top: again.getBoundingClientRect().top - top, behavior: 'instant' });
      back();
      // What was opened again is filled in a task of its own.
      setTimeout(back);
      if (active !== null && again.id === active.id) again.focus({ preventScroll: true });
    }
    if (active !== null && document.activeElement === document.body) document.getElementById('verdict')?.focus({ preventScroll: true });
  };
}

/** @param {HTMLElement} element */
function valueOf(element) {
  if (element instanceof HTMLDetailsElement) return element.open;
  if (element instanceof HTMLInputElement) return element.type === 'checkbox' ? element.checked : element.value;
  return undefined;
}

/** @param {HTMLElement} element @param {string | boolean | undefined} value */
function bring(element, value) {
  if (value === undefined || value === valueOf(element)) return;
  if (element instanceof HTMLDetailsElement) element.open = Boolean(value);
  else if (element instanceof HTMLInputElement) {
    if (typeof value === 'boolean') element.checked = value;
    else element.value = value;
    element.dispatchEvent(new Event(element.type === 'checkbox' ? 'change' : 'input'));
  }
}
