// @ts-check
// Writes of the composer: drafts, publication, corrections and retractions, and how each can fail.
import { Offline, Refused, call } from "./api.js";
import { button, byId, el, fill } from "./dom.js";
import { body, formOf, freshName, isComplete } from "./draft.js";
import { showHead } from "./head_view.js";
import { askForKey, currentKey, forget, may } from "./key.js";
import { lastLook, otherChange, retractionReason } from "./look.js";
import { showTextMode } from "./text_view.js";
import { counted, number } from "./words.js";

/** @import {Desk} from "./composer.js" */
/** @import {Form} from "./draft.js" */

let isBusy = false;

/** Follow the buttons that write. @param {Desk} desk */
export function followWrites(desk) {
  byId("save").addEventListener("click", () => void writing(desk, saveDraft));
  byId("publish").addEventListener("click", () => void writing(desk, publish));
  byId("retract").addEventListener("click", () => void writing(desk, retract));
}

/** Read the report that the form is of, as it is now. @param {Desk} desk */
export function fetchReport(desk) {
  return call("GET", `/v1/reports/${encodeURIComponent(desk.report ?? "")}`, { keyed: currentKey() !== null, headers: { "Cache-Control": "no-cache" } });
}

/**
 * Run one write at a time, and show how it failed.
 * @param {Desk} desk
 * @param {(desk: Desk) => Promise<void>} write
 */
async function writing(desk, write) {
  if (isBusy) return;
  isBusy = true;
  desk.store();
  try {
    await write(desk);
  } catch (error) {
    await failed(desk, error);
  } finally {
    isBusy = false;
  }
}

/** Return whether all is given that the API needs; else go to what is missing. @param {Desk} desk */
function isReady(desk) {
  if (!desk.form.text && !desk.form.lines.length && !desk.form.head.publisher) {
    desk.say("There is nothing to save yet: paste a release, or add a line.", "warn");
    return false;
  }
  if (isComplete(desk.form)) return true;
  desk.say("Not saved. Publisher, day of publication, and the days, country and counts of each line come first: see what is to settle.", "warn");
  byId("settle").scrollIntoView({ block: "nearest" });
  return false;
}

/** @param {Form} form */
function ifMatch(form) {
  return { "If-Match": form.etag };
}

/** @param {Form} form */
function addressOf(form) {
  return `/v1/reports/${encodeURIComponent(form.id ?? "")}`;
}

/** @param {Desk} desk */
async function saveDraft(desk) {
  if (!isReady(desk) || !(await askForKey("Saving a draft"))) return;
  const sent = body(desk.form);
  const { form } = desk;
  const isNew = form.status === "new";
  const { body: stored, etag } = isNew
    ? await call("POST", "/v1/reports", { keyed: true, body: { ...sent, status: "draft" }, headers: { "Idempotency-Key": form.idempotency } })
    : await call("PUT", addressOf(desk.form), { keyed: true, body: sent, headers: { ...ifMatch(form), "Idempotency-Key": form.idempotency } });
  desk.drop();
  took(desk, stored, etag, sent);
  desk.report = stored.id;
  if (isNew) history.replaceState(null, "", `/drafts/${encodeURIComponent(stored.id)}`);
  desk.say("Saved as a draft. It is in no total until it is published.", "ok");
  desk.show();
}

/**
 * Take what a write of a draft returned.
 * @param {Desk} desk
 * @param {any} stored
 * @param {string} etag
 * @param {any} sent
 */
function took(desk, stored, etag, sent) {
  Object.assign(desk.form, { id: stored.id, status: stored.status, etag, base: sent, checks: stored.checks, warnings: stored.warnings ?? [], duplicates: stored.possible_duplicates ?? [], checked: true, idempotency: freshName() });
  desk.isSaved = true;
  desk.faults = [];
}

/** @param {Desk} desk */
async function publish(desk) {
  if (!isReady(desk) || !(await askForKey("Publishing"))) return;
  if (!may("publish")) {
    desk.say("This key may save drafts, but not publish. Save a draft, or forget the key and use another.", "warn");
    return;
  }
  await desk.check();
  if (desk.faults.length) {
    desk.toPointer(desk.faults[0]?.pointer ?? "");
    return;
  }
  if (!(await lastLook(desk))) return;
  const { form } = desk;
  const sent = body(form);
  let written;
  if (form.status === "published") {
    written = await call("PUT", addressOf(desk.form), { keyed: true, body: { ...sent, reason: form.reason }, headers: { ...ifMatch(desk.form), "Idempotency-Key": form.idempotency } });
  } else if (form.status === "draft") {
    if (JSON.stringify(sent) !== JSON.stringify(form.base)) {
      const saved = await call("PUT", addressOf(desk.form), { keyed: true, body: sent, headers: { ...ifMatch(form), "Idempotency-Key": form.idempotency } });
      took(desk, saved.body, saved.etag, sent);
    }
    written = await call("POST", `${addressOf(desk.form)}/publication`, { keyed: true, headers: { ...ifMatch(desk.form), "Idempotency-Key": form.idempotency } });
  } else {
    written = await call("POST", "/v1/reports", { keyed: true, body: sent, headers: { "Idempotency-Key": form.idempotency } });
  }
  finish(desk, written.body, form.status === "published" ? "Corrected" : "Published");
}

/** @param {Desk} desk */
async function retract(desk) {
  if (!(await askForKey("Retracting"))) return;
  const reason = await retractionReason();
  if (!reason) return;
  const { body: stored } = await call("POST", `${addressOf(desk.form)}/retraction`, { keyed: true, body: { reason }, headers: { ...ifMatch(desk.form), "Idempotency-Key": desk.form.idempotency } });
  finish(desk, stored, "Retracted");
}

/**
 * Show what was written; the form is done.
 * @param {Desk} desk
 * @param {any} stored
 * @param {string} deed
 */
function finish(desk, stored, deed) {
  desk.drop();
  byId("composer").hidden = true;
  const place = byId("done");
  place.hidden = false;
  const address = `/reports/${encodeURIComponent(stored.id)}`;
  fill(
    place,
    el("h2", { tabindex: -1 }, `${deed} under ledger number ${number(stored.seq)}`),
    el("p", {}, el("a", { href: address }, stored.title ?? `Report ${stored.id}`), `, ${counted(stored.strikes.length, "line")}, revision ${stored.revision}.`),
    (stored.warnings ?? []).length > 0 && el("p", { class: "warn" }, `${counted(stored.warnings.length, "warning")}: ${stored.warnings.map((/** @type {any} */ one) => one.detail).join("; ")}.`),
    el("p", {}, el("a", { href: "/post" }, "Post another report"), " · ", el("a", { href: `/post?report=${encodeURIComponent(stored.id)}` }, "Correct this one")),
  );
  place.querySelector("h2")?.focus();
}

/** @param {Desk} desk @param {unknown} error */
async function failed(desk, error) {
  if (error instanceof Offline) {
    desk.say("No connection: nothing is known to be saved. Text and form stay in this tab. Try again when you are connected; what arrived already is not created twice.", "warn");
    return;
  }
  if (!(error instanceof Refused)) throw error;
  if (error.status === 401) {
    forget();
    desk.say(`Not saved: ${error.message}. The form stays here; try again with another key.`, "warn");
  } else if (error.status === 409 && error.existing) {
    const id = error.existing.split("/").at(-1) ?? "";
    desk.say(["Not saved: ", error.message, ". ", el("a", { href: `/reports/${encodeURIComponent(id)}` }, `Report ${id}`), " has it; ", el("a", { href: `/post?report=${encodeURIComponent(id)}` }, "correct that one"), " instead, or give this one another number."], "warn");
    desk.faults = [{ pointer: "/number", code: "conflict", detail: error.message }];
    showHead(desk);
  } else if (error.status === 412) {
    await conflict(desk).catch((reason) => desk.say(`Not saved: somebody else changed this report, and it could not be read: ${reason.message}`, "warn"));
  } else if (error.type.endsWith("idempotency-key-reused")) {
    desk.say(["An earlier attempt with other content arrived: look for it in the record before you post again. ", button("Post as another report", () => {
      desk.form.idempotency = freshName();
      desk.store();
      desk.say("Press Publish or Save draft again.");
    }, "link")], "warn");
  } else {
    desk.faults = error.faults;
    desk.show();
    desk.say(`Not saved: ${error.message}.`, "warn");
    const [first] = error.faults;
    if (first?.pointer) desk.toPointer(first.pointer);
  }
}

/** Show what somebody else changed, and keep the form. @param {Desk} desk */
async function conflict(desk) {
  const { body: report, etag } = await fetchReport(desk);
  const now = formOf(report, etag);
  desk.say(
    [
      el("b", {}, "Somebody else changed this report since you read it. "),
      `Your form is unchanged and not saved.${report.reason ? ` Their reason: ${report.reason}` : ""}`,
      otherChange(desk.form.base, now.base),
      el("div", { class: "row" }, button("Put my form over theirs", () => {
        Object.assign(desk.form, { etag, base: now.base, status: now.status, idempotency: freshName() });
        desk.changed();
        desk.say("Your form is based on their version now. Save or publish it again.");
      }), button("Take theirs, drop mine", () => {
        desk.form = now;
        desk.editing = null;
        desk.drop();
        void desk.knowNames().then(() => desk.show());
        showTextMode(desk, now.text === "");
        desk.say("The report as it is now.");
      })),
    ],
    "warn",
  );
}
