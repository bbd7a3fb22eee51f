// @ts-check
// Elements built as nodes: text of the record never becomes markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Build an element. A property `on` holds listeners by event; `value`, `checked` and `disabled` are set as properties;
 * all others become attributes, of which null, undefined and false are left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (value === null || value === undefined || value === false) {
      continue;
    } else if (name === "value" || name === "checked" || name === "disabled") {
      /** @type {any} */ (made)[name] = value;
    } else {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  made.append(...nodes(children));
  return made;
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
function nodes(children) {
  return children
    .flat()
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (typeof child === "number" ? String(child) : /** @type {Node | string} */ (child)));
}

/**
 * Put other children into an element.
 * @param {Element} parent
 * @param {...(Child | Child[])} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren(...nodes(children));
}

/**
 * Make these the children of an element; those that stand there already stay, with their focus.
 * @param {Element} parent
 * @param {Element[]} children
 */
export function keep(parent, children) {
  for (const old of [...parent.children]) if (!children.includes(old)) old.remove();
  children.forEach((child, at) => {
    if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null);
  });
}

/**
 * Return the element with an id, which the page has.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element #${id}`);
  return found;
}

/**
 * Return an input, select or text area of the page.
 * @param {string} id
 * @returns {HTMLInputElement}
 */
export function field(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/**
 * Return the small square of an effect, as the server draws it.
 * @param {string} effect
 * @returns {Node}
 */
export function swatch(effect) {
  const drawn = /** @type {HTMLTemplateElement} */ (byId("swatches")).content;
  const own = drawn.querySelector(`[data-effect="${CSS.escape(effect)}"]`) ?? drawn.firstElementChild;
  return own?.firstElementChild?.cloneNode(true) ?? document.createTextNode("");
}

/**
 * Return a button of the page.
 * @param {string} name
 * @param {(event: Event) => void} act
 * @param {string} [look]
 */
export function button(name, act, look = "btn sm") {
  return el("button", { type: "button", class: look, on: { click: act } }, name);
}

let ids = 0;

/**
 * Return an id that no other element has.
 * @param {string} stem
 */
export function freshId(stem) {
  ids += 1;
  return `${stem}-${ids}`;
}
