// @ts-check
// Every page: quick links and forms, theme, copy buttons, keys. Without it all pages work, only slower.
import { dates } from "./brush.js";
import { readable } from "./reading.js";
import { searching } from "./search.js";
import { pictures } from "./png.js";
import { zoomable } from "./map.js";

/** Pages whose panels can be swapped: those that a question shapes. */
const QUICK = /^\/($|places\/|categories\/|coverage$)/;

/** @type {XMLHttpRequest | null} */
let running = null;

/**
 * Ask for another page and swap what differs. Parsed by the browser as a document: no markup is ever made of text.
 * @param {string} address
 * @param {"push" | "none"} history_
 */
function show(address, history_) {
  running?.abort();
  const request = new XMLHttpRequest();
  running = request;
  const main = document.getElementById("main");
  const slow = setTimeout(() => {
    main?.setAttribute("aria-busy", "true");
    const line = document.createElement("div");
    line.className = "line-busy";
    line.id = "busy";
    document.body.append(line);
  }, 200);
  const ended = () => {
    clearTimeout(slow);
    main?.removeAttribute("aria-busy");
    document.getElementById("busy")?.remove();
    if (running === request) running = null;
  };
  request.open("GET", address);
  request.responseType = "document";
  request.onload = () => {
    ended();
    const next = request.response;
    if (!(next instanceof Document) || request.status !== 200) {
      refused(request, next, address, history_);
      return;
    }
    if (history_ === "push") history.pushState(null, "", address);
    swap(next);
  };
  request.onerror = () => {
    ended();
    notice(`No connection. What you see is the record as of ${document.body.dataset.seq ?? "before"}.`, address);
  };
  request.onabort = ended;
  request.send();
}

/** @param {Document} next */
function swap(next) {
  const at = document.activeElement instanceof HTMLElement ? pathOf(document.activeElement) : null;
  document.getElementById("notice")?.remove();
  document.title = next.title;
  const main = document.getElementById("main");
  const others = next.getElementById("main");
  if (!main || !others) return;
  main.replaceChildren(...document.adoptNode(others).childNodes);
  const ledger = document.getElementById("ledger");
  const itsLedger = next.getElementById("ledger");
  if (ledger && itsLedger) ledger.replaceWith(document.adoptNode(itsLedger));
  document.body.dataset.seq = next.body.dataset.seq;
  const focused = at ? document.querySelector(at) : null;
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  dressed();
}

/**
 * Where the focus is, so that it stays there after a swap: the same measure, element or address, else its panel.
 * @param {HTMLElement} element
 */
function pathOf(element) {
  const name = element.dataset.measure ? `[data-measure="${element.dataset.measure}"]` : null;
  if (name) return name;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const panel = element.closest("[id]");
  if (!panel) return null;
  const href = element.getAttribute("href");
  return href ? `#${CSS.escape(panel.id)} a[href="${CSS.escape(href)}"]` : `#${CSS.escape(panel.id)}`;
}

/**
 * @param {XMLHttpRequest} request
 * @param {Document | null} next
 * @param {string} address
 * @param {"push" | "none"} history_
 */
function refused(request, next, address, history_) {
  if (request.status === 503 || request.status === 429) {
    const seconds = Number(request.getResponseHeader("Retry-After") ?? 2);
    notice(
      `This question took too long or the server is busy. The figures below are of the question before. ` +
        `Fewer days, one place or one category make it quicker. Asking again in ${seconds} s.`, address,
    );
    setTimeout(() => { if (document.getElementById("notice")) show(address, history_); }, Math.min(seconds, 30) * 1000);
    return;
  }
  if (next instanceof Document && next.getElementById("main")) {
    if (history_ === "push") history.pushState(null, "", address);
    swap(next);
    return;
  }
  location.href = address;
}

/**
 * @param {string} words
 * @param {string} address
 */
function notice(words, address) {
  document.getElementById("notice")?.remove();
  const band = document.createElement("div");
  band.className = "band warnb";
  band.id = "notice";
  band.role = "status";
  const again = document.createElement("a");
  again.href = address;
  again.textContent = "Ask again";
  band.append(words, " ", again);
  document.getElementById("main")?.prepend(band);
}

/** @param {string} address */
function isQuick(address) {
  const url = new URL(address, location.href);
  const here = location.pathname.split("/")[1] === url.pathname.split("/")[1];
  return url.origin === location.origin && here && QUICK.test(url.pathname);
}

/**
 * The address that a GET form leads to, without its empty fields.
 * @param {HTMLFormElement} form
 */
function addressOf(form) {
  const given = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim()) given.append(name, value.trim());
  }
  const query = given.toString();
  return query ? `${form.getAttribute("action")}?${query}` : form.getAttribute("action") ?? "/";
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!link || event.button || event.ctrlKey || event.metaKey || event.altKey || link.hasAttribute("download")) return;
  const href = event.shiftKey ? link.getAttribute("data-adds") : link.getAttribute("href");
  if (!href || (event.shiftKey && !link.hasAttribute("data-adds"))) return;
  if (link.hasAttribute("data-copy")) {
    event.preventDefault();
    copied(link);
    return;
  }
  if (!isQuick(href) || link.getAttribute("href")?.startsWith("#")) return;
  event.preventDefault();
  /** @type {HTMLElement | null} */ (link.closest("[popover]"))?.hidePopover();
  show(href, "push");
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "get" || form.dataset.search !== undefined) return;
  const address = addressOf(form);
  event.preventDefault();
  /** @type {HTMLElement | null} */ (form.closest("[popover]"))?.hidePopover();
  if (isQuick(address)) show(address, "push");
  else location.href = address;
});

addEventListener("popstate", () => show(location.href, "none"));

/** @param {Element} element */
async function copied(element) {
  await navigator.clipboard?.writeText((element.textContent ?? "").trim());
  const said = document.createElement("span");
  said.className = "quiet";
  said.role = "status";
  said.textContent = " Copied";
  element.after(said);
  setTimeout(() => said.remove(), 1500);
}

/** Prepare what a page has; again after each swap. */
function dressed() {
  dates();
  readable();
  zoomable(show);
  pictures();
  for (const text of document.querySelectorAll("p[data-copy]:not([data-ready])")) {
    text.setAttribute("data-ready", "");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn sm";
    button.textContent = "Copy";
    button.addEventListener("click", () => copied(text));
    text.after(button);
  }
}

const theme = document.querySelector("[data-theme-switch]");
if (theme instanceof HTMLElement) {
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* It lasts as long as the page. */ }
  });
}

// When the reader comes back: whether the record has grown. Nothing moves by itself.
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !document.body.dataset.seq || new URLSearchParams(location.search).has("as_of")) return;
  fetch("/v1/ledger").then((response) => response.json()).then((ledger) => {
    const grown = ledger.seq - Number(document.body.dataset.seq);
    if (grown <= 0 || document.getElementById("grown")) return;
    const band = document.createElement("div");
    band.className = "band";
    band.id = "grown";
    band.role = "status";
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Show them";
    band.append(`${grown} ${grown === 1 ? "entry" : "entries"} since you opened this page. `, link);
    document.getElementById("main")?.prepend(band);
  }).catch(() => {});
});

searching();
dressed();
