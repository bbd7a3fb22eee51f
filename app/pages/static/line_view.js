// @ts-check
// A line of the draft: as a row to read, and as the form that edits it.
import { combobox } from "./combobox.js";
import { button, el, freshId, swatch } from "./dom.js";
import { emptyTally, removeLine, set } from "./draft.js";
import { countFields, differing, note, whole } from "./fields.js";
import { bounds, country, counted, days, folded } from "./words.js";

/** @import {Desk} from "./composer.js" */
/** @import {Line, Tally} from "./draft.js" */
/** @import {View} from "./fields.js" */
/** @import {Child} from "./dom.js" */

/**
 * Show a line as a row to read.
 * @param {Desk} desk
 * @param {Line} line
 * @param {number} index
 * @returns {HTMLElement}
 */
export function row(desk, line, index) {
  const place = desk.places.name(line.location);
  const name = place || (line.location_as_written && !line.placeless ? "no known place" : "no place");
  const isOtherwise = line.location_as_written && folded(line.location_as_written) !== folded(place);
  return el(
    "div",
    { class: "dl", "data-line": index },
    el("span", { class: "n" }, index + 1),
    el(
      "div",
      {},
      el(
        "div",
        { class: "top" },
        el("button", { type: "button", class: name === "no known place" ? "pick none" : "pick", title: "Edit this line", on: { click: () => desk.open(index) } }, name),
        isOtherwise && el("span", { class: "quiet" }, "written ", el("span", { class: "serif" }, line.location_as_written)),
        line.country ? el("span", { class: "quiet" }, country(line.country)) : el("span", { class: "warn" }, "no country"),
        line.date_from ? el("span", {}, days(line.date_from, line.date_to)) : el("span", { class: "warn" }, "no day"),
        el("span", { "data-key": `${index}.strikes`, "data-line": index, tabindex: -1 }, el("b", {}, bounds(line.strikes_min, line.strikes_max)), " ", el("span", { class: "quiet" }, line.strikes_min === 1 ? "strike" : "strikes")),
        line.engagements !== null && el("span", { "data-key": `${index}.engagements`, "data-line": index, tabindex: -1 }, el("b", {}, line.engagements), " ", el("span", { class: "quiet" }, "engagements")),
        line.owner && el("span", { class: "tag" }, `of ${line.owner}`),
        line.same_as && el("span", { class: "tag" }, `the same event as ${line.same_as}`),
        desk.faultsOf(`/strikes/${index}`).map((fault) => el("span", { class: "warn" }, fault.detail)),
      ),
      line.tallies.length > 0 && el("table", { class: "tl" }, el("tbody", {}, ...line.tallies.map((tally, at) => tallyRow(desk, tally, index, at)))),
    ),
  );
}

/**
 * @param {Desk} desk
 * @param {Tally} tally
 * @param {number} index
 * @param {number} place
 */
function tallyRow(desk, tally, index, place) {
  const verb = tally.verb && tally.verb !== tally.effect ? el("span", { class: "quiet" }, ` “${tally.verb}”`) : null;
  const category = desk.categories.name(tally.category);
  const least = bounds(tally.count_min, tally.count_max).replace("at least ", "≥ ");
  return el(
    "tr",
    { "data-key": `${index}.${place}`, "data-line": index, tabindex: -1 },
    el("td", {}, swatch(tally.effect), tally.effect, verb),
    el("td", { class: "c" }, tally.approximate && "about ", least),
    el("td", {}, category || el("span", { class: "warn" }, "no category")),
    el("td", { class: "serif soft" }, tally.as_written),
  );
}

/**
 * Show a line as the form that edits it.
 * @param {Desk} desk
 * @param {Line} line
 * @param {() => number} place  Where it now stands among the lines.
 * @returns {View}
 */
export function editor(desk, line, place) {
  /** @type {(() => void)[]} */
  const refreshers = [];
  /**
   * @param {Child[]} content
   * @param {string} label
   * @param {string} [look]
   */
  const fieldOf = (label, content, look = "field") => el("div", { class: look }, el("span", { class: "lab" }, label), ...content.map((one) => one || ""));
  const written = el("span", { class: "lab" }, "Place", line.location_as_written && [", written ", el("span", { class: "serif" }, line.location_as_written)]);

  const placeField = el(
    "div",
    { class: "field" },
    written,
    combobox({
      label: "Place", name: "location", text: desk.places.name(line.location), placeholder: "no place",
      search: async (letters) => [...(await desk.places.search(letters)), { value: null, label: "Without a place" }],
      choose: ({ value }) => {
        const there = value ? desk.places.entries.get(value)?.country : null;
        set(line, { location: value, ...(there ? { country: there } : {}) });
        line.placeless = value === null;
        desk.changed();
      },
    }),
    note(refreshers, () => desk.faultsOf(`/strikes/${place()}/location`).map((fault) => fault.detail)),
  );
  /** @param {"date_from" | "date_to"} name @param {string} label */
  const dayField = (name, label) => {
    const input = el("input", { type: "date", value: line[name] ?? "", "aria-label": label, "data-field": name });
    input.addEventListener("change", () => {
      const value = input.value || null;
      set(line, { [name]: value });
      if (line.date_from && (!line.date_to || line.date_to < line.date_from)) set(line, name === "date_from" ? { date_to: value } : { date_from: value });
      set(line, { date_precision: line.date_from === line.date_to ? "day" : line.date_precision });
      desk.changed();
    });
    refreshers.push(() => void (input.value = line[name] ?? ""));
    return fieldOf(label, [input, note(refreshers, () => desk.faultsOf(`/strikes/${place()}/${name}`).map((fault) => fault.detail))]);
  };
  const strikes = countFields(
    "Strikes", "strikes", () => ({ min: line.strikes_min, max: line.strikes_max }),
    ({ min, max }) => {
      set(line, { strikes_min: min, strikes_max: max });
      desk.changed();
    },
  );
  refreshers.push(strikes.refresh);
  const state = el("input", { type: "text", maxlength: 2, value: line.country ?? "", "aria-label": "Country, two letters", "data-field": "country" });
  state.addEventListener("change", () => {
    set(line, { country: state.value.trim().toUpperCase() || null });
    desk.changed();
  });
  const stateName = el("span", { class: "lab" });
  refreshers.push(() => {
    if (document.activeElement !== state) state.value = line.country ?? "";
    stateName.textContent = `Country: ${country(line.country)}`;
  });
  const engagements = whole("Engagements", "engagements", () => line.engagements, (value) => {
    set(line, { engagements: value });
    desk.changed();
  });
  const tallies = el("table", { class: "tform" });
  const precision = el("select", { class: "pick", "aria-label": "How exactly the days are given", "data-field": "date_precision" }, ...["day", "week", "month", "unknown"].map((one) => el("option", { value: one }, one === "unknown" ? "some day of them" : `this ${one}`)));
  precision.addEventListener("change", () => {
    set(line, { date_precision: precision.value });
    desk.changed();
  });
  refreshers.push(() => void (precision.value = line.date_precision));
  const drawTallies = () => {
    tallies.replaceChildren(el("tbody", {}, ...line.tallies.map((tally, at) => tallyForm(desk, line, tally, () => place(), at, drawTallies, refreshers))));
  };
  drawTallies();

  const number = el("span", { class: "n" });
  const node = el(
    "div",
    { class: "dl at", role: "group", "aria-label": "The line that is edited" },
    number,
    el(
      "div",
      {},
      el(
        "div",
        { class: "form" },
        placeField,
        dayField("date_from", "First day"),
        dayField("date_to", "Last day"),
        el("div", { class: "field" }, el("span", { class: "lab" }, "Strikes"), strikes.node, note(refreshers, () => [...differing(line.said, line.strikes_min, line.strikes_max), ...desk.faultsOf(`/strikes/${place()}/strikes`).map((fault) => fault.detail)])),
        el("div", { class: "field" }, stateName, state, note(refreshers, () => [...desk.faultsOf(`/strikes/${place()}/country`), ...desk.warningsOf(`/strikes/${place()}/country`)].map((one) => one.detail))),
        fieldOf("Engagements", [engagements]),
        fieldOf("The day is", [precision]),
      ),
      tallies,
      el(
        "div",
        { class: "line-acts" },
        button("Add a tally", () => {
          line.tallies.push(emptyTally());
          line.touched["tallies"] = true;
          drawTallies();
          desk.changed();
        }),
        button("Remove this line", () => {
          removeLine(desk.form, place());
          desk.close();
        }),
        button("Done", () => desk.close()),
      ),
    ),
  );
  const refresh = () => {
    node.dataset["line"] = String(place());
    number.textContent = String(place() + 1);
    for (const one of refreshers) one();
  };
  return { node, refresh };
}

/**
 * @param {Desk} desk
 * @param {Line} line
 * @param {Tally} tally
 * @param {() => number} place
 * @param {number} at
 * @param {() => void} redraw
 * @param {(() => void)[]} refreshers
 */
function tallyForm(desk, line, tally, place, at, redraw, refreshers) {
  const changed = () => {
    line.touched["tallies"] = true;
    desk.changed();
  };
  const mark = el("td", {}, swatch(tally.effect));
  const effect = el("select", { class: "pick", "aria-label": "Effect", "data-field": "effect" }, ...desk.effects.map((one) => el("option", { value: one }, one)));
  effect.value = tally.effect;
  effect.addEventListener("change", () => {
    tally.effect = effect.value;
    mark.replaceChildren(swatch(tally.effect));
    changed();
  });
  const count = countFields("Count", "count", () => ({ min: tally.count_min, max: tally.count_max }), ({ min, max }) => {
    tally.count_min = min;
    tally.count_max = max;
    changed();
  });
  refreshers.push(count.refresh);
  const pointer = () => `/strikes/${place()}/tallies/${at}`;
  const said = note(refreshers, () => [
    ...differing(tally.said, tally.count_min, tally.count_max),
    ...(tally.said ? [] : desk.warningsOf(pointer()).map((one) => one.detail)),
    ...desk.faultsOf(pointer()).map((one) => one.detail),
  ]);
  const category = combobox({
    label: "Category", name: "category", text: desk.categories.name(tally.category), placeholder: "no category",
    search: (letters) => desk.categories.search(letters),
    choose: ({ value }) => {
      tally.category = value;
      changed();
    },
  });
  const wording = tally.as_written
    ? el("span", { class: "serif soft" }, tally.as_written)
    : el("input", { type: "text", "aria-label": "As written", placeholder: "as written", maxlength: 2000, "data-field": "as_written", on: { change: (/** @type {Event} */ event) => {
        tally.as_written = /** @type {HTMLInputElement} */ (event.target).value.trim() || null;
        changed();
      } } });
  const about = el("input", { type: "checkbox", checked: tally.approximate, id: freshId("about"), "data-field": "approximate" });
  about.addEventListener("change", () => {
    tally.approximate = about.checked;
    changed();
  });
  return el(
    "tr",
    { "data-tally": at, "data-key": `${place()}.${at}`, "data-line": place() },
    mark,
    el("td", {}, effect),
    el("td", {}, count.node),
    el("td", { class: "cat" }, category),
    el("td", {}, about, " ", el("label", { for: about.id, class: "quiet" }, "estimate")),
    el("td", { class: "w" }, wording, said),
    el("td", {}, el("button", { type: "button", class: "iconb", "aria-label": `Remove tally ${at + 1}`, on: { click: () => {
      line.tallies.splice(at, 1);
      redraw();
      changed();
    } } }, "×")),
  );
}

/**
 * Return how many lines, strikes and items a form has, in words.
 * @param {ReturnType<typeof import("./draft.js").totals>} sums
 * @returns {Child[]}
 */
export function sumsInWords(sums) {
  /** @param {boolean} open */
  const atLeast = (open) => (open ? el("abbr", { class: "ge", title: "at least" }, "≥") : null);
  return [
    `${counted(sums.lines, "line")}, `,
    atLeast(sums.strikesOpen), `${counted(sums.strikes, "strike")}, `,
    atLeast(sums.itemsOpen), counted(sums.items, "item"),
    sums.repeats > 0 && `; ${counted(sums.repeats, "line")} counted elsewhere`,
  ];
}
