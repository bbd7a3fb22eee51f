// @ts-check
// The head of the draft: publisher, day, number, addresses, and the totals that the text claims.
import { button, byId, el, field, fill } from "./dom.js";
import { HEAD } from "./draft.js";
import { readAgain } from "./text_input.js";

/** @import {Desk} from "./composer.js" */
/** @import {Coverage} from "./draft.js" */

// Fields that the reading of the text depends on.
const READ_WITH = new Set(["publisher", "published_on"]);

/**
 * Follow the fields of the head.
 * @param {Desk} desk
 */
export function followHead(desk) {
  for (const name of HEAD) {
    field(name).addEventListener("change", () => {
      desk.form.head[name] = field(name).value.trim() || null;
      desk.form.touched[name] = true;
      desk.changed();
      if (READ_WITH.has(name)) readAgain(desk);
    });
  }
  byId("add-claim").addEventListener("click", () => {
    desk.form.coverage.push({ country: "", date_from: null, date_to: null, strikes: null, engagements: null });
    desk.form.touched["coverage"] = true;
    desk.changed();
  });
}

/**
 * Show the head, but for the field that is being written.
 * @param {Desk} desk
 */
export function showHead(desk) {
  for (const name of HEAD) {
    const input = field(name);
    if (document.activeElement !== input) input.value = desk.form.head[name] ?? "";
    const faults = desk.faults.filter((fault) => fault.pointer === `/${name}`);
    if (faults.length) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    byId(`${name}-fault`).textContent = faults.map((fault) => fault.detail).join(". ");
  }
  const { coverage, headline } = desk.form;
  byId("claims-summary").textContent = `Title, archived copy, totals (${coverage.length + (headline ? 1 : 0)})`;
  const place = byId("claims");
  if (place.contains(document.activeElement)) return;
  fill(place, ...coverage.map((claim, at) => claimRow(desk, claim, at)));
}

/**
 * @param {Desk} desk
 * @param {Coverage} claim
 * @param {number} at
 */
function claimRow(desk, claim, at) {
  /**
   * @param {keyof Coverage} name
   * @param {string} label
   * @param {string} type
   */
  const cell = (name, label, type) => {
    const input = el("input", { type, "aria-label": `${label}, total ${at + 1}`, "data-field": name, value: claim[name] ?? "", maxlength: name === "country" ? 2 : 10, inputmode: name === "strikes" || name === "engagements" ? "numeric" : null, placeholder: label });
    input.addEventListener("change", () => {
      const written = input.value.trim();
      if (name === "strikes" || name === "engagements") {
        if (written !== "" && !/^\d+$/.test(written)) {
          input.setAttribute("aria-invalid", "true");
          return;
        }
        claim[name] = written === "" ? null : Number(written);
      } else if (name === "country") claim.country = written.toUpperCase();
      else if (name === "date_from" || name === "date_to") claim[name] = written || null;
      input.removeAttribute("aria-invalid");
      desk.form.touched["coverage"] = true;
      desk.changed();
    });
    return input;
  };
  return el(
    "li",
    { "data-claim": at },
    cell("country", "Country", "text"), cell("date_from", "First day", "date"), cell("date_to", "Last day", "date"), cell("strikes", "Strikes", "text"), cell("engagements", "Engagements", "text"),
    button("Remove", () => {
      desk.form.coverage.splice(at, 1);
      desk.form.touched["coverage"] = true;
      desk.changed();
    }, "link"),
  );
}
