// @ts-check
// What POST /v1/parse read, taken into a form: what its analyst set stays set.
import { HEAD, nextUid, sentences } from "./draft.js";

/** @import {Form, Line, Numeral} from "./draft.js" */

/**
 * Take a reading of the text into the form. What the analyst set stays set.
 * @param {Form} form
 * @param {any} parsed  The response of POST /v1/parse.
 */
export function takeReading(form, parsed) {
  const { draft } = parsed;
  /** @type {Map<string, Line>} */
  const before = new Map();
  for (const line of form.lines) if (line.sentence) before.set(line.sentence, line);
  for (const name of HEAD) {
    if (!form.touched[name] && name in draft) form.head[name] = draft[name];
  }
  if (!form.touched["coverage"]) {
    form.coverage = draft.coverage;
    form.headline = draft.headline;
  }
  const names = sentences(form.text, draft.strikes);
  /** @type {Line[]} */
  const lines = draft.strikes.map((/** @type {any} */ read, /** @type {number} */ place) => {
    const line = readLine(read, parsed.numbers, place);
    line.sentence = names[place] ?? "";
    const old = before.get(line.sentence);
    return old ? merged(line, old) : line;
  });
  const removed = new Set(form.removed);
  form.lines = [
    ...lines.filter((line) => !removed.has(line.sentence ?? "")),
    ...form.lines.filter((line) => line.touched["added"]),
  ];
  form.numbers = linked(form, parsed);
  form.remarks = parsed.remarks;
  form.checks = parsed.checks;
  // Their pointers are into the draft as it was read.
  const isSame = form.lines.length === draft.strikes.length;
  form.warnings = isSame ? parsed.warnings : [];
  form.duplicates = isSame ? parsed.possible_duplicates : [];
  form.checked = false;
}

/**
 * @param {any} read
 * @param {Numeral[]} numbers
 * @param {number} place
 * @returns {Line}
 */
function readLine(read, numbers, place) {
  const said = new Map(numbers.filter((each) => each.of).map((each) => [each.of, { min: each.value_min, max: each.value_max }]));
  return {
    ...read,
    tallies: read.tallies.map((/** @type {any} */ tally, /** @type {number} */ index) => ({
      ...tally,
      said: said.get(`/strikes/${place}/tallies/${index}/count`) ?? null,
    })),
    same_as: null,
    uid: nextUid(),
    said: said.get(`/strikes/${place}/strikes`) ?? null,
    touched: {},
    decided: {},
  };
}

/**
 * @param {Line} line
 * @param {Line} old
 * @returns {Line}
 */
function merged(line, old) {
  /** @type {any} */
  const result = { ...line, uid: old.uid, touched: old.touched, decided: old.decided, placeless: old.placeless };
  for (const name of Object.keys(old.touched)) {
    if (name !== "tallies") result[name] = /** @type {any} */ (old)[name];
  }
  if (old.touched["tallies"]) {
    const by = (line.quote?.start ?? 0) - (old.quote?.start ?? 0);
    result.tallies = old.tallies.map((tally) => ({
      ...tally,
      quote: tally.quote && { start: tally.quote.start + by, end: tally.quote.end + by },
    }));
  }
  return result;
}

/**
 * Turn pointers into the draft as it was read to pointers into the form: lines meet by their sentences.
 * @param {Form} form
 * @param {any} parsed
 * @returns {Numeral[]}
 */
function linked(form, parsed) {
  const names = sentences(form.text, parsed.draft.strikes);
  return parsed.numbers.map((/** @type {Numeral} */ numeral) => {
    const found = /^\/strikes\/(\d+)\/(?:tallies\/(\d+)\/)?(\w+)$/.exec(numeral.of ?? "");
    if (!found) return numeral;
    const line = form.lines.findIndex((each) => each.sentence === names[Number(found[1])]);
    const there = form.lines[line];
    if (!there) return { ...numeral, of: null };
    if (found[2] === undefined) return { ...numeral, of: `/strikes/${line}/${found[3]}` };
    const start = parsed.draft.strikes[Number(found[1])]?.tallies[Number(found[2])]?.quote.start;
    const tally = there.tallies.findIndex((each) => each.quote?.start === start);
    return { ...numeral, of: tally < 0 ? null : `/strikes/${line}/tallies/${tally}/${found[3]}` };
  });
}

/**
 * Take the numbers of a stored report's text, and nothing else of its reading.
 * @param {Form} form
 * @param {any} parsed
 */
export function takeNumbers(form, parsed) {
  form.numbers = linked(form, parsed);
  // What was left out before it was stored stays out when the text is read again.
  const held = new Set(form.lines.map((line) => line.sentence));
  form.removed.push(...sentences(form.text, parsed.draft.strikes).filter((name) => !held.has(name)));
  for (const numeral of form.numbers) {
    const found = /^\/strikes\/(\d+)\/(?:tallies\/(\d+)\/count|strikes)$/.exec(numeral.of ?? "");
    const line = found && form.lines[Number(found[1])];
    if (!found || !line) continue;
    const said = { min: numeral.value_min, max: numeral.value_max };
    const tally = found[2] === undefined ? line : line.tallies[Number(found[2])];
    if (tally) tally.said = said;
  }
}
