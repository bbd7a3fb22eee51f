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
 * @param {string | null} first
 * @param {string | null} last
 */
export function days(first, last) {
  return !last || first === last ? day(first) : `${day(first)} – ${day(last)}`;
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
 * How long ago an instant was.
 * @param {string} instant
 */
export function age(instant) {
  const minutes = Math.max(0, (Date.now() - new Date(instant).valueOf()) / 60000);
  if (minutes < 60) return counted(Math.round(minutes), "minute");
  if (minutes < 48 * 60) return counted(Math.round(minutes / 60), "hour");
  return counted(Math.round(minutes / 1440), "day");
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
