// @ts-check
// The form of a report: what was read from its text, and what its analyst changed. No page, no request.
import { offsets } from "./marks.js";

/** @typedef {{start: number, end: number}} Quote */
/** @typedef {{min: number | null, max: number | null}} Bounds */
/** @typedef {{start: number, end: number, value_min: number | null, value_max: number | null, role: string, of: string | null}} Numeral */
/** @typedef {{start: number, end: number, kind: string, message: string}} Remark */
/** @typedef {{measure: string, against: string, country: string | null, date_from: string | null, date_to: string | null, claimed: number, lines_min: number, lines_max: number | null, agrees: boolean}} Check */
/** @typedef {{code: string, pointer: string, detail: string}} Warned */
/** @typedef {{pointer: string, repeats: string, report: string, alike: number}} Duplicate */

/**
 * @typedef {object} Tally
 * @property {string} effect
 * @property {string | null} verb
 * @property {string | null} category
 * @property {string | null} as_written
 * @property {number | null} count_min
 * @property {number | null} count_max
 * @property {boolean} approximate
 * @property {Quote | null} quote
 * @property {Bounds | null} said  The count that the words give.
 * @property {boolean} [review]  Whether its wording waits for a category knowingly.
 */

/**
 * @typedef {object} Line
 * @property {string | null} date_from
 * @property {string | null} date_to
 * @property {string} date_precision
 * @property {string | null} country
 * @property {string | null} location
 * @property {string | null} location_as_written
 * @property {number | null} strikes_min
 * @property {number | null} strikes_max
 * @property {number | null} engagements
 * @property {string | null} owner
 * @property {string | null} same_as
 * @property {Quote | null} quote
 * @property {Quote | null} strikes_quote
 * @property {Quote | null} engagements_quote
 * @property {Tally[]} tallies
 * @property {number} uid
 * @property {string} [sentence]  The words that it was read from, and which of their lines it is.
 * @property {Bounds | null} said  The number of strikes that the words give.
 * @property {Record<string, true>} touched  Fields that the analyst set.
 * @property {boolean} [placeless]  Whether it has no place knowingly.
 * @property {Record<string, string>} decided  By the strike that it may repeat: "same" or "other".
 */

/** @typedef {{country: string, date_from: string | null, date_to: string | null, strikes: number | null, engagements: number | null, quote?: Quote | null}} Coverage */
/** @typedef {Record<"publisher" | "published_on" | "number" | "title" | "source_url" | "archive_url" | "sums_note", string | null>} Head */

/**
 * @typedef {object} Form
 * @property {string | null} id
 * @property {string} status  Of the report that is edited: new, draft, published or retracted.
 * @property {string} etag
 * @property {any} base  The body as it was read.
 * @property {string} text
 * @property {Head} head
 * @property {Record<string, true>} touched
 * @property {{strikes: number | null, engagements: number | null} | null} headline
 * @property {Coverage[]} coverage
 * @property {Line[]} lines
 * @property {string[]} removed  Sentences whose lines were taken out.
 * @property {Numeral[]} numbers
 * @property {Remark[]} remarks
 * @property {Check[]} checks
 * @property {Warned[]} warnings
 * @property {Duplicate[]} duplicates
 * @property {boolean} checked  Whether the three are those of the form as it stands.
 * @property {Record<string, true>} seen  Kinds of remark and warning that are right as they are.
 * @property {string} idempotency
 * @property {string} reason
 */

export const HEAD = /** @type {(keyof Head)[]} */ (["publisher", "published_on", "number", "title", "source_url", "archive_url", "sums_note"]);

let uids = 0;

/** @returns {number} */
export function nextUid() {
  uids += 1;
  return uids;
}

/** A name for one write, also where the page came over plain HTTP and `randomUUID` is closed. */
export function freshName() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @returns {Form} */
export function emptyForm() {
  return {
    id: null, status: "new", etag: "", base: null, text: "",
    head: { publisher: null, published_on: null, number: null, title: null, source_url: null, archive_url: null, sums_note: null },
    touched: {}, headline: null, coverage: [], lines: [], removed: [], numbers: [], remarks: [],
    checks: [], warnings: [], duplicates: [], checked: false, seen: {}, idempotency: freshName(), reason: "",
  };
}

/**
 * A form as it was stored; its lines get numbers of this page.
 * @param {Form} stored
 */
export function revived(stored) {
  for (const line of stored.lines) line.uid = nextUid();
  return stored;
}

/** @returns {Line} */
export function emptyLine() {
  return {
    date_from: null, date_to: null, date_precision: "day", country: null, location: null, location_as_written: null,
    strikes_min: null, strikes_max: null, engagements: null, owner: null, same_as: null, quote: null,
    strikes_quote: null, engagements_quote: null, tallies: [], uid: nextUid(), said: null,
    touched: { added: true }, decided: {},
  };
}

/** @returns {Tally} */
export function emptyTally() {
  return { effect: "destroyed", verb: null, category: null, as_written: null, count_min: 1, count_max: 1, approximate: false, quote: null, said: null };
}

/**
 * Make the form of a stored report or draft.
 * @param {any} report  As GET /v1/reports/{id} shows it.
 * @param {string} etag
 * @returns {Form}
 */
export function formOf(report, etag) {
  const form = emptyForm();
  form.id = report.id;
  form.status = report.status;
  form.etag = etag;
  form.text = report.text ?? "";
  for (const name of HEAD) {
    form.head[name] = report[name] ?? null;
    form.touched[name] = true;
  }
  form.touched["coverage"] = true;
  form.headline = report.headline;
  form.coverage = report.coverage.map((/** @type {any} */ claim) => ({ ...claim }));
  const { unit, point } = offsets(form.text);
  form.lines = report.strikes.map((/** @type {any} */ strike) => {
    const { quote_start, ...own } = strike;
    // The sentence around its own counts, where the text has the same one twice.
    const anchor = strike.tallies.find((/** @type {any} */ tally) => tally.quote)?.quote.start;
    const begins = strike.quote === null ? -1 : anchor === undefined ? form.text.indexOf(strike.quote) : form.text.lastIndexOf(strike.quote, unit(anchor));
    const start = quote_start ?? (begins < 0 ? null : point(begins));
    /** @type {Line} */
    const line = {
      ...own,
      location: strike.location?.slug ?? null,
      placeless: strike.location === null && report.status !== "draft",
      quote: start === null ? null : { start, end: start + Array.from(strike.quote).length },
      strikes_quote: null, engagements_quote: null,
      tallies: strike.tallies.map((/** @type {any} */ tally) => ({ ...tally, said: null, review: tally.category === null && report.status !== "draft" })),
      uid: nextUid(), said: null, decided: {},
      touched: Object.fromEntries(["date_from", "date_to", "date_precision", "country", "location", "location_as_written", "strikes_min", "strikes_max", "engagements", "owner", "same_as", "tallies"].map((name) => [name, true])),
    };
    if (start === null) line.touched["added"] = true;
    return line;
  });
  sentences(form.text, form.lines).forEach((name, at) => {
    const line = form.lines[at];
    if (line) line.sentence = name;
  });
  form.checks = report.checks ?? [];
  form.warnings = report.warnings ?? [];
  form.duplicates = report.possible_duplicates ?? [];
  form.base = body(form);
  return form;
}

/**
 * Name lines by the words that they were read from, and by which of the lines of these words each is.
 * @param {string} text
 * @param {{quote: Quote | null}[]} lines
 * @returns {string[]}
 */
export function sentences(text, lines) {
  const points = Array.from(text);
  /** @type {Map<string, number>} */
  const seen = new Map();
  return lines.map(({ quote }) => {
    if (!quote) return "";
    const words = points.slice(quote.start, quote.end).join("");
    const rank = seen.get(words) ?? 0;
    seen.set(words, rank + 1);
    return `${rank} ${words}`;
  });
}

/**
 * Set a field of a line, knowingly.
 * @param {Line} line
 * @param {Partial<Line>} values
 */
export function set(line, values) {
  Object.assign(line, values);
  for (const name of Object.keys(values)) line.touched[name] = true;
}

/**
 * Take a line out of the form; what points to later lines follows them.
 * @param {Form} form
 * @param {number} index
 */
export function removeLine(form, index) {
  const [line] = form.lines.splice(index, 1);
  if (line?.sentence) form.removed.push(line.sentence);
  /** @param {string | null} pointer */
  const moved = (pointer) => {
    const found = /^\/strikes\/(\d+)(.*)$/.exec(pointer ?? "");
    if (!found) return pointer;
    const at = Number(found[1]);
    return at === index ? null : at > index ? `/strikes/${at - 1}${found[2]}` : pointer;
  };
  form.numbers = form.numbers.map((numeral) => ({ ...numeral, of: moved(numeral.of) }));
  form.warnings = form.warnings.flatMap((one) => {
    const pointer = moved(one.pointer);
    return pointer === null ? [] : [{ ...one, pointer }];
  });
  form.duplicates = form.duplicates.flatMap((one) => {
    const pointer = moved(one.pointer);
    return pointer === null ? [] : [{ ...one, pointer }];
  });
}

/**
 * Return the body that POST and PUT of a report take.
 * @param {Form} form
 */
export function body(form) {
  return {
    ...Object.fromEntries(HEAD.map((name) => [name, form.head[name] || null])),
    text: form.text || null,
    headline: form.headline && (form.headline.strikes ?? form.headline.engagements) !== null ? { strikes: form.headline.strikes, engagements: form.headline.engagements } : null,
    coverage: form.coverage.map(({ country, date_from, date_to, strikes, engagements }) => ({ country, date_from, date_to, strikes, engagements })),
    strikes: form.lines.map((line) => ({
      date_from: line.date_from, date_to: line.date_to, date_precision: line.date_precision,
      country: line.country, location: line.location, location_as_written: line.location_as_written,
      strikes_min: line.strikes_min, strikes_max: line.strikes_max, engagements: line.engagements,
      owner: line.owner, same_as: line.same_as, quote: line.quote,
      tallies: line.tallies.map(({ effect, verb, category, as_written, count_min, count_max, approximate, quote }) => ({ effect, verb, category, as_written, count_min, count_max, approximate, quote })),
    })),
  };
}

/**
 * Return whether everything is given that a report needs.
 * @param {Form} form
 */
export function isComplete(form) {
  return Boolean(
    form.head.publisher &&
      form.head.published_on &&
      form.lines.every((line) => line.date_from && line.country && line.tallies.every((tally) => tally.count_min !== null && (tally.category || tally.as_written))) &&
      form.coverage.every((claim) => claim.date_from && claim.country),
  );
}

/**
 * Add up lines, strikes and items, each with whether it is open upwards.
 * @param {Form} form
 */
export function totals(form) {
  const counted = form.lines.filter((line) => line.same_as === null || line.same_as === "");
  const tallies = counted.flatMap((line) => line.tallies);
  return {
    lines: form.lines.length,
    repeats: form.lines.length - counted.length,
    strikes: counted.reduce((sum, line) => sum + (line.strikes_min ?? 0), 0),
    strikesOpen: counted.some((line) => line.strikes_max === null || line.strikes_max !== line.strikes_min),
    items: tallies.reduce((sum, tally) => sum + (tally.count_min ?? 0), 0),
    itemsOpen: tallies.some((tally) => tally.count_max === null || tally.count_max !== tally.count_min),
  };
}
