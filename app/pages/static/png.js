// @ts-check
// PNG of a drawing: its SVG file on a canvas. The server draws, the browser only turns it into pixels.

const SCALE = 2;

export function pictures() {
  for (const link of document.querySelectorAll("a[data-png]:not([data-ready])")) {
    if (!(link instanceof HTMLAnchorElement)) continue;
    link.setAttribute("data-ready", "");
    link.hidden = false;
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const response = await fetch(link.href);
      const address = URL.createObjectURL(new Blob([await response.text()], { type: "image/svg+xml" }));
      const image = new Image();
      image.src = address;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.naturalWidth * SCALE;
      canvas.height = image.naturalHeight * SCALE;
      canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(address);
      canvas.toBlob((blob) => {
        if (!blob) return;
        const taken = document.createElement("a");
        taken.href = URL.createObjectURL(blob);
        taken.download = `strikeledger-${link.dataset.png}-${document.body.dataset.seq}.png`;
        taken.click();
        setTimeout(() => URL.revokeObjectURL(taken.href), 1000);
      }, "image/png");
    });
  }
}
