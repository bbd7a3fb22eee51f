// @ts-check
// A combobox with a list of suggestions, after the ARIA Authoring Practices.
import { el, freshId } from "./dom.js";

/** @typedef {{value: string | null, label: string, note?: string}} Option */

/**
 * @typedef {object} Combobox
 * @property {string} label
 * @property {string} [text]  What stands in the field.
 * @property {string} [placeholder]
 * @property {string} [name]  The field of the API, by which refusals are shown at it.
 * @property {(text: string) => Option[] | Promise<Option[]>} search
 * @property {(option: Option) => void} choose
 */

/**
 * Build a combobox. A suggestion is chosen by Enter or a click; Esc gives the field its text back.
 * @param {Combobox} of
 * @returns {HTMLElement}
 */
export function combobox({ label, text = "", placeholder, name, search, choose }) {
  const listId = freshId("options");
  /** @type {Option[]} */
  let options = [];
  let active = -1;
  let last = text;
  let turn = 0;
  const list = el("ul", { id: listId, role: "listbox", "aria-label": label, class: "lb", hidden: true });
  const input = el("input", {
    type: "text", role: "combobox", "aria-label": label, "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": listId, autocomplete: "off", spellcheck: "false", value: text, placeholder, "data-field": name, maxlength: 200,
  });

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  /** @param {number} place */
  const mark = (place) => {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = place;
    const option = list.children[active];
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };
  /** @param {Option} option */
  const take = (option) => {
    last = option.value === null ? "" : option.label;
    input.value = last;
    close();
    choose(option);
  };
  const suggest = async () => {
    turn += 1;
    const own = turn;
    const found = await search(input.value === last ? "" : input.value);
    if (own !== turn || document.activeElement !== input) return;
    options = found;
    active = -1;
    list.replaceChildren(
      ...options.map((option) =>
        el(
          "li",
          {
            role: "option", id: freshId("option"), "aria-selected": "false",
            on: {
              // Before the field loses focus.
              mousedown: (/** @type {Event} */ event) => {
                event.preventDefault();
                take(option);
              },
            },
          },
          option.label,
          option.note && el("span", {}, option.note),
        ),
      ),
    );
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    input.removeAttribute("aria-activedescendant");
  };
  input.addEventListener("input", () => {
    if (input.value === "") last = "\0";
    void suggest();
  });
  input.addEventListener("click", () => void suggest());
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return void suggest();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(active < 0 && step < 0 ? options.length - 1 : (active + step + options.length) % options.length);
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      const option = options[active] ?? (options.length === 1 ? options[0] : undefined);
      if (option) take(option);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      input.value = last === "\0" ? text : last;
      close();
    }
  });
  input.addEventListener("blur", () => {
    close();
    // What was typed and not chosen is no value.
    input.value = last === "\0" ? text : last;
    last = input.value;
  });
  return el("span", { class: "combobox" }, input, list);
}
