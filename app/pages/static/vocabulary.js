// @ts-check
// Places and categories, searched in memory; where there are more than one page of them, by the API.
import { call } from "./api.js";
import { country, folded } from "./words.js";

/** @import {Option} from "./combobox.js" */
/** @typedef {{slug: string, name: string, country?: string, family?: string, kind?: string, parent?: string | null, synonyms?: string[], aliases?: string[]}} Entry */

const MOST = 12;

/** A vocabulary of the record. */
export class Vocabulary {
  /** @param {string} path */
  constructor(path) {
    this.path = path;
    /** @type {Map<string, Entry>} */
    this.entries = new Map();
    this.isWhole = false;
  }

  /** Read its first page, which is all of most vocabularies. */
  async load() {
    const { body } = await call("GET", `${this.path}?limit=500`);
    for (const entry of body.items) this.entries.set(entry.slug, entry);
    this.isWhole = body.next === null;
  }

  /**
   * Read entries that a report names and the first page did not hold.
   * @param {(string | null)[]} slugs
   */
  async know(slugs) {
    const missing = new Set(slugs.filter((slug) => slug && !this.entries.has(slug)));
    await Promise.all(
      Array.from(missing, async (slug) => {
        const { body } = await call("GET", `${this.path}/${encodeURIComponent(slug ?? "")}`);
        this.entries.set(slug ?? "", body);
      }),
    );
  }

  /**
   * The name of an entry for people.
   * @param {string | null} slug
   */
  name(slug) {
    return slug ? (this.entries.get(slug)?.name ?? slug) : "";
  }

  /**
   * Return what fits some letters: names that begin so first, then words, then other names.
   * @param {string} letters
   * @returns {Promise<Option[]>}
   */
  async search(letters) {
    const wanted = folded(letters);
    if (!this.isWhole && wanted) {
      const { body } = await call("GET", `${this.path}?limit=50&q=${encodeURIComponent(letters)}`);
      for (const entry of body.items) this.entries.set(entry.slug, entry);
    }
    return [...this.entries.values()]
      .map((entry) => ({ entry, rank: rank(entry, wanted) }))
      .filter(({ rank }) => rank < 4)
      .sort((one, two) => one.rank - two.rank || one.entry.name.localeCompare(two.entry.name))
      .slice(0, MOST)
      .map(({ entry }) => ({ value: entry.slug, label: entry.name, note: entry.country ? country(entry.country) : (entry.family ?? "") }));
  }
}

/**
 * @param {Entry} entry
 * @param {string} wanted
 */
function rank(entry, wanted) {
  const name = folded(entry.name);
  if (name.startsWith(wanted)) return 0;
  if (name.includes(` ${wanted}`)) return 1;
  const others = [...(entry.aliases ?? []), ...(entry.synonyms ?? [])].map(folded);
  if (others.some((other) => other.startsWith(wanted))) return 2;
  return name.includes(wanted) || others.some((other) => other.includes(wanted)) ? 3 : 4;
}
