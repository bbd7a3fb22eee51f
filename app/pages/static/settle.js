// @ts-check
// What is to settle, at the top of the composer: one row a kind, with the act that settles all of it.
import { combobox } from "./combobox.js";
import { button, byId, el, fill, keep } from "./dom.js";
import { isComplete, set } from "./draft.js";
import { TO_DECIDE, findings, notes } from "./findings.js";
import { may } from "./key.js";
import { teach } from "./phrases.js";
import { bounds, counted, country, day, days, number, shifted } from "./words.js";

/** @import {Desk} from "./composer.js" */
/** @import {Finding} from "./findings.js" */
/** @import {Check} from "./draft.js" */
/** @import {Child} from "./dom.js" */

// Rows of one box; a release that is no release can have hundreds.
const MOST_ROWS = 40;

// Rows as they were shown last: one that did not change stays, with what is being written in it.
/** @type {Map<string, HTMLLIElement>} */
let shown = new Map();
/** @type {unknown} The lines that these rows are about: a new reading makes new ones. */
let about = null;

/**
 * Show what is to settle.
 * @param {Desk} desk
 */
export function showSettle(desk) {
  const open = findings(desk.form);
  const place = byId("settle");
  const hadFocus = place.contains(document.activeElement);
  const noted = notes(desk.form);
  const loose = desk.faults.filter((fault) => !fault.pointer?.startsWith("/strikes/"));
  place.hidden = !open.length && !noted.length && !loose.length;
  place.classList.toggle("done", !open.length && !loose.length);
  const undated = open.findIndex((one) => one.kind === "days") + 1;
  byId("settle-heading").textContent = heading(desk, open);
  const before = about === desk.form.lines ? shown : new Map();
  about = desk.form.lines;
  shown = new Map();
  for (const [at, one] of open.slice(0, MOST_ROWS).entries()) {
    const { lines, tallies, ...rest } = one;
    const key = JSON.stringify([rest, lines.map((line) => line.uid), tallies?.length, desk.form.head.published_on, one.kind === "sums" && [undated, isComplete(desk.form)]]);
    const row = before.get(key) ?? el("li", { "data-kind": one.kind }, el("sup", { class: "r" }), ...rowOf(desk, one, undated));
    /** @type {HTMLElement} */ (row.firstElementChild).textContent = String(at + 1);
    shown.set(key, row);
  }
  const refused = loose.map((fault) => el("li", { class: "refused" }, el("span", { class: "grow" }, el("b", {}, fault.pointer ?? ""), ` ${fault.detail}`)));
  keep(byId("settle-rows"), [...refused, ...shown.values(), ...together(desk, open)]);
  byId("settle-more").textContent = open.length > MOST_ROWS ? `${open.length - MOST_ROWS} more.` : "";
  byId("settle-notes").hidden = noted.length === 0;
  byId("settle-notes-size").textContent = `${counted(noted.length, "note")} of the reader`;
  fill(byId("settle-notes-list"), ...noted.slice(0, 200).map((remark) => el("li", {}, el("span", { class: "grow" }, remark.message), button("Show", () => desk.showSpan(remark), "link"))));
  if (hadFocus && !place.contains(document.activeElement)) byId(place.hidden ? "draft" : "settle-heading").focus();
}

/**
 * Return the rows that settle all names that are not known at once.
 * @param {Desk} desk
 * @param {Finding[]} open
 */
function together(desk, open) {
  const places = open.filter((one) => one.kind === "place");
  const wordings = open.filter((one) => one.kind === "category");
  return [
    ...(places.length > 1 ? [allRow(`All ${places.length} places that are not known`, "Keep all without a place", () => withoutPlace(desk, places))] : []),
    ...(wordings.length > 1 ? [allRow(`All ${wordings.length} wordings that no category knows`, "Keep all for review", () => forReview(desk, wordings))] : []),
  ];
}

/**
 * @param {string} what
 * @param {string} name
 * @param {() => void} act
 */
function allRow(what, name, act) {
  return el("li", { "data-kind": "all" }, el("span", { class: "grow soft" }, what), button(name, act));
}

/** @param {Desk} desk @param {Finding[]} some */
function withoutPlace(desk, some) {
  for (const line of some.flatMap((one) => one.lines)) line.placeless = true;
  desk.changed();
}

/** @param {Desk} desk @param {Finding[]} some */
function forReview(desk, some) {
  for (const one of some) {
    for (const tally of one.tallies ?? []) tally.review = true;
    for (const line of one.lines) line.touched["tallies"] = true;
  }
  desk.changed();
}

/**
 * @param {Desk} desk
 * @param {Finding[]} open
 */
function heading(desk, open) {
  if (!open.length) return "Nothing is left to settle";
  const what = counted(open.length, "thing");
  if (open.some((one) => one.isRequired)) return `${what} to settle before it can be published`;
  return `${what} to settle, none of which keeps it from being ${desk.form.status === "published" ? "corrected" : "published"}`;
}

/**
 * @param {Desk} desk
 * @param {Finding} one
 * @param {number} undated  The row that is about days; 0 for none.
 * @returns {Child[]}
 */
function rowOf(desk, one, undated) {
  /** @param {...Child} words */
  const said = (...words) => el("span", { class: "grow" }, ...words);
  const show = () => {
    const [line] = one.lines;
    if (line) desk.open(desk.form.lines.indexOf(line));
  };
  switch (one.kind) {
    case "publisher":
      return [said(el("b", {}, "No publisher."), " The text is somebody's statement."), button("Choose a publisher", () => byId("publisher").focus())];
    case "published_on":
      return [said(el("b", {}, "No day of publication."), " The text does not give it."), button("Set the day", () => byId("published_on").focus())];
    case "days":
      return ofDays(desk, one, said);
    case "country":
      return ofCountry(desk, one, said);
    case "count":
      return [said(el("b", {}, `${counted(one.lines.length, "line has a tally", "lines have tallies")} without a number or a category.`)), button("Show", show)];
    case "place":
      return ofPlace(desk, one, said);
    case "category":
      return ofCategory(desk, one, said);
    case "sums":
      return ofSums(desk, one, said, undated);
    case "warning":
      return [
        said(...(one.warnings ?? []).map((warning) => el("span", { class: "each" }, lineOf(warning.pointer), warning.detail))),
        el("span", {}, button("Show", () => desk.toPointer(one.warnings?.[0]?.pointer ?? "")), " ", button(one.warnings?.length === 1 ? "It is right" : `All ${one.warnings?.length} are right`, () => {
          for (const { code, pointer, detail } of one.warnings ?? []) desk.form.seen[`${code} ${pointer} ${detail}`] = true;
          desk.changed();
        })),
      ];
    default:
      return ofRemarks(desk, one, said);
  }
}

/** @param {string} pointer */
function lineOf(pointer) {
  const found = /^\/strikes\/(\d+)/.exec(pointer);
  return found ? `Line ${Number(found[1]) + 1}: ` : "";
}

/** @typedef {(...words: Child[]) => HTMLElement} Saying */

/** @param {Desk} desk @param {Finding} one @param {Saying} said @returns {Child[]} */
function ofDays(desk, one, said) {
  const published = desk.form.head.published_on;
  const first = el("input", { type: "date", "aria-label": "First day", value: published ? shifted(published, -1) : "" });
  const last = el("input", { type: "date", "aria-label": "Last day", value: published ?? "" });
  const claims = one.claims ?? 0;
  const all = one.lines.length + claims;
  const what = [one.lines.length ? counted(one.lines.length, "line") : "", claims ? counted(claims, "total") : ""].filter(Boolean).join(" and ");
  const act = button(all === 1 ? "Set it" : `Set for all ${number(all)}`, () => {
    const date_from = first.value || last.value;
    const date_to = last.value || first.value;
    if (!date_from || date_to < date_from) {
      desk.say("Give a first day, and a last day that is not before it.", "warn");
      return;
    }
    for (const line of one.lines) set(line, { date_from, date_to, date_precision: date_from === date_to ? "day" : "unknown" });
    for (const claim of desk.form.coverage) if (!claim.date_from) Object.assign(claim, { date_from, date_to });
    if (claims) desk.form.touched["coverage"] = true;
    desk.changed();
  });
  return [
    said(el("b", {}, `${what} ${all === 1 ? "has" : "have"} no day.`), " The text does not say on which day they were."),
    el("span", { class: "soft days" }, published ? `Published ${day(published).replace(/ \d+$/, "")}, so ` : "", first, " to ", last),
    act,
  ];
}

/** @param {Desk} desk @param {Finding} one @param {Saying} said @returns {Child[]} */
function ofCountry(desk, one, said) {
  const code = el("input", { type: "text", maxlength: 2, class: "two", "aria-label": "Country, two letters", placeholder: "SY" });
  return [
    said(el("b", {}, `${counted(one.lines.length, "line names", "lines name")} no country.`)),
    code,
    button(`Set for all ${one.lines.length}`, () => {
      const letters = code.value.trim().toUpperCase();
      if (!/^[A-Z]{2}$/.test(letters)) {
        desk.say("A country is two letters, such as SY.", "warn");
        return;
      }
      for (const line of one.lines) set(line, { country: letters });
      desk.changed();
    }),
  ];
}

/** @param {Desk} desk @param {Finding} one @param {Saying} said @returns {Child[]} */
function ofPlace(desk, one, said) {
  return [
    said("No known place is called “", el("span", { class: "serif" }, one.wording), "”", one.lines.length > 1 ? ` (${counted(one.lines.length, "line")}).` : "."),
    combobox({
      label: `Place for ${one.wording}`, placeholder: "Search places", search: (letters) => desk.places.search(letters),
      choose: ({ value }) => {
        for (const line of one.lines) set(line, { location: value, ...(line.country ? {} : { country: desk.places.entries.get(value ?? "")?.country ?? null }) });
        desk.changed();
      },
    }),
    button("Keep without a place", () => withoutPlace(desk, [one])),
  ];
}

/** @param {Desk} desk @param {Finding} one @param {Saying} said @returns {Child[]} */
function ofCategory(desk, one, said) {
  const tallies = one.tallies ?? [];
  // The words without their number, as the parser looked them up.
  const remark = desk.form.remarks.find((each) => each.kind === "unknown_category" && tallies.some((tally) => tally.quote?.start === each.start));
  const phrase = /^unknown category: '(.+?)'(;|$)/.exec(remark?.message ?? "")?.[1];
  const always = el("input", { type: "checkbox", id: `always-${tallies[0]?.quote?.start ?? 0}` });
  const mayTeach = may("vocabulary") && phrase;
  return [
    said("No category knows “", el("span", { class: "serif" }, one.wording), "”", tallies.length > 1 ? ` (${counted(tallies.length, "tally", "tallies")}).` : "."),
    combobox({
      label: `Category for ${one.wording}`, placeholder: "Search categories", search: (letters) => desk.categories.search(letters),
      choose: ({ value }) => {
        for (const tally of tallies) tally.category = value;
        for (const line of one.lines) line.touched["tallies"] = true;
        if (mayTeach && always.checked && value) void teach(desk, value, phrase);
        desk.changed();
      },
    }),
    mayTeach && el("label", { class: "soft" }, always, ` “${phrase}” always means it`),
    button("Keep for review", () => forReview(desk, [one])),
  ];
}

/** @param {Desk} desk @param {Finding} one @param {Saying} said @param {number} undated @returns {Child[]} */
function ofSums(desk, one, said, undated) {
  const words = (one.checks ?? []).map((check) => el("span", { class: "each" }, el("b", {}, `Sums, ${check.country ? country(check.country) : "the headline"}. `), sumInWords(check)));
  // Until the form can be checked these are the sums of the text as it was read.
  if (!isComplete(desk.form)) return [said(...words, el("span", { class: "each" }, undated ? `Settled when ${undated} is.` : "Checked again when what is missing is settled."))];
  const why = el("input", { type: "text", class: "why", maxlength: 2000, "aria-label": "Why the sums are right", placeholder: "Why they are right all the same" });
  return [
    said(...words),
    why,
    button("Accept them", () => {
      desk.form.head.sums_note = why.value.trim() || null;
      if (!desk.form.head.sums_note) why.focus();
      desk.form.touched["sums_note"] = true;
      desk.changed();
    }),
  ];
}

/**
 * What a sum that does not agree says.
 * @param {Check} check
 */
export function sumInWords(check) {
  const when = check.date_from ? ` on ${days(check.date_from, check.date_to)}` : "";
  const against = check.against === "coverage" ? "the countries' totals" : "its lines";
  return `The text says ${counted(check.claimed, check.measure.replace(/s$/, ""))}${when}; ${against} add up to ${bounds(check.lines_min, check.lines_max)}.`;
}

/** @param {Desk} desk @param {Finding} one @param {Saying} said @returns {Child[]} */
function ofRemarks(desk, one, said) {
  const remarks = one.remarks ?? [];
  const [single, many] = TO_DECIDE[one.wording ?? ""] ?? ["remark", "remarks"];
  return [
    said(el("b", {}, `${counted(remarks.length, single, many)}.`), ...remarks.slice(0, 5).map((remark) => el("span", { class: "each" }, remark.message, " ", button("Show", () => desk.showSpan(remark), "link")))),
    button(remarks.length === 1 ? "It is right" : `All ${remarks.length} are right`, () => {
      desk.form.seen[one.wording ?? ""] = true;
      desk.changed();
    }),
  ];
}
