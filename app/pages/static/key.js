// @ts-check
// The API key of this tab: asked for at the first write, in sessionStorage alone.
import { el } from "./dom.js";

const PLACE = "strikeledger.key";

/** @typedef {{key: string, name: string, scopes: string[]}} Key */

/** @returns {Key | null} */
export function currentKey() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  } catch {
    return null;
  }
}

/** Forget the key. */
export function forget() {
  sessionStorage.removeItem(PLACE);
  document.dispatchEvent(new Event("key"));
}

/**
 * Return whether the key may do something.
 * @param {string} scope
 */
export function may(scope) {
  const scopes = currentKey()?.scopes ?? [];
  return scopes.includes(scope) || scopes.includes("admin");
}

/**
 * Show whose key it is, or that there is none.
 * @param {HTMLElement} place
 */
export function showHolder(place) {
  const show = () => {
    const key = currentKey();
    const drafts = el("a", { href: "/drafts" }, "Drafts");
    if (key) {
      const forgetting = el("button", { type: "button", class: "link", on: { click: forget } }, "Forget");
      place.replaceChildren("Key: ", el("b", {}, key.name), ` (${key.scopes.join(", ")}), in this tab only · `, forgetting, " \u00a0·\u00a0 ", drafts);
    } else {
      place.replaceChildren("No key is asked for until you save. ", drafts);
    }
  };
  document.addEventListener("key", show);
  show();
}

/**
 * Ask for a key where there is none; resolves to whether there is one now.
 * @param {string} purpose
 * @returns {Promise<boolean>}
 */
export function askForKey(purpose) {
  if (currentKey()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const said = el("p", { class: "fault", role: "alert" });
    const input = el("input", { id: "key", type: "password", autocomplete: "off", spellcheck: "false", required: true });
    const form = el(
      "form",
      { method: "dialog" },
      el("h2", {}, "Which key?"),
      el("p", { class: "soft" }, `${purpose} needs an API key (sl_…). It stays in this tab, and is sent to this server only.`),
      el("div", { class: "field" }, el("label", { for: "key" }, "API key"), input),
      said,
      el("div", { class: "row" }, el("button", { class: "btn go" }, "Use this key"), el("button", { class: "btn", type: "button", on: { click: () => dialog.close() } }, "Cancel")),
    );
    const dialog = el("dialog", { class: "box ask-key", "aria-label": "API key" }, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      said.textContent = "";
      void tried(input.value.trim()).then((fault) => {
        said.textContent = fault;
        if (!fault) dialog.close();
      });
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(currentKey() !== null);
    });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
}

/**
 * Hold a key up to the server; keep it where it is valid. Returns what is wrong, or nothing.
 * @param {string} key
 * @returns {Promise<string>}
 */
async function tried(key) {
  let response;
  try {
    response = await fetch("/v1/key", { headers: { Authorization: `Bearer ${key}` }, credentials: "omit", cache: "no-store" });
    if (!response.ok) return (await response.json()).detail ?? "The key was refused.";
    const { name, scopes } = await response.json();
    sessionStorage.setItem(PLACE, JSON.stringify({ key, name, scopes }));
  } catch {
    return "No connection to the server.";
  }
  document.dispatchEvent(new Event("key"));
  return "";
}
