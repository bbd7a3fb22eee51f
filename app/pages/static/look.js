// @ts-check
// Dialogs before a write, and what another change of the same report was.
import { button, el, freshId } from "./dom.js";
import { totals } from "./draft.js";
import { undecidedOf } from "./duplicates.js";
import { findings } from "./findings.js";
import { sumsInWords } from "./line_view.js";
import { sumInWords } from "./settle.js";
import { counted } from "./words.js";

/** @import {Desk} from "./composer.js" */

/**
 * Show what will be published, once more; resolves to whether to go on.
 * @param {Desk} desk
 * @returns {Promise<boolean>}
 */
export function lastLook(desk) {
  const { form } = desk;
  const open = findings(form);
  const isCorrection = form.status === "published";
  const wrong = form.checks.filter((check) => !check.agrees);
  const undecided = new Set(undecidedOf(form).map(({ index }) => index)).size;
  const reason = el("input", { type: "text", id: freshId("reason"), value: form.reason, maxlength: 2000, required: isCorrection });
  return asked(
    isCorrection ? "Correct this report?" : "Publish this report?",
    isCorrection ? "Correct" : "Publish",
    [
      el("p", {}, el("b", {}, sumsInWords(totals(form)))),
      el("ul", { class: "look" },
        el("li", {}, !form.checks.length ? "The text claims no totals to check." : wrong.length ? `${counted(wrong.length, "sum does", "sums do")} not agree${form.head.sums_note ? `: ${form.head.sums_note}` : "."}` : `${counted(form.checks.length, "sum agrees", "sums agree")}.`),
        !form.checked && el("li", { class: "warn" }, "The server could not check it just now: this is the check before your last changes."),
        ...wrong.map((check) => el("li", { class: "warn" }, sumInWords(check))),
        undecided > 0 && el("li", {}, `${counted(undecided, "line", "lines")} may be in the record already.`),
        open.length > 0 && el("li", { class: "warn" }, `${counted(open.length, "thing is", "things are")} not settled.`),
      ),
      isCorrection ? el("div", { class: "field" }, el("label", { for: reason.id }, "Reason for the correction"), reason) : el("p", { class: "soft" }, "It takes the next number of the ledger. Later changes are corrections, with a reason."),
    ],
    () => {
      form.reason = reason.value.trim();
    },
  );
}

/**
 * Ask for the reason of a retraction; empty where there is none.
 * @returns {Promise<string>}
 */
export async function retractionReason() {
  const reason = el("input", { type: "text", id: freshId("reason"), maxlength: 2000, required: true });
  let given = "";
  const goes = await asked(
    "Retract this report?",
    "Retract",
    [el("p", { class: "soft" }, "It stays readable with the reason, and counts no more."), el("div", { class: "field" }, el("label", { for: reason.id }, "Reason for the retraction"), reason)],
    () => {
      given = reason.value.trim();
    },
  );
  return goes ? given : "";
}

/**
 * @param {string} question
 * @param {string} verb
 * @param {Node[]} content
 * @param {() => void} take
 * @returns {Promise<boolean>}
 */
function asked(question, verb, content, take) {
  return new Promise((resolve) => {
    let goes = false;
    const form = el("form", { method: "dialog" }, el("h2", {}, question), ...content, el("div", { class: "row" }, el("button", { class: "btn go" }, verb), button("Back", () => dialog.close(), "btn")));
    const dialog = el("dialog", { class: "box", "aria-label": question }, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      take();
      goes = true;
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(goes);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Show what somebody else changed meanwhile: each field as it was read, and as it now is.
 * @param {any} before
 * @param {any} now
 * @returns {HTMLElement}
 */
export function otherChange(before, now) {
  const rows = differences(before, now);
  return el(
    "table",
    { class: "diff" },
    el("thead", {}, el("tr", {}, ...["Field", "As you read it", "As it is now"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...rows.slice(0, 60).map(({ where, was, is }) => el("tr", {}, el("th", { scope: "row" }, where), el("td", {}, was === "" ? "" : el("del", {}, was)), el("td", {}, is === "" ? "" : el("ins", {}, is))))),
    rows.length > 60 && el("tbody", {}, el("tr", {}, el("td", { colspan: 3 }, `${rows.length - 60} more`))),
  );
}

/**
 * @param {any} before
 * @param {any} now
 * @param {string} [where]
 * @returns {{where: string, was: string, is: string}[]}
 */
export function differences(before, now, where = "") {
  /** @param {any} value */
  const isThing = (value) => typeof value === "object" && value !== null;
  if (isThing(before) && isThing(now)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    return names.flatMap((name) => differences(before[name], now[name], `${where}${where ? " " : ""}${/^\d+$/.test(name) ? Number(name) + 1 : name}`));
  }
  if (before === now || (before ?? null) === (now ?? null)) return [];
  /** @param {any} value */
  const written = (value) => (value === undefined || value === null ? "" : isThing(value) ? brief(value) : String(value));
  return [{ where, was: written(before), is: written(now) }];
}

/** @param {any} value */
function brief(value) {
  const words = [value.date_from, value.location ?? value.location_as_written, value.effect, value.count_min, value.category].filter((one) => one !== undefined && one !== null);
  return words.length ? words.join(", ") : JSON.stringify(value).slice(0, 200);
}
