// @ts-check
// Map: zoom by buttons and keys, the wheel after a click into it; B, then a drag, chooses what lies in a box.

const STEP = 1.6;
const MOST = 16;

/**
 * Turn a point of the drawing into degrees, as app/drawings/projection.py does.
 * @param {DOMStringMap} given
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]} degrees east and north
 */
export function degrees(given, x, y) {
  /** @param {string} name */
  const value = (name) => Number(given[name]);
  if (given.projection !== "conic") return [(x - value("x")) / value("across"), (value("y") - y) / value("down")];
  const cone = value("cone");
  const side = Math.sign(cone) || 1;
  const across = side * (x - value("x"));
  const down = side * (y - value("y"));
  const square = (across * across + down * down) * (cone / value("scale")) ** 2;
  const lat = (Math.asin((value("constant") - square) / (2 * cone)) * 180) / Math.PI;
  return [value("middle") + (Math.atan2(across, down) * 180) / Math.PI / cone, lat];
}

/**
 * @param {(address: string, history_: "push") => void} show
 */
export function zoomable(show) {
  for (const frame of document.querySelectorAll("[data-map]:not([data-ready])")) {
    const svg = frame.querySelector("svg");
    const drawn = frame.querySelector("g.map");
    if (!(frame instanceof HTMLElement) || !svg || !(drawn instanceof SVGElement)) continue;
    frame.setAttribute("data-ready", "");
    const whole = { ...box(svg) };
    let at = { ...whole };
    let isActive = false;
    let isBox = false;
    /** @type {{x: number, y: number, from: typeof at} | null} */
    let drag = null;

    const apply = () => svg.setAttribute("viewBox", `${at.x} ${at.y} ${at.width} ${at.height}`);
    /**
     * @param {number} factor
     * @param {number} [x]
     * @param {number} [y]
     */
    const zoom = (factor, x = at.x + at.width / 2, y = at.y + at.height / 2) => {
      const scale = Math.min(1, Math.max(1 / MOST, at.width / whole.width / factor));
      const width = whole.width * scale;
      const height = whole.height * scale;
      at = { x: x - ((x - at.x) / at.width) * width, y: y - ((y - at.y) / at.height) * height, width, height };
      within();
    };
    const within = () => {
      at.x = Math.min(whole.x + whole.width - at.width, Math.max(whole.x, at.x));
      at.y = Math.min(whole.y + whole.height - at.height, Math.max(whole.y, at.y));
      apply();
    };
    /** @param {MouseEvent} event */
    const point = (event) => {
      const place = svg.getBoundingClientRect();
      return { x: at.x + ((event.clientX - place.left) / place.width) * at.width, y: at.y + ((event.clientY - place.top) / place.height) * at.height };
    };

    const buttons = document.createElement("div");
    buttons.className = "zoom";
    /** @type {[string, string, () => void][]} */
    const acts = [["+", "Zoom in", () => zoom(STEP)], ["−", "Zoom out", () => zoom(1 / STEP)], ["▭", "Choose a box (B)", () => boxed(!isBox)]];
    for (const [sign, label, act] of acts) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", label);
      button.addEventListener("click", act);
      buttons.append(button);
    }
    frame.append(buttons);
    /** @param {boolean} on */
    const boxed = (on) => {
      isBox = on;
      frame.classList.toggle("boxing", on);
      buttons.lastElementChild?.setAttribute("aria-pressed", String(on));
    };

    frame.tabIndex = 0;
    frame.role = "group";
    frame.setAttribute("aria-label", "Map. Plus and minus zoom, B chooses a box; the list of places is its equal.");
    frame.addEventListener("keydown", (event) => {
      const step = at.width / 8;
      if (event.key === "+" || event.key === "=") zoom(STEP);
      else if (event.key === "-") zoom(1 / STEP);
      else if (event.key === "0") { at = { ...whole }; apply(); }
      else if (event.key.toLowerCase() === "b") boxed(!isBox);
      else if (event.key === "ArrowLeft") { at.x -= step; within(); }
      else if (event.key === "ArrowRight") { at.x += step; within(); }
      else if (event.key === "ArrowUp") { at.y -= step; within(); }
      else if (event.key === "ArrowDown") { at.y += step; within(); }
      else if (event.key === "Escape") boxed(false);
      else return;
      event.preventDefault();
    });
    svg.addEventListener("wheel", (event) => {
      if (!isActive) return;
      event.preventDefault();
      const { x, y } = point(event);
      zoom(event.deltaY < 0 ? STEP : 1 / STEP, x, y);
    }, { passive: false });
    frame.addEventListener("pointerleave", () => { isActive = false; });

    const rubber = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    rubber.setAttribute("class", "f-none s-ink rubber");
    svg.addEventListener("pointerdown", (event) => {
      isActive = true;
      if (event.button || (!isBox && at.width === whole.width)) return;
      drag = { ...point(event), from: { ...at } };
      if (isBox) { svg.append(rubber); event.preventDefault(); svg.setPointerCapture(event.pointerId); }
    });
    svg.addEventListener("pointermove", (event) => {
      if (!drag) return;
      if (isBox) {
        const other = point(event);
        rubber.setAttribute("x", String(Math.min(drag.x, other.x)));
        rubber.setAttribute("y", String(Math.min(drag.y, other.y)));
        rubber.setAttribute("width", String(Math.abs(other.x - drag.x)));
        rubber.setAttribute("height", String(Math.abs(other.y - drag.y)));
        return;
      }
      const place = svg.getBoundingClientRect();
      at.x -= (event.movementX / place.width) * at.width;
      at.y -= (event.movementY / place.height) * at.height;
      within();
    });
    const ended = (/** @type {PointerEvent} */ event) => {
      const began = drag;
      drag = null;
      if (!began || !isBox) return;
      rubber.remove();
      boxed(false);
      const other = point(event);
      if (Math.abs(other.x - began.x) < 4 || Math.abs(other.y - began.y) < 4) return;
      const corners = [[began.x, began.y], [other.x, other.y], [began.x, other.y], [other.x, began.y]].map(([x, y]) => degrees(drawn.dataset, x, y));
      const lons = corners.map(([lon]) => lon);
      const lats = corners.map(([, lat]) => lat);
      if (lats.some(Number.isNaN)) return;
      const url = new URL(location.href);
      for (const name of ["location", "near", "radius_km", "after", "row"]) url.searchParams.delete(name);
      const edges = [turned(Math.min(...lons)), Math.min(...lats), turned(Math.max(...lons)), Math.max(...lats)];
      url.searchParams.set("bbox", edges.map((edge) => String(Number(edge.toFixed(3)))).join(","));
      show(`${url.pathname}?${url.searchParams.toString().replaceAll("%2C", ",")}`, "push");
    };
    svg.addEventListener("pointerup", ended);
    svg.addEventListener("pointercancel", () => { drag = null; rubber.remove(); });
  }
  // Hover or focus in the list shows the place on the map.
  for (const row of document.querySelectorAll("#places tbody tr:not([data-ready])")) {
    row.setAttribute("data-ready", "");
    const slug = row.querySelector("a.to")?.getAttribute("href")?.split("/")[2]?.split("?")[0];
    if (!slug) continue;
    /** @param {boolean} on */
    const mark = (on) => {
      for (const place of document.querySelectorAll(`[data-slug="${CSS.escape(slug)}"]`)) place.classList.toggle("at", on);
    };
    row.addEventListener("mouseenter", () => mark(true));
    row.addEventListener("mouseleave", () => mark(false));
    row.addEventListener("focusin", () => mark(true));
    row.addEventListener("focusout", () => mark(false));
  }
}

/** @param {SVGSVGElement} svg */
function box(svg) {
  const { x, y, width, height } = svg.viewBox.baseVal;
  return { x, y, width, height };
}

/**
 * Degrees east between -180 and 180.
 * @param {number} lon
 */
function turned(lon) {
  return ((((lon + 180) % 360) + 360) % 360) - 180;
}
