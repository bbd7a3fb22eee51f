// @ts-check
// Numbers, days and names as the pages write them.

const NUMBER = new Intl.NumberFormat("en-GB");
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const REGION = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/** @param {number} value */
export function number(value) {
  return NUMBER.format(value);
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/**
 * A day such as 6 Feb 2017.
 * @param {string | null} iso
 */
export function day(iso) {
  const when = iso ? new Date(`${iso}T00:00:00Z`) : null;
  return when && !Number.isNaN(when.valueOf()) ? DAY.format(when).replace("Sept", "Sep") : (iso ?? "");
}

/**
 * A span of days, no part of it twice: 6 Feb 2017, 16–17 Oct 2016, 30 Jan – 2 Feb 2017.
 * @param {string | null} first
 * @param {string | null} last
 */
export function days(first, last) {
  if (!first || !last || first === last) return day(first);
  if (first.slice(0, 7) === last.slice(0, 7)) return `${Number(first.slice(8))}–${day(last)}`;
  return `${first.slice(0, 4) === last.slice(0, 4) ? day(first).replace(/ \d+$/, "") : day(first)} – ${day(last)}`;
}

/**
 * The day before or after.
 * @param {string} iso
 * @param {number} by
 */
export function shifted(iso, by) {
  const when = new Date(`${iso}T00:00:00Z`);
  when.setUTCDate(when.getUTCDate() + by);
  return when.toISOString().slice(0, 10);
}

/**
 * A country's name in English.
 * @param {string | null} code
 */
export function country(code) {
  if (!code) return "no country";
  try {
    return REGION.of(code) ?? code;
  } catch {
    return code;
  }
}

/**
 * A count with its bounds: 3, 12–15, at least 2.
 * @param {number | null} least
 * @param {number | null} most
 */
export function bounds(least, most) {
  if (least === null) return "not given";
  if (most === null) return `at least ${number(least)}`;
  return least === most ? number(least) : `${number(least)}–${number(most)}`;
}

/**
 * How long ago an instant was: 3 hours ago.
 * @param {string} instant
 */
export function age(instant) {
  const minutes = Math.max(0, (Date.now() - new Date(instant).valueOf()) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${counted(Math.floor(minutes), "minute")} ago`;
  if (minutes < 48 * 60) return `${counted(Math.floor(minutes / 60), "hour")} ago`;
  return `${counted(Math.floor(minutes / 1440), "day")} ago`;
}

/**
 * Letters without case, accents, hyphens and apostrophes, as names are compared.
 * @param {string} name
 */
export function folded(name) {
  return name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
