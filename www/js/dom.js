// Making elements. The page makes DOM in no other way: text stays text, whatever it holds.

/** @typedef {Node | string | number | null | undefined | false} Leaf */
/** @typedef {Leaf | Array<Leaf | Array<Leaf | Leaf[]>>} Child */
/** @typedef {Record<string, string | number | boolean | EventListener | null | undefined>} Props */

/**
 * An element. Keys that start with `on` are listeners; true and false add and leave out an attribute.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Props | null} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  append(element, children);
  return element;
}

/**
 * The same of a picture.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number>} props
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function s(tag, props, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [key, value] of Object.entries(props)) element.setAttribute(key, String(value));
  append(element, children);
  return element;
}

/**
 * @param {Element} element
 * @param {Child[]} children
 */
function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child instanceof Node) element.append(child);
    // An empty text would be a place where Firefox breaks a line, and leaves a sliver of a name's ground on the line before.
    else if (child !== null && child !== undefined && child !== false && child !== '') element.append(...visible(String(child), element instanceof SVGElement));
  }
}

/** What has no shape of its own, or turns the direction of what follows; not the joiner inside of an emoji. */
const UNSEEN = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|(?<!\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d/gu;

/**
 * Text whose hidden characters are named in their place, so that two names that differ look different and none turns the line around.
 * The characters stay in it: what is selected and copied is the name itself.
 * @param {string} text
 * @param {boolean} plain where no element can be
 * @returns {Array<string | Node>}
 */
function visible(text, plain) {
  if (text.search(UNSEEN) === -1) return [text];
  const name = (/** @type {string} */ letter) => `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  if (plain) return [text.replace(UNSEEN, (letter) => `[${name(letter)}]`)];
  /** @type {Array<string | Node>} */
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(UNSEEN)) {
    const mark = document.createElement('span');
    mark.className = 'control';
    mark.dataset['code'] = name(match[0]);
    mark.textContent = match[0];
    parts.push(text.slice(at, match.index), mark);
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)].filter((part) => part !== '');
}

/**
 * Text in which `…` is code.
 * @param {string} text
 * @returns {Leaf[]}
 */
export function prose(text) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? h('code', null, part) : part));
}

/**
 * The element with an id, of a class.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`#${id} is not in the page`);
  return element;
}

/**
 * "1 revision", "2 revisions".
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/**
 * Fills a `<details>` when it is first opened.
 * @param {() => Node} make
 * @returns {EventListener}
 */
export function fillOnce(make) {
  let made = false;
  return (event) => {
    if (made || !(event.currentTarget instanceof HTMLDetailsElement)) return;
    made = true;
    event.currentTarget.append(make());
  };
}
