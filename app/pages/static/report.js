// @ts-check
/** Join the sentences of a release with the lines that they prove: hover or focus marks both. */

const text = /** @type {HTMLElement | null} */ (document.querySelector("[data-release]"));
const table = /** @type {HTMLTableElement | null} */ (document.querySelector("[data-lines-of]"));

/** @type {Map<string, HTMLElement[]>} */
const sentences = new Map();
/** @type {HTMLElement[]} */
let marked = [];

/**
 * Mark the lines of these ids and their sentences.
 * @param {string[]} ids
 * @param {boolean} fromLine Whether the line is what was pointed at: then its sentence is scrolled to.
 */
function join(ids, fromLine) {
  for (const element of marked) element.classList.remove("at");
  const own = ids.flatMap((id) => sentences.get(id) ?? []);
  marked = [...own, ...ids.map((id) => document.getElementById(id)).filter((row) => row !== null)];
  for (const element of marked) element.classList.add("at");
  if (fromLine && own.length) reveal(own[0]);
}

/**
 * Scroll the text, and never the page, so that a sentence is in sight.
 * @param {HTMLElement} sentence
 */
function reveal(sentence) {
  if (!text || text.scrollHeight <= text.clientHeight) return;
  const box = text.getBoundingClientRect();
  const own = sentence.getBoundingClientRect();
  if (own.top < box.top || own.bottom > box.bottom) text.scrollTop += own.top - box.top - box.height / 3;
}

/**
 * @param {Event} event
 * @returns {string[]}
 */
function sentenceOf(event) {
  const sentence = event.target instanceof Element ? event.target.closest("[data-lines]") : null;
  return sentence?.getAttribute("data-lines")?.split(" ") ?? [];
}

/**
 * @param {Event} event
 * @returns {string[]}
 */
function lineOf(event) {
  const row = event.target instanceof Element ? event.target.closest("tbody tr") : null;
  return row ? [row.id] : [];
}

if (text && table) {
  for (const sentence of /** @type {NodeListOf<HTMLElement>} */ (text.querySelectorAll("[data-lines]"))) {
    for (const id of sentence.dataset.lines?.split(" ") ?? []) sentences.set(id, [...(sentences.get(id) ?? []), sentence]);
  }
  // A line can be focused by its place; one without a place by itself.
  for (const row of table.tBodies[0].rows) if (!row.querySelector("a")) row.tabIndex = 0;
  text.addEventListener("pointerover", (event) => join(sentenceOf(event), false));
  text.addEventListener("pointerleave", () => join([], false));
  text.addEventListener("click", (event) => {
    const [first] = sentenceOf(event);
    if (first && !getSelection()?.toString()) document.getElementById(first)?.scrollIntoView({ block: "nearest" });
  });
  for (const name of ["pointerover", "focusin"]) table.addEventListener(name, (event) => join(lineOf(event), true));
  for (const name of ["pointerleave", "focusout"]) table.addEventListener(name, () => join([], false));
}
