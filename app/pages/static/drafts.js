// @ts-check
// Drafts: what is saved and not yet published, how old it is, what is still to settle, and wording without a category.
import { Offline, Refused, call } from "./api.js";
import { combobox } from "./combobox.js";
import { button, byId, el, fill } from "./dom.js";
import { formOf } from "./draft.js";
import { findings } from "./findings.js";
import { askForKey, currentKey, forget, may, showHolder } from "./key.js";
import { addPhrase } from "./phrases.js";
import { Vocabulary } from "./vocabulary.js";
import { age, counted, day } from "./words.js";

/** @import {Form} from "./draft.js" */
/** @import {Child} from "./dom.js" */

// Drafts that are read whole, to show what is to settle in them.
const MOST = 50;

/** @typedef {{summary: any, form: Form, whole: any}} Saved */

const KINDS = /** @type {Record<string, [string, string]>} */ ({
  days: ["line without a day", "lines without a day"],
  place: ["unknown place", "unknown places"],
  category: ["wording without a category", "wordings without a category"],
  sums: ["sum that does not agree", "sums that do not agree"],
  warning: ["kind of warning", "kinds of warning"],
});

/**
 * @param {Child | Child[]} words
 */
function say(words) {
  byId("said").hidden = false;
  fill(byId("said"), words);
}

/** Read the drafts and show them. */
async function show() {
  const place = byId("drafts");
  place.hidden = false;
  if (!currentKey()) {
    byId("wording").hidden = true;
    fill(place, el("p", {}, "Drafts are shown to who has a key that may write them. "), button("Enter a key", () => void askForKey("Reading drafts"), "btn go"));
    return;
  }
  try {
    const { body } = await call("GET", `/v1/reports?status=draft&limit=${MOST}`, { keyed: true });
    const saved = await Promise.all(body.items.map((/** @type {any} */ summary) => whole(summary)));
    const { body: publishers } = await call("GET", "/v1/publishers?limit=500");
    const names = new Map(publishers.items.map((/** @type {any} */ one) => [one.slug, one.name]));
    fill(
      place,
      saved.length === 0
        ? el("p", {}, "There are no drafts. ", el("a", { href: "/post" }, "Post a report"))
        : el(
            "table",
            { class: "drafts" },
            el("caption", { class: "sr" }, "Drafts, the newest first"),
            el("thead", {}, el("tr", {}, ...["Report", "Publisher", "Saved", "Lines", "Still to settle", "Act"].map((name) => el("th", { scope: "col" }, name)))),
            el("tbody", {}, ...saved.map((one) => draftRow(one, names))),
          ),
      body.next !== null && el("p", { class: "sub" }, `The newest ${MOST} drafts are shown.`),
    );
    await showWording(saved);
  } catch (error) {
    failed(error);
  }
}

/**
 * @param {any} summary
 * @returns {Promise<Saved>}
 */
async function whole(summary) {
  const { body, etag } = await call("GET", `/v1/reports/${encodeURIComponent(summary.id)}`, { keyed: true });
  return { summary, form: formOf(body, etag), whole: body };
}

/**
 * @param {Saved} saved
 * @param {Map<string, string>} names
 */
function draftRow({ summary, form }, names) {
  const open = new Map();
  for (const one of findings(form)) open.set(one.kind, (open.get(one.kind) ?? 0) + 1);
  const left = [...open].map(([kind, count]) => counted(count, ...(KINDS[kind] ?? ["thing", "things"])));
  if (form.duplicates.length) left.push(counted(form.duplicates.length, "possible repeat"));
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("a", { href: `/drafts/${encodeURIComponent(summary.id)}` }, summary.title ?? summary.number ?? summary.id), " ", el("span", { class: "quiet" }, day(summary.published_on))),
    el("td", {}, names.get(summary.publisher) ?? summary.publisher),
    el("td", {}, age(summary.recorded_at)),
    el("td", {}, summary.lines),
    el("td", { class: left.length ? "warn" : "" }, left.join(", ") || "nothing"),
    el("td", {}, may("publish") && !left.length ? button("Publish", () => void publish(summary, form)) : el("a", { href: `/drafts/${encodeURIComponent(summary.id)}` }, "Review")),
  );
}

/**
 * @param {any} summary
 * @param {Form} form
 */
async function publish(summary, form) {
  try {
    const { body } = await call("POST", `/v1/reports/${encodeURIComponent(summary.id)}/publication`, { keyed: true, headers: { "If-Match": form.etag, "Idempotency-Key": form.idempotency } });
    say(["Published under ledger number ", body.seq, ": ", el("a", { href: `/reports/${encodeURIComponent(body.id)}` }, body.title ?? body.id)]);
    await show();
  } catch (error) {
    failed(error);
  }
}

/** @param {unknown} error */
function failed(error) {
  if (error instanceof Refused && error.status === 401) {
    forget();
    say(`${error.message}. Enter another key.`);
  } else if (error instanceof Refused && error.status === 412) {
    say("Somebody else changed or published this draft meanwhile. Nothing was done; open it to see.");
  } else if (error instanceof Refused || error instanceof Offline) say(error.message);
  else throw error;
}

/**
 * List tallies whose words no category knows: of these drafts, and how many there are in the record.
 * @param {Saved[]} saved
 */
async function showWording(saved) {
  const categories = new Vocabulary("/v1/categories");
  await categories.load();
  const { body: counts } = await call("GET", "/v1/aggregates?group_by=category&limit=10000");
  const lost = counts.rows.find((/** @type {any} */ one) => one.category === null);
  const rows = saved.flatMap(({ summary, form }) =>
    form.lines.flatMap((line, at) => line.tallies.filter((tally) => !tally.category && tally.as_written).map((tally) => ({ summary, at, tally }))),
  );
  byId("wording").hidden = !rows.length && !lost;
  byId("wording-size").textContent = lost ? `and ${counted(lost.lines, "published line")} with such wording` : "";
  fill(
    byId("wording-list"),
    rows.length > 0 &&
      el(
        "table",
        { class: "drafts" },
        el("thead", {}, el("tr", {}, ...["Wording", "Draft", "Means"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, ...rows.map(({ summary, at, tally }) => el(
          "tr",
          {},
          el("td", { class: "serif" }, tally.as_written),
          el("td", {}, el("a", { href: `/drafts/${encodeURIComponent(summary.id)}` }, `${summary.title ?? summary.id}, line ${at + 1}`)),
          el("td", {}, may("vocabulary") ? assigning(categories, tally.as_written ?? "") : el("span", { class: "quiet" }, "A key with the scope vocabulary can add it to a category")),
        ))),
      ),
    lost ? el("p", { class: "sub" }, "In the record: ", el("a", { href: "/v1/aggregates?group_by=category" }, `${counted(lost.reports, "report")} with tallies of no category`), ". The API does not list them by that.") : null,
  );
}

/**
 * A phrase, and the category that is to know it from now on.
 * @param {Vocabulary} categories
 * @param {string} wording
 */
function assigning(categories, wording) {
  const phrase = el("input", { type: "text", class: "phrase", "aria-label": `Phrase of ${wording}`, value: wording.replace(/^\S+\s+/, ""), maxlength: 200 });
  return el("div", { class: "row" }, phrase, combobox({
    label: `Category of ${wording}`, placeholder: "Search categories", search: (letters) => categories.search(letters),
    choose: ({ value }) => {
      if (value) void addPhrase(value, phrase.value.trim()).then(() => say(`“${phrase.value.trim()}” means ${categories.name(value)} from now on. Open the draft to take it over.`), failed);
    },
  }));
}

showHolder(byId("holder"));
document.addEventListener("key", () => void show());
void show();
