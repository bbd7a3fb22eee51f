// @ts-check
// Arrow keys read a chart period by period into a live region; Enter opens the period.

export function readable() {
  for (const chart of document.querySelectorAll("[data-chart]:not([data-ready])")) {
    if (!(chart instanceof HTMLElement)) continue;
    chart.setAttribute("data-ready", "");
    const status = document.createElement("p");
    status.className = "sr";
    status.role = "status";
    chart.after(status);
    let at = -1;
    const hits = () => [...chart.querySelectorAll(".wide-only .hit")];
    /** @param {number} next */
    const read = (next) => {
      const all = hits();
      all[at]?.classList.remove("at");
      at = Math.min(all.length - 1, Math.max(0, next));
      all[at]?.classList.add("at");
      status.textContent = all[at]?.querySelector("title")?.textContent ?? "";
    };
    chart.addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight") read(at + 1);
      else if (event.key === "ArrowLeft") read(at - 1);
      else if (event.key === "Home") read(0);
      else if (event.key === "End") read(hits().length - 1);
      else if (event.key === "Enter" && at >= 0) hits()[at]?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
      else return;
      event.preventDefault();
    });
    chart.addEventListener("blur", () => { hits()[at]?.classList.remove("at"); at = -1; });
  }
}
