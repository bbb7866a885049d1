// The slide that was shown when what is heard was said.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const video = usbkit.player.video;
  const figure = document.getElementById("slide");
  const pages = [];
  let current = null;

  function update() {
    const now = video.currentTime * 1000;
    const page = pages.reduce(function (found, candidate) {
      return candidate.ms <= now ? candidate : found;
    }, null);
    if (page === current) {
      return;
    }
    current = page;
    figure.hidden = !page;
    if (page) {
      const caption = usbkit.word("page", { page: String(page.number), pages: String(page.of) });
      const image = document.getElementById("slide-image");
      image.src = data.root + page.image;
      image.alt = usbkit.word("slide", {}) + ": " + caption;
      document.getElementById("slide-link").href = data.root + page.file + "#page=" + page.number;
      document.getElementById("slide-caption").textContent = caption;
    }
  }

  data.slides.forEach(function (slides) {
    slides.p.forEach(function (page) {
      pages.push({ ms: page[0], image: page[1], number: page[2], of: slides.n, file: slides.u });
    });
  });
  if (!figure || !pages.length) {
    return;
  }
  pages.sort(function (a, b) {
    return a.ms - b.ms;
  });
  video.addEventListener("timeupdate", update);
  video.addEventListener("seeked", update);
  update();
}(window.usbkit));
