// @ts-check
// Phrases of the vocabulary: what means a category from now on.
import { call } from "./api.js";

/** @import {Desk} from "./composer.js" */

/**
 * Add a phrase to a category of the vocabulary.
 * @param {Desk} desk
 * @param {string} slug
 * @param {string} phrase
 */
export async function teach(desk, slug, phrase) {
  try {
    await addPhrase(slug, phrase);
    desk.say(`“${phrase}” means ${desk.categories.name(slug)} from now on.`, "ok");
  } catch (error) {
    desk.say(`The vocabulary did not take “${phrase}”: ${/** @type {Error} */ (error).message}`, "warn");
  }
}

/**
 * Add a phrase to a category of the vocabulary. Raises Refused and Offline.
 * @param {string} slug
 * @param {string} phrase
 */
export async function addPhrase(slug, phrase) {
  const path = `/v1/categories/${encodeURIComponent(slug)}`;
  const { body } = await call("GET", path, { headers: { "Cache-Control": "no-cache" } });
  const { name, parent, family, kind, synonyms } = body;
  await call("PUT", path, { keyed: true, body: { name, parent, family, kind, synonyms: [...synonyms, phrase] } });
}
