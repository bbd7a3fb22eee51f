// @ts-check
// Text with its numbers marked. The API counts code points, JavaScript UTF-16 units: `offsets` converts.
import { el } from "./dom.js";

/**
 * @typedef {object} Span  Characters of the text, in code points, and what they are.
 * @property {number} start
 * @property {number} end
 * @property {string} look  A class.
 * @property {string} title
 * @property {string} key  What belongs together in text and draft; empty for a line.
 * @property {number} line  Place of the line in the draft; -1 for none.
 */

/** @typedef {Span & {children: Nested[]}} Nested */

/**
 * Return what converts between code points and UTF-16 units of a text, and its length in code points.
 * @param {string} text
 */
export function offsets(text) {
  /** @type {number[]} Places, in code points, of the characters that take two units. */
  const wide = [];
  let length = 0;
  for (const char of text) {
    if (char.length === 2) wide.push(length);
    length += 1;
  }
  /** @param {number} point */
  const before = (point) => {
    let low = 0;
    let high = wide.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {number} */ (wide[middle]) < point) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    length,
    /** @param {number} point */
    unit: (point) => Math.min(point, length) + before(Math.min(point, length)),
    /** @param {number} unit */
    point: (unit) => Array.from(text.slice(0, unit)).length,
  };
}

/**
 * Put spans into each other: one that reaches over the end of another is cut there.
 * @param {Span[]} spans
 * @returns {Nested[]}
 */
export function nested(spans) {
  const ordered = [...spans].sort((one, two) => one.start - two.start || two.end - one.end);
  /** @type {Nested[]} */
  const roots = [];
  /** @type {Nested[]} */
  const open = [];
  for (const span of ordered) {
    while (open.length && /** @type {Nested} */ (open.at(-1)).end <= span.start) open.pop();
    const parent = open.at(-1);
    const own = { ...span, end: parent ? Math.min(span.end, parent.end) : span.end, children: [] };
    if (own.end <= own.start) continue;
    (parent ? parent.children : roots).push(own);
    open.push(own);
  }
  return roots;
}

/**
 * Draw a text, each of its own lines as a block, with marks in it.
 * @param {string} text
 * @param {Span[]} spans
 * @returns {Node[]}
 */
export function drawn(text, spans) {
  const { unit } = offsets(text);
  const inUnits = nested(spans.map((span) => ({ ...span, start: unit(span.start), end: unit(span.end) })));
  /** @type {Node[]} */
  const blocks = [];
  let start = 0;
  for (const piece of text.split(/\r?\n/)) {
    const end = start + piece.length;
    const within = cut(inUnits, start, end);
    const isLine = within.some((span) => span.key === "");
    blocks.push(
      el("span", { class: isLine ? "ln" : "ln hd" }, ...marked(text, within, start, end)),
      document.createTextNode("\n"),
    );
    start = end + (text.startsWith("\r\n", end) ? 2 : 1);
  }
  return blocks;
}

/**
 * @param {Nested[]} spans
 * @param {number} start
 * @param {number} end
 * @returns {Nested[]}
 */
function cut(spans, start, end) {
  return spans
    .filter((span) => span.start < end && span.end > start)
    .map((span) => ({
      ...span,
      start: Math.max(span.start, start),
      end: Math.min(span.end, end),
      children: cut(span.children, start, end),
    }));
}

/**
 * @param {string} text
 * @param {Nested[]} spans
 * @param {number} start
 * @param {number} end
 * @returns {(Node | string)[]}
 */
function marked(text, spans, start, end) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let at = start;
  for (const span of spans) {
    if (span.start > at) parts.push(text.slice(at, span.start));
    const inside = marked(text, span.children, span.start, span.end);
    parts.push(
      span.key === ""
        ? el("span", { class: "sent", "data-line": span.line }, ...inside)
        : el(
            "mark",
            {
              class: span.look,
              title: span.title,
              tabindex: 0,
              role: "button",
              "data-key": span.key,
              "data-line": span.line,
            },
            ...inside,
          ),
    );
    at = span.end;
  }
  if (at < end) parts.push(text.slice(at, end));
  return parts;
}
