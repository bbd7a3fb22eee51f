// @ts-check
// Fields of a line: counts with their bounds, and the messages at them.
import { el, freshId } from "./dom.js";
import { bounds } from "./words.js";

/** @import {Bounds} from "./draft.js" */

/** Something that can be shown again where it stands. @typedef {{node: HTMLElement, refresh: () => void}} View */

/**
 * Two fields for a count: at least and at most; an empty second one is "no upper end".
 * @param {string} label
 * @param {string} name
 * @param {() => Bounds} read
 * @param {(bounds: Bounds) => void} write
 * @returns {View}
 */
export function countFields(label, name, read, write) {
  const least = whole(`${label}, at least`, `${name}_min`, () => read().min, (min) => {
    const { min: old, max } = read();
    write({ min, max: max === old || (max !== null && min !== null && max < min) ? min : max });
    refresh();
  });
  const most = whole(`${label}, at most`, `${name}_max`, () => read().max, (max) => write({ min: read().min, max }));
  most.placeholder = "open";
  const refresh = () => {
    const { min, max } = read();
    if (document.activeElement !== least) least.value = min === null ? "" : String(min);
    if (document.activeElement !== most) most.value = max === null ? "" : String(max);
    most.placeholder = min === null ? "" : "open";
  };
  refresh();
  return { node: el("span", { class: "counts" }, least, " – ", most), refresh };
}

/**
 * A field for a whole number, or none.
 * @param {string} label
 * @param {string} name
 * @param {() => number | null} read
 * @param {(value: number | null) => void} write
 */
export function whole(label, name, read, write) {
  const input = el("input", { type: "text", inputmode: "numeric", maxlength: 9, "aria-label": label, "data-field": name, value: read() ?? "" });
  input.addEventListener("change", () => {
    const written = input.value.replace(/[\s,]/g, "");
    const isNumber = written === "" || /^\d+$/.test(written);
    input.setAttribute("aria-invalid", String(!isNumber));
    input.setCustomValidity(isNumber ? "" : "Write a whole number, or nothing.");
    if (isNumber) write(written === "" ? null : Number(written));
    else input.reportValidity();
  });
  return input;
}

/**
 * What a count says against its words.
 * @param {Bounds | null} said
 * @param {number | null} min
 * @param {number | null} max
 * @returns {string[]}
 */
export function differing(said, min, max) {
  if (!said || said.min === null || (said.min === min && said.max === max)) return [];
  return [`you wrote ${bounds(min, max)}, the text says ${bounds(said.min, said.max)}`];
}

/**
 * A place for messages at a field.
 * @param {(() => void)[]} refreshers
 * @param {() => string[]} messages
 */
export function note(refreshers, messages) {
  const place = el("span", { class: "fault", id: freshId("note") });
  const show = () => {
    const found = messages();
    place.textContent = found.join(". ");
    place.hidden = found.length === 0;
    const fields = place.parentElement?.querySelectorAll("input, select") ?? [];
    for (const one of fields) {
      if (found.length) {
        one.setAttribute("aria-invalid", "true");
        one.setAttribute("aria-describedby", place.id);
      } else if (one instanceof HTMLInputElement && !one.validationMessage) one.removeAttribute("aria-invalid");
    }
  };
  refreshers.push(show);
  return place;
}
