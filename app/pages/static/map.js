// @ts-check
// Map: zoom by buttons, keys and, after a click into it, the wheel; B and drag choose a box.

/**
 * @param {(address: string, history_: "push") => void} show
 */
export function zoomable(show) {
  void show;
}
