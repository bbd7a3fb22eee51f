// @ts-check
// What is to settle in a form, one finding a kind: what it is about, and whether the report cannot be posted before.

/** @import {Form, Line, Tally, Check, Warned, Remark} from "./draft.js" */

/**
 * @typedef {object} Finding
 * @property {string} kind
 * @property {boolean} isRequired
 * @property {Line[]} lines
 * @property {string} [wording]
 * @property {Tally[]} [tallies]
 * @property {Check[]} [checks]
 * @property {Warned[]} [warnings]
 * @property {Remark[]} [remarks]
 * @property {number} [claims]  How many claimed totals have no days.
 */

// Remarks that an analyst has to decide on; all others only report what was derived, or are settled at the line.
/** @type {Record<string, [string, string]>} */
export const TO_DECIDE = {
  unread: ["number was not read", "numbers were not read"],
  not_counted: ["passage is not counted", "passages are not counted"],
  amount: ["amount counts no things", "amounts count no things"],
  repeated: ["passage repeats another", "passages repeat another"],
  correction: ["passage corrects an earlier one", "passages correct earlier ones"],
  place_unsure: ["place is unsure", "places are unsure"],
  distance: ["line is far from the place it names", "lines are far from the places they name"],
  running_total: ["total runs over several releases", "totals run over several releases"],
  capped: ["passage was cut off", "passages were cut off"],
};
const AT_THE_LINE = new Set(["no_date", "no_release_date", "no_country", "unknown_place", "unknown_category"]);

/**
 * Return what is to settle, what cannot wait first.
 * @param {Form} form
 * @returns {Finding[]}
 */
export function findings(form) {
  if (!form.text && !form.lines.length) return [];
  const { lines } = form;
  /** @type {Finding[]} */
  const found = [];
  if (!form.head.publisher) found.push({ kind: "publisher", isRequired: true, lines: [] });
  if (!form.head.published_on) found.push({ kind: "published_on", isRequired: true, lines: [] });
  const undated = lines.filter((line) => !line.date_from);
  const claims = form.coverage.filter((claim) => !claim.date_from).length;
  if (undated.length || claims) found.push({ kind: "days", isRequired: true, lines: undated, claims });
  const stateless = lines.filter((line) => !line.country);
  if (stateless.length) found.push({ kind: "country", isRequired: true, lines: stateless });
  const uncounted = lines.filter((line) => line.tallies.some((tally) => tally.count_min === null || (!tally.category && !tally.as_written)));
  if (uncounted.length) found.push({ kind: "count", isRequired: true, lines: uncounted });
  for (const [wording, nowhere] of grouped(lines.filter((line) => !line.location && !line.placeless && line.location_as_written), (line) => line.location_as_written ?? "")) {
    found.push({ kind: "place", isRequired: false, lines: nowhere, wording });
  }
  const unnamed = lines.flatMap((line) => line.tallies.filter((tally) => !tally.category && tally.as_written && !tally.review).map((tally) => ({ line, tally })));
  for (const [wording, pairs] of grouped(unnamed, ({ tally }) => tally.as_written ?? "")) {
    found.push({ kind: "category", isRequired: false, lines: pairs.map(({ line }) => line), tallies: pairs.map(({ tally }) => tally), wording });
  }
  const checks = form.checks.filter((check) => !check.agrees);
  if (checks.length && !form.head.sums_note) found.push({ kind: "sums", isRequired: false, lines: [], checks });
  for (const [code, warnings] of grouped(form.warnings, (warning) => warning.code)) {
    const open = warnings.filter((warning) => !form.seen[`${code} ${warning.pointer} ${warning.detail}`]);
    if (open.length) found.push({ kind: "warning", isRequired: false, lines: [], warnings: open });
  }
  const decided = form.remarks.filter((remark) => remark.kind in TO_DECIDE && !form.seen[remark.kind]);
  for (const [kind, remarks] of grouped(decided, (remark) => remark.kind)) {
    found.push({ kind: "remark", isRequired: false, lines: [], remarks, wording: kind });
  }
  return found;
}

/**
 * Return what the reader of the text noted besides.
 * @param {Form} form
 */
export function notes(form) {
  return form.remarks.filter((remark) => !AT_THE_LINE.has(remark.kind) && (!(remark.kind in TO_DECIDE) || form.seen[remark.kind]));
}

/**
 * @template T
 * @param {T[]} things
 * @param {(thing: T) => string} by
 * @returns {Map<string, T[]>}
 */
export function grouped(things, by) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const thing of things) groups.set(by(thing), [...(groups.get(by(thing)) ?? []), thing]);
  return groups;
}
