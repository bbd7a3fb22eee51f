// @ts-check
// Perhaps already in the record: lines that another report tells alike, to link or to leave apart.
import { call } from "./api.js";
import { button, byId, el, fill } from "./dom.js";
import { set } from "./draft.js";
import { grouped } from "./findings.js";
import { counted, day } from "./words.js";

/** @import {Desk} from "./composer.js" */
/** @import {Duplicate, Form, Line} from "./draft.js" */

/** @typedef {{duplicate: Duplicate, line: Line, index: number}} Likeness */

// What is shown, so that it is drawn anew only when it changed.
let shown = "";
/** @type {unknown} The lines that it is about: a new reading makes new ones. */
let about = null;

/** @type {Map<string, Promise<{publisher: string, published_on: string, number: string | null}>>} */
const reports = new Map();

/**
 * @param {Form} form
 * @returns {Likeness[]}
 */
function likenesses(form) {
  return form.duplicates.flatMap((duplicate) => {
    const index = Number(/^\/strikes\/(\d+)/.exec(duplicate.pointer)?.[1] ?? -1);
    const line = form.lines[index];
    return line ? [{ duplicate, line, index }] : [];
  });
}

/**
 * Return what is neither linked nor set apart.
 * @param {Form} form
 */
export function undecidedOf(form) {
  return likenesses(form).filter(({ duplicate, line }) => !line.same_as && line.decided[duplicate.repeats] !== "other");
}

/**
 * Show what the lines may repeat, a row for each report and degree of likeness.
 * @param {Desk} desk
 */
export function showDuplicates(desk) {
  const place = byId("duplicates");
  const all = likenesses(desk.form);
  const linked = desk.form.lines.filter((line) => line.same_as).length;
  const open = undecidedOf(desk.form);
  const apart = all.length ? all.filter(({ duplicate, line }) => line.decided[duplicate.repeats] === "other").length : 0;
  place.hidden = !open.length && !linked && !apart;
  const now = JSON.stringify([all.map(({ duplicate, line, index }) => [duplicate, line.uid, index]), linked, apart]);
  if (now === shown && about === desk.form.lines) return;
  shown = now;
  about = desk.form.lines;
  const groups = [...grouped(open, ({ duplicate }) => `${duplicate.report} ${duplicate.alike === 1 ? 1 : 0.5}`).values()].sort((one, two) => two.length - one.length);
  fill(
    place,
    el("h2", {}, "Perhaps already in the record"),
    el("p", { class: "soft" }, open.length ? `${counted(new Set(open.map(({ index }) => index)).size, "line")} of ${desk.form.lines.length} may be told by other reports too. ` : "", "Linked lines are kept and counted once."),
    groups.length > 0 &&
      el(
        "table",
        { class: "dup" },
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Line"), el("th", { scope: "col" }, "Told by"), el("th", { scope: "col" }, "Alike"), el("th", { scope: "col" }, el("span", { class: "sr" }, "Decide")))),
        el("tbody", {}, ...groups.slice(0, 12).map((group) => groupRow(desk, group))),
      ),
    groups.length > 12 && el("p", { class: "sub" }, `${groups.length - 12} more reports are less alike.`),
    linked > 0 && el("p", {}, `${counted(linked, "line is", "lines are")} linked. `, button("Take the links back", () => {
      for (const line of desk.form.lines) if (line.same_as) set(line, { same_as: null });
      desk.changed();
    }, "link")),
    apart > 0 && el("p", {}, `${counted(apart, "likeness is", "likenesses are")} set aside as another event. `, button("Show again", () => {
      for (const line of desk.form.lines) line.decided = {};
      desk.changed();
    }, "link")),
  );
}

/**
 * @param {Desk} desk
 * @param {Likeness[]} group
 */
function groupRow(desk, group) {
  const [first] = group;
  const report = first?.duplicate.report ?? "";
  const name = el("a", { href: `/reports/${encodeURIComponent(report)}`, target: "_blank", rel: "noopener" }, report);
  void named(report).then(({ publisher, published_on }) => {
    name.textContent = `${desk.publishers.get(publisher) ?? publisher}, ${day(published_on)}`;
  }, () => undefined);
  const same = (/** @type {Likeness[]} */ some) => {
    for (const { duplicate, line } of some) if (!line.same_as) set(line, { same_as: duplicate.repeats });
    desk.changed();
  };
  const other = (/** @type {Likeness[]} */ some) => {
    for (const { duplicate, line } of some) line.decided[duplicate.repeats] = "other";
    desk.changed();
  };
  const cells = (/** @type {string} */ lines, /** @type {Likeness[]} */ some, /** @type {Node | string} */ told) =>
    el(
      "tr",
      {},
      el("td", {}, lines),
      el("td", {}, told),
      el("td", {}, likeness(some)),
      el("td", {}, button(some.length > 1 ? "The same events" : "The same event", () => same(some)), " ", button(some.length > 1 ? "Other events" : "Another event", () => other(some))),
    );
  const whole = cells(group.length === 1 && first ? `${first.index + 1} · ${desk.places.name(first.line.location)}` : ranges(group.map(({ index }) => index + 1)), group, name);
  if (group.length === 1) return whole;
  const single = el("button", { type: "button", class: "link", "aria-expanded": "false" }, " One by one");
  single.addEventListener("click", () => {
    single.remove();
    whole.after(...group.map((one) => cells(`${one.index + 1} · ${desk.places.name(one.line.location)}`, [one], one.duplicate.repeats)));
  });
  whole.firstElementChild?.append(single);
  return whole;
}

/** @param {Likeness[]} group */
function likeness(group) {
  const least = Math.min(...group.map(({ duplicate }) => duplicate.alike));
  return least === 1 ? "all tallies" : `${Math.round(least * 100)} % of the tallies`;
}

/**
 * Numbers in words: 1 – 4, 7.
 * @param {number[]} numbers
 */
function ranges(numbers) {
  const sorted = [...new Set(numbers)].sort((one, two) => one - two);
  /** @type {[number, number][]} */
  const runs = [];
  for (const one of sorted) {
    const last = runs.at(-1);
    if (last && one === last[1] + 1) last[1] = one;
    else runs.push([one, one]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from} – ${to}`)).join(", ");
}

/** @param {string} report */
function named(report) {
  let asked = reports.get(report);
  if (!asked) {
    asked = call("GET", `/v1/reports/${encodeURIComponent(report)}`).then(({ body }) => body);
    reports.set(report, asked);
  }
  return asked;
}
