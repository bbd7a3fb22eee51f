// @ts-check
// The text as it comes: pasted, typed, dropped or chosen as a file, and read by the API after each change.
import { Offline, Refused, call } from "./api.js";
import { byId, field } from "./dom.js";
import { takeReading } from "./parsed.js";
import { showTextMode } from "./text_view.js";

/** @import {Desk} from "./composer.js" */

// Milliseconds after a change before the text is read again.
const WAIT = 400;

// Bytes of a text that POST /v1/parse reads.
const LONGEST = 200 * 1024;

let timer = 0;
let reading = new AbortController();

/** Follow the fields in which a text comes. @param {Desk} desk */
export function followText(desk) {
  const paste = field("paste");
  paste.addEventListener("input", (event) => {
    const isPaste = /** @type {InputEvent} */ (event).inputType === "insertFromPaste";
    setText(desk, paste.value, isPaste);
  });
  byId("edit-text").addEventListener("click", () => showTextMode(desk, !byId("marked").hidden));
  field("file").addEventListener("change", () => void takeFile(desk, field("file").files?.[0]));
  const area = byId("text");
  area.addEventListener("dragover", (event) => event.preventDefault());
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    const dropped = event.dataTransfer?.files[0];
    if (dropped) void takeFile(desk, dropped);
    else if (event.dataTransfer?.getData("text/plain")) setText(desk, event.dataTransfer.getData("text/plain"), true);
  });
}

/** @param {Desk} desk @param {File | undefined} file */
async function takeFile(desk, file) {
  if (!file) return;
  if (file.size > LONGEST) {
    desk.say(`${file.name} is larger than 200 KiB, so it was not taken.`, "warn");
    return;
  }
  setText(desk, await file.text(), true);
}

/**
 * @param {Desk} desk
 * @param {string} text
 * @param {boolean} isWhole  Whether it came at once, so that its marks are shown when it is read.
 */
function setText(desk, text, isWhole) {
  desk.form.text = text;
  desk.isSaved = false;
  desk.storeLater();
  desk.showStatus();
  readAgain(desk, isWhole ? 0 : WAIT, isWhole);
}

/**
 * Read the text again, after a while.
 * @param {Desk} desk
 * @param {number} [wait]
 * @param {boolean} [shows]  Whether to show its marks then.
 */
export function readAgain(desk, wait = WAIT, shows = false) {
  clearTimeout(timer);
  reading.abort();
  if (!desk.form.text.trim()) return;
  const turn = new AbortController();
  reading = turn;
  timer = window.setTimeout(() => void read(desk, turn, shows), wait);
}

/**
 * @param {Desk} desk
 * @param {AbortController} turn
 * @param {boolean} shows
 */
async function read(desk, turn, shows) {
  const { text, head } = desk.form;
  byId("text").setAttribute("aria-busy", "true");
  try {
    const known = { publisher: head.publisher ?? undefined, published_on: desk.form.touched["published_on"] ? (head.published_on ?? undefined) : undefined };
    const { body: parsed } = await call("POST", "/v1/parse", { body: { text, ...known }, signal: turn.signal });
    if (turn.signal.aborted) return;
    takeReading(desk.form, parsed);
    await desk.knowNames();
    if (shows) showTextMode(desk, false);
    desk.changed();
    if (shows) byId("text").focus({ preventScroll: true });
  } catch (error) {
    if (turn.signal.aborted) return;
    if (error instanceof Offline) desk.say("No connection. The text stays in this tab; it is not read and not saved.", "warn");
    else if (error instanceof Refused) desk.say(`The text was not read: ${error.message}.`, "warn");
    else throw error;
  } finally {
    if (!turn.signal.aborted) byId("text").removeAttribute("aria-busy");
  }
}
