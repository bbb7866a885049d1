// Slides: the one that belongs to what is heard, all of them small, one before and one after, and large for a room.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const video = usbkit.player.video;
  const figure = document.getElementById("slide");
  const pages = [];
  let current = null;

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

  const list = document.getElementById("thumbs");
  const previous = document.getElementById("slide-previous");
  const next = document.getElementById("slide-next");
  const large = document.getElementById("slide-large");

  function nameOf(page) {
    return usbkit.word("page", { page: String(page.number), pages: String(page.of) });
  }

  function pageNow() {
    const now = video.currentTime * 1000 + 50;
    return pages.reduce(function (found, candidate) {
      return candidate.ms <= now ? candidate : found;
    }, null);
  }

  // Not `disabled`, which would take the focus away from whoever has just pressed it.
  function allow(button, isAllowed) {
    button.setAttribute("aria-disabled", String(!isAllowed));
  }

  // Only the strip scrolls, never the page under the reader's hands.
  function bring(thumb) {
    const offset = thumb.offsetTop - list.offsetTop;
    if (offset < list.scrollTop || offset + thumb.offsetHeight > list.scrollTop + list.clientHeight) {
      list.scrollTop = offset - list.clientHeight / 3;
    }
  }

  function update() {
    const page = pageNow();
    if (page === current) {
      return;
    }
    current = page;
    figure.hidden = !page;
    pages.forEach(function (each) {
      each.thumb.firstChild.removeAttribute("aria-current");
    });
    allow(previous, pages.indexOf(page) > 0);
    allow(next, page !== pages[pages.length - 1]);
    document.getElementById("slide-caption").textContent = page ? nameOf(page) : "";
    if (page) {
      const image = document.getElementById("slide-image");
      image.src = data.root + page.image;
      image.alt = usbkit.word("slide", {}) + usbkit.word("colon", {}) + nameOf(page);
      document.getElementById("slide-link").href = data.root + page.file + "#page=" + page.number;
      page.thumb.firstChild.setAttribute("aria-current", "true");
      bring(page.thumb);
    }
  }

  function step(by) {
    const at = pages.indexOf(pageNow()) + by;
    if (pages[at]) {
      usbkit.player.seek(pages[at].ms, false);
    }
  }

  pages.forEach(function (page) {
    const button = usbkit.make("button", { type: "button", "aria-label": nameOf(page) + ", " + usbkit.clock(page.ms) }, [
      usbkit.make("img", { src: data.root + page.image, alt: "", loading: "lazy" }),
      usbkit.make("span", { class: "clock" }, [usbkit.clock(page.ms)])
    ]);
    button.addEventListener("click", function () {
      usbkit.player.seek(page.ms, false);
    });
    page.thumb = list.appendChild(usbkit.make("li", {}, [button]));
  });
  previous.addEventListener("click", function () {
    step(-1);
  });
  next.addEventListener("click", function () {
    step(1);
  });
  large.addEventListener("click", function () {
    const isLarge = document.body.classList.toggle("large-slide");
    large.setAttribute("aria-pressed", String(isLarge));
  });
  // Another panel has no slide to be large.
  usbkit.panel.listeners.push(function (shown) {
    if (shown !== "slides") {
      document.body.classList.remove("large-slide");
      large.setAttribute("aria-pressed", "false");
    }
  });
  usbkit.player.follow(update);
  allow(previous, false);
  update();
}(window.usbkit));
