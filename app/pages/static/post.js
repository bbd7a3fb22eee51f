// @ts-check
// Start of the composer: an empty form, the one that this tab holds, or that of a report.
import { call } from "./api.js";
import { Desk } from "./composer.js";
import { button, byId } from "./dom.js";
import { emptyLine, formOf, revived } from "./draft.js";
import { followHead } from "./head_view.js";
import { askForKey, showHolder } from "./key.js";
import { takeNumbers } from "./parsed.js";
import { followText, readAgain } from "./text_input.js";
import { followKeys, showTextMode } from "./text_view.js";
import { fetchReport, followWrites } from "./writes.js";

/** @param {Desk} desk */
async function start(desk) {
  showHolder(byId("holder"));
  followHead(desk);
  followKeys(desk);
  followText(desk);
  followWrites(desk);
  followTabs(desk);
  byId("composer").hidden = false;
  try {
    await Promise.all([desk.places.load(), desk.categories.load()]);
  } catch {
    desk.say("Places and categories could not be read. Reload the page when there is a connection.", "warn");
  }
  if (!restore(desk) && desk.report) await loadReport(desk);
  await desk.knowNames();
  showTextMode(desk, desk.form.text === "");
  desk.show();
  if (desk.form.text && !desk.form.numbers.length) readAgain(desk, 0);
  window.addEventListener("pagehide", () => desk.store());
  window.addEventListener("online", () => readAgain(desk, 0));
}

/** Take the form that this tab holds; return whether there is one. @param {Desk} desk */
function restore(desk) {
  const stored = sessionStorage.getItem(desk.place);
  if (!stored) return false;
  try {
    desk.form = revived(JSON.parse(stored));
  } catch {
    return false;
  }
  const anew = button("Start anew", () => {
    desk.drop();
    location.reload();
  }, "link");
  desk.say(["What you wrote in this tab is here again. It is not saved. ", anew]);
  return true;
}

/** Read the report that is to be corrected, or the draft. @param {Desk} desk */
async function loadReport(desk) {
  if (desk.isDraft && !(await askForKey("Reading a draft"))) {
    desk.say(["Drafts are shown to who has a key. ", button("Enter a key", () => location.reload(), "link")], "warn");
    return;
  }
  try {
    const { body: report, etag } = await fetchReport(desk);
    desk.form = formOf(report, etag);
    desk.isSaved = true;
  } catch (error) {
    desk.say(`The report could not be read: ${/** @type {Error} */ (error).message}.`, "warn");
    desk.report = null;
    return;
  }
  if (desk.form.text) {
    try {
      const { body: parsed } = await call("POST", "/v1/parse", { body: { text: desk.form.text } });
      takeNumbers(desk.form, parsed);
    } catch {
      // The marks of the report's own counts remain.
    }
  }
  if (desk.form.status === "retracted") desk.say("This report is retracted, so it is not corrected here.", "warn");
  if (desk.form.status === "published") desk.checkLater(0);
}

/** Follow the tabs of a phone, and the button below the lines. @param {Desk} desk */
function followTabs(desk) {
  byId("add-line").addEventListener("click", () => {
    desk.form.lines.push(emptyLine());
    desk.changed();
    desk.open(desk.form.lines.length - 1);
  });
  for (const name of ["text", "draft"]) {
    const tab = byId(`tab-${name}`);
    tab.addEventListener("click", () => desk.showTab(name));
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = name === "text" ? "draft" : "text";
      desk.showTab(other);
      byId(`tab-${other}`).focus();
    });
  }
}

void start(new Desk());
