// @ts-check
// The text next to its draft: marks, and the movement from number to number in both.
import { byId, field } from "./dom.js";
import { drawn } from "./marks.js";
import { bounds } from "./words.js";

/** @import {Desk} from "./composer.js" */
/** @import {Span} from "./marks.js" */
/** @import {Form, Quote} from "./draft.js" */

/** @type {Record<string, string>} */
const ROLES = {
  strikes: "number of strikes", engagements: "number of engagements", tally: "a count", coverage: "total of a country", headline: "total of the report",
  date: "a day", time: "a time", release_number: "number of the release", name: "part of a name", ordinal: "an ordinal", distance: "a distance", amount: "an amount, which counts no things",
  included: "included in another number", not_counted: "not counted", unread: "not read",
};

/**
 * Return what is marked in the text.
 * @param {Desk} desk
 * @returns {Span[]}
 */
export function spans({ form, categories }) {
  /** @type {Span[]} */
  const found = [];
  form.lines.forEach((line, index) => {
    if (line.quote) found.push({ ...line.quote, look: "", title: "", key: "", line: index });
    line.tallies.forEach((tally, place) => {
      if (!tally.quote) return;
      const what = `${tally.effect}, ${bounds(tally.count_min, tally.count_max)}, ${categories.name(tally.category) || "no category"}`;
      found.push({ ...tally.quote, look: `m-${tally.effect}`, title: `Line ${index + 1}: ${what}`, key: `${index}.${place}`, line: index });
    });
  });
  const quoted = new Set(found.map((span) => span.key));
  form.numbers.forEach((numeral, place) => {
    const at = /^\/strikes\/(\d+)\/(?:tallies\/(\d+)\/)?(\w+)/.exec(numeral.of ?? "");
    const line = at ? Number(at[1]) : -1;
    const key = !at ? `n${place}` : at[2] === undefined ? `${line}.${at[3]}` : `${line}.${at[2]}`;
    // The phrase around it is marked already.
    if (numeral.role === "tally" && quoted.has(key)) return;
    const where = line < 0 ? "" : `Line ${line + 1}: `;
    const value = numeral.value_min === null ? "" : `, ${bounds(numeral.value_min, numeral.value_max)}`;
    found.push({ start: numeral.start, end: numeral.end, look: `k-${numeral.role}`, title: `${where}${ROLES[numeral.role] ?? numeral.role}${value}`, key, line });
  });
  return found;
}

// What is shown, so that it is drawn anew only when it changed.
let shown = "";

/**
 * Draw the text of the form.
 * @param {Desk} desk
 */
export function showText(desk) {
  const marks = spans(desk);
  const now = JSON.stringify([desk.form.text, marks]);
  if (now === shown) return;
  shown = now;
  const place = byId("marked");
  const at = place.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset["key"] : undefined;
  place.replaceChildren(...drawn(desk.form.text, marks));
  if (at) /** @type {HTMLElement | null} */ (place.querySelector(`[data-key="${CSS.escape(at)}"]`))?.focus();
}

/**
 * Show the text to write it, or with its marks.
 * @param {Desk} desk
 * @param {boolean} isWriting
 */
export function showTextMode(desk, isWriting) {
  byId("writing").hidden = !isWriting;
  byId("marked").hidden = isWriting;
  byId("keys").hidden = isWriting;
  byId("edit-text").hidden = desk.form.text === "";
  byId("edit-text").textContent = isWriting ? "Show the marks" : "Edit the text";
  if (isWriting) {
    if (field("paste").value !== desk.form.text) field("paste").value = desk.form.text;
  } else showText(desk);
}

/**
 * Highlight what belongs together in text and draft, and bring it into view.
 * @param {string} key
 * @param {number} line
 */
export function point(key, line) {
  for (const old of document.querySelectorAll(".composer .cur")) old.classList.remove("cur");
  for (const one of document.querySelectorAll(`.composer [data-key="${CSS.escape(key)}"]`)) {
    one.classList.add("cur");
    one.scrollIntoView({ block: "nearest" });
  }
  pointLine(line);
}

/**
 * Highlight the sentence of a line.
 * @param {number} line
 */
export function pointLine(line) {
  for (const old of document.querySelectorAll(".text .at")) old.classList.remove("at");
  const sentences = document.querySelectorAll(`.text .sent[data-line="${line}"]`);
  for (const sentence of sentences) sentence.closest(".ln")?.classList.add("at");
  sentences[0]?.scrollIntoView({ block: "nearest" });
}

/**
 * Bring characters of the text into view.
 * @param {Form} form
 * @param {Quote} span
 */
export function bringSpan(form, span) {
  const marks = [...byId("marked").querySelectorAll("mark")];
  const numerals = form.numbers.map((numeral, place) => ({ numeral, place })).filter(({ numeral }) => numeral.start >= span.start && numeral.end <= span.end);
  const keys = new Set(numerals.map(({ place }) => `n${place}`));
  const line = form.lines.findIndex((one) => one.quote && one.quote.start <= span.start && one.quote.end >= span.end);
  const own = marks.find((mark) => keys.has(mark.dataset["key"] ?? "")) ?? marks.find((mark) => mark.dataset["line"] === String(line));
  own?.focus();
}

/** Follow keys and focus: `j` and `k` go to the next and previous number, Enter opens its line. @param {Desk} desk */
export function followKeys(desk) {
  const area = byId("composer-area");
  area.addEventListener("focusin", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const own = /** @type {HTMLElement | null} */ (target.closest("[data-key]"));
    if (own) return point(own.dataset["key"] ?? "", Number(own.dataset["line"] ?? -1));
    const line = /** @type {HTMLElement | null} */ (target.closest(".dl"));
    if (line) pointLine(Number(line.dataset["line"]));
  });
  area.addEventListener("click", (event) => {
    const own = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("tr[data-key]"));
    if (own) point(own.dataset["key"] ?? "", Number(own.dataset["line"] ?? -1));
  });
  area.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, select, textarea")) return;
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      move(event.key === "j" ? 1 : -1);
    } else if (event.key === "Enter" && target.matches("mark")) {
      const line = Number(target.dataset["line"]);
      if (line >= 0) desk.open(line);
    }
  });
  byId("marked").addEventListener("dblclick", (event) => {
    const mark = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("mark"));
    if (mark && Number(mark.dataset["line"]) >= 0) desk.open(Number(mark.dataset["line"]));
  });
}

/** @param {number} by */
function move(by) {
  const isShown = byId("text").offsetParent !== null;
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(isShown ? "#marked mark" : "#lines [data-key]")]);
  const key = /** @type {HTMLElement | null} */ (document.querySelector(".composer .cur"))?.dataset["key"];
  const at = all.findIndex((one) => one.dataset["key"] === key);
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) {
    next.focus();
    point(next.dataset["key"] ?? "", Number(next.dataset["line"] ?? -1));
  }
}
