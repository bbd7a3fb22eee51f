// @ts-check
// Composer: a release becomes a draft next to its text, is settled, and is saved or published.
import { Refused, call } from "./api.js";
import { byId, field, fill, keep } from "./dom.js";
import { body, emptyForm, isComplete, totals } from "./draft.js";
import { showDuplicates } from "./duplicates.js";
import { showHead } from "./head_view.js";
import { editor, row, sumsInWords } from "./line_view.js";
import { offsets } from "./marks.js";
import { showSettle } from "./settle.js";
import { bringSpan, pointLine, showText, showTextMode } from "./text_view.js";
import { Vocabulary } from "./vocabulary.js";
import { counted, number } from "./words.js";

/** @import {Fault} from "./api.js" */
/** @import {Form, Line, Quote} from "./draft.js" */
/** @import {View} from "./fields.js" */

// Milliseconds after a change before the form is checked.
const WAIT = 400;

/** The form on its page: what its parts are given. */
export class Desk {
  constructor() {
    const root = byId("composer");
    /** @type {string | null} */
    this.report = root.dataset["report"] || null;
    this.isDraft = root.dataset["draft"] === "true";
    /** @type {Form} */
    this.form = emptyForm();
    this.places = new Vocabulary("/v1/locations");
    this.categories = new Vocabulary("/v1/categories");
    /** @type {Map<string, string>} */
    this.publishers = new Map([.../** @type {HTMLSelectElement} */ (/** @type {unknown} */ (field("publisher"))).options].map((one) => [one.value, one.text]));
    this.effects = [.../** @type {HTMLTemplateElement} */ (byId("swatches")).content.children].map((one) => one.getAttribute("data-effect") ?? "");
    /** @type {Fault[]} */
    this.faults = [];
    this.isSaved = false;
    /** @type {{line: Line, view: View} | null} */
    this.editing = null;
    /** @type {Map<number, {json: string, node: HTMLElement}>} */
    this.rows = new Map();
    this.checking = new AbortController();
    this.checkTimer = 0;
    this.saveTimer = 0;
  }

  /** Where the form is stored in this tab. */
  get place() {
    return `strikeledger.form.${this.report ?? "new"}`;
  }

  async knowNames() {
    const { lines } = this.form;
    try {
      await Promise.all([
        this.places.know(lines.map((line) => line.location)),
        this.categories.know(lines.flatMap((line) => line.tallies.map((tally) => tally.category))),
      ]);
    } catch {
      // Slugs are shown.
    }
  }

  // Draft

  /** Show and check the form after a change. */
  changed() {
    this.isSaved = false;
    this.faults = [];
    this.form.checked = false;
    this.show();
    this.storeLater();
    this.checkLater();
  }

  /** @param {number} [wait] */
  checkLater(wait = WAIT) {
    clearTimeout(this.checkTimer);
    this.checking.abort();
    if (!isComplete(this.form)) return;
    this.checkTimer = window.setTimeout(() => void this.check(), wait);
  }

  /** Hold the form up to the server: sums, warnings, duplicates, faults. */
  async check() {
    clearTimeout(this.checkTimer);
    this.checking.abort();
    const turn = new AbortController();
    this.checking = turn;
    const own = this.form.id ? `?report=${encodeURIComponent(this.form.id)}` : "";
    try {
      const { body: checked } = await call("POST", `/v1/check${own}`, { body: body(this.form), signal: turn.signal });
      if (turn.signal.aborted) return;
      this.form.checks = checked.checks;
      this.form.warnings = checked.warnings;
      this.form.duplicates = checked.possible_duplicates;
      this.form.checked = true;
      this.faults = [];
    } catch (error) {
      if (turn.signal.aborted || !(error instanceof Refused)) return;
      this.faults = error.faults;
    }
    this.show();
    this.storeLater();
  }

  /** @param {string} pointer */
  faultsOf(pointer) {
    return this.faults.filter((fault) => fault.pointer === pointer || fault.pointer?.startsWith(`${pointer}/`) || fault.pointer?.startsWith(`${pointer}_`));
  }

  /** @param {string} pointer */
  warningsOf(pointer) {
    return this.form.warnings.filter((warning) => warning.pointer === pointer || warning.pointer.startsWith(`${pointer}/`));
  }

  /** Show all of the form as it stands. */
  show() {
    showHead(this);
    showSettle(this);
    showDuplicates(this);
    this.showLines();
    if (!byId("marked").hidden) showText(this);
    if (this.editing) pointLine(this.form.lines.indexOf(this.editing.line));
    this.showStatus();
  }

  showStatus() {
    const { form } = this;
    const sums = totals(form);
    const isNew = form.status === "new";
    byId("heading").textContent = isNew ? "Post a report" : form.status === "draft" ? "Draft of a report" : "Correct a report";
    byId("text-size").textContent = form.text ? `${number(offsets(form.text).length)} characters` : "";
    fill(byId("sums"), form.lines.length ? sumsInWords(sums) : "");
    byId("tab-draft").textContent = form.lines.length ? `Draft · ${counted(form.lines.length, "line")}` : "Draft";
    byId("save").hidden = form.status === "published" || form.status === "retracted";
    byId("retract").hidden = form.status !== "published";
    byId("publish").hidden = form.status === "retracted";
    byId("publish").textContent = form.status === "published" ? "Correct…" : "Publish…";
    byId("saved").textContent = this.isSaved ? (form.status === "draft" ? "Saved as a draft." : "As it is in the record.") : form.text || form.lines.length ? "Not saved. The text is kept in this tab." : "";
  }

  showLines() {
    const { lines } = this.form;
    if (this.editing && !lines.includes(this.editing.line)) {
      const same = lines.find((line) => line.uid === this.editing?.line.uid);
      this.editing = same ? { line: same, view: editor(this, same, () => this.form.lines.indexOf(same)) } : null;
    }
    const nodes = lines.map((line, index) => {
      if (this.editing?.line === line) {
        this.editing.view.refresh();
        return this.editing.view.node;
      }
      const json = JSON.stringify([index, line, this.faultsOf(`/strikes/${index}`)]);
      const shown = this.rows.get(line.uid);
      if (shown?.json === json) return shown.node;
      const node = row(this, line, index);
      this.rows.set(line.uid, { json, node });
      return node;
    });
    keep(byId("lines"), nodes);
  }

  /**
   * Open a line for editing.
   * @param {number} index
   * @param {string} [selector]  The field that gets the focus.
   */
  open(index, selector = "input") {
    const line = this.form.lines[index];
    if (!line) return;
    this.showTab("draft");
    if (this.editing?.line !== line) {
      this.editing = { line, view: editor(this, line, () => this.form.lines.indexOf(line)) };
      this.showLines();
    }
    pointLine(index);
    const target = this.editing.view.node.querySelector(selector) ?? this.editing.view.node.querySelector("input");
    if (target instanceof HTMLElement) target.focus();
    this.editing.view.node.scrollIntoView({ block: "nearest" });
  }

  /** Close the line that is edited. */
  close() {
    const index = this.editing ? this.form.lines.indexOf(this.editing.line) : -1;
    this.editing = null;
    this.changed();
    /** @type {HTMLElement | null} */ (byId("lines").children[Math.max(index, 0)]?.querySelector("button") ?? null)?.focus();
  }

  /**
   * Bring characters of the text into view.
   * @param {Quote} span
   */
  showSpan(span) {
    this.showTab("text");
    showTextMode(this, false);
    bringSpan(this.form, span);
  }

  /**
   * Go to the field of a JSON pointer.
   * @param {string} pointer
   */
  toPointer(pointer) {
    const [, list, at, ...rest] = pointer.split("/");
    if (list === "strikes" && at !== undefined) {
      const name = rest.at(-1) ?? "";
      const fields = `[data-field="${CSS.escape(name)}"], [data-field="${CSS.escape(name)}_min"]`;
      const within = rest[0] === "tallies" ? `[data-tally="${CSS.escape(rest[1] ?? "")}"] ` : "";
      this.open(Number(at), name ? fields.split(", ").map((one) => within + one).join(", ") : "input");
    } else if (list === "coverage") {
      /** @type {HTMLDetailsElement} */ (byId("more-head")).open = true;
      /** @type {HTMLElement | null} */ (byId("claims").querySelector(`[data-claim="${CSS.escape(at ?? "")}"] [data-field="${CSS.escape(rest[0] ?? "")}"]`))?.focus();
    } else if (list) {
      /** @type {HTMLDetailsElement} */ (byId("more-head")).open ||= ["title", "archive_url", "sums_note"].includes(list);
      document.getElementById(list)?.focus();
    }
  }

  /**
   * Say something about the form as a whole.
   * @param {import("./dom.js").Child | import("./dom.js").Child[]} words
   * @param {"" | "warn" | "ok"} [look]
   */
  say(words, look = "") {
    const place = byId("said");
    place.className = look === "warn" ? "band warnb" : "band";
    place.hidden = false;
    fill(place, words);
    if (look) place.scrollIntoView({ block: "nearest" });
  }

  // Storage of this tab

  storeLater() {
    clearTimeout(this.saveTimer);
    this.saveTimer = window.setTimeout(() => this.store(), WAIT / 2);
  }

  store() {
    clearTimeout(this.saveTimer);
    try {
      if (this.isSaved || (!this.form.text && !this.form.lines.length)) sessionStorage.removeItem(this.place);
      else sessionStorage.setItem(this.place, JSON.stringify(this.form));
    } catch {
      this.say("This browser keeps nothing for this tab: save the text elsewhere before you leave.", "warn");
    }
  }

  drop() {
    clearTimeout(this.saveTimer);
    sessionStorage.removeItem(this.place);
    this.isSaved = true;
  }

  /** @param {string} name */
  showTab(name) {
    byId("composer-area").dataset["tab"] = name;
    for (const one of ["text", "draft"]) {
      byId(`tab-${one}`).setAttribute("aria-selected", String(one === name));
      byId(`tab-${one}`).tabIndex = one === name ? 0 : -1;
    }
  }

}
