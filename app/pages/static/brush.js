// @ts-check
// Brush on the strip of the whole record: it fills in the two date fields.

/** Places of the strip in its own units: they are those of app/drawings/timeline.py. */
const LEFT = 46;
const RIGHT = 4;
const DAY = 86_400_000;

/** Let the strip of a page that was just shown be dragged, once. */
export function dates() {
  const strip = document.querySelector("[data-strip]:not([data-ready])");
  const form = document.querySelector("[data-dates]");
  if (!(strip instanceof HTMLElement) || !(form instanceof HTMLFormElement) || !strip.dataset.first) return;
  strip.setAttribute("data-ready", "");
  const first = Date.parse(strip.dataset.first);
  const days = (Date.parse(strip.dataset.last ?? "") - first) / DAY + 1;
  const from = /** @type {HTMLInputElement} */ (form.elements.namedItem("date_from"));
  const to = /** @type {HTMLInputElement} */ (form.elements.namedItem("date_to"));
  // A "from" after "to" clears "to", and the other way round.
  from.addEventListener("change", () => { if (to.value && from.value > to.value) to.value = ""; });
  to.addEventListener("change", () => { if (from.value && from.value > to.value) from.value = ""; });

  /** The day at which a drag began. @type {number | null} */
  let start = null;

  /** @param {PointerEvent | MouseEvent} event */
  const dayAt = (event) => {
    const box = drawn().getBoundingClientRect();
    const width = drawn().viewBox.baseVal.width;
    const x = ((event.clientX - box.left) / box.width) * width;
    const share = (x - LEFT) / (width - LEFT - RIGHT);
    return Math.min(days - 1, Math.max(0, Math.floor(share * days)));
  };
  const drawn = () => /** @type {SVGSVGElement} */ ([...strip.querySelectorAll("svg")].find((svg) => svg.getClientRects().length) ?? strip.querySelector("svg"));
  /** @param {number} day */
  const iso = (day) => new Date(first + day * DAY).toISOString().slice(0, 10);

  /**
   * @param {number} one
   * @param {number} other
   */
  const mark = (one, other) => {
    const [low, high] = one <= other ? [one, other] : [other, one];
    from.value = iso(low);
    to.value = iso(high);
    const svg = drawn();
    const width = svg.viewBox.baseVal.width;
    const x = (/** @type {number} */ day) => LEFT + (day / days) * (width - LEFT - RIGHT);
    const [before, after] = svg.querySelectorAll(".veil");
    const frame = svg.querySelector(".window");
    const handles = svg.querySelectorAll(".handle");
    before?.setAttribute("width", String(Math.max(0, x(low) - LEFT)));
    after?.setAttribute("x", String(x(high + 1)));
    after?.setAttribute("width", String(Math.max(0, width - RIGHT - x(high + 1))));
    frame?.setAttribute("x", String(x(low)));
    frame?.setAttribute("width", String(Math.max(1, x(high + 1) - x(low))));
    for (const handle of handles) handle.setAttribute("visibility", "hidden");
  };

  strip.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const day = dayAt(event);
    start = day;
    // Near an edge of the window, that edge moves.
    if (from.value && to.value) {
      const low = (Date.parse(from.value) - first) / DAY;
      const high = (Date.parse(to.value) - first) / DAY;
      const near = days / 100;
      if (Math.abs(day - low) < near) start = high;
      else if (Math.abs(day - high) < near) start = low;
    }
    strip.setPointerCapture(event.pointerId);
  });
  strip.addEventListener("pointermove", (event) => {
    if (start !== null && dayAt(event) !== start) mark(start, dayAt(event));
  });
  strip.addEventListener("pointerup", (event) => {
    if (start === null) return;
    const moved = dayAt(event) !== start;
    start = null;
    if (moved) form.requestSubmit();
  });
  strip.addEventListener("pointercancel", () => { start = null; });
  const whole = () => {
    from.value = to.value = "";
    form.requestSubmit();
  };
  strip.addEventListener("dblclick", whole);
  form.addEventListener("keydown", (event) => { if (event.key === "Escape" && (from.value || to.value)) whole(); });
}
