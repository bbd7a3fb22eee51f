// @ts-check
// Search of the head: suggestions of the server's own search page, as a list of links that keys reach.

export function searching() {
  const form = document.querySelector("form[data-search]");
  const field = form?.querySelector("input");
  if (!(form instanceof HTMLFormElement) || !(field instanceof HTMLInputElement)) return;
  const box = document.createElement("div");
  box.className = "found";
  box.id = "found";
  box.role = "listbox";
  box.setAttribute("aria-label", "Suggestions");
  box.hidden = true;
  form.append(box);
  field.role = "combobox";
  field.setAttribute("aria-controls", box.id);
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-autocomplete", "list");
  let at = -1;
  /** @type {AbortController | null} */
  let running = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const options = () => /** @type {HTMLAnchorElement[]} */ ([...box.querySelectorAll("[role=option]")]);
  const close = () => {
    box.hidden = true;
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  /** @param {number} next */
  const choose = (next) => {
    const all = options();
    all[at]?.setAttribute("aria-selected", "false");
    at = all.length ? (next + all.length) % all.length : -1;
    const option = all[at];
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };

  const suggest = () => {
    running?.abort();
    const words = field.value.trim();
    if (!words) { close(); return; }
    const controller = new AbortController();
    running = controller;
    const request = new XMLHttpRequest();
    request.open("GET", `/search?q=${encodeURIComponent(words)}`);
    request.responseType = "document";
    controller.signal.addEventListener("abort", () => request.abort());
    request.onload = () => {
      const found = request.response instanceof Document ? request.response.querySelectorAll("[data-found] [data-kind]") : [];
      box.replaceChildren();
      let number = 0;
      for (const group of found) {
        const set = document.createElement("div");
        set.role = "group";
        const name = group.querySelector("h2, h3")?.textContent ?? group.getAttribute("data-kind") ?? "";
        set.setAttribute("aria-label", name);
        const title = document.createElement("div");
        title.className = "g";
        title.textContent = name;
        set.append(title);
        for (const link of [...group.querySelectorAll("a[data-filter]")].slice(0, 6)) {
          const option = document.createElement("a");
          option.role = "option";
          option.id = `found-${number++}`;
          option.href = link.getAttribute("href") ?? "/";
          option.tabIndex = -1;
          option.dataset.page = link.getAttribute("data-page") ?? "";
          option.setAttribute("aria-selected", "false");
          option.append(link.textContent ?? "");
          const count = document.createElement("span");
          count.textContent = link.getAttribute("data-count") ?? "";
          option.append(count);
          set.append(option);
        }
        if (set.querySelector("[role=option]")) box.append(set);
      }
      box.hidden = !options().length;
      field.setAttribute("aria-expanded", String(!box.hidden));
      at = -1;
    };
    request.send();
  };

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(suggest, 120); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(at + 1);
    else if (event.key === "ArrowUp") choose(at - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "ArrowRight" && at >= 0 && options()[at]?.dataset.page) location.href = options()[at].dataset.page ?? "/";
    else if (event.key === "Enter" && at >= 0) { const option = options()[at]; close(); option.click(); }
    else return;
    if (event.key !== "Escape") event.preventDefault();
  });
  field.addEventListener("blur", () => setTimeout(close, 150));
  addEventListener("keydown", (event) => {
    const inField = event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !inField && !event.ctrlKey && !event.metaKey) { event.preventDefault(); field.focus(); }
  });
}
