// Sets the theme that was chosen before the page is first painted. Not a module: those run later.
(() => {
  const root = document.documentElement;
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // Storage may be closed to us: the system's theme stays.
  }
})();
