// Chapters: marks under the player, as long as each chapter is, and the name of the one that is heard.
(function (usbkit) {
  "use strict";

  const video = usbkit.player.video;
  const place = document.getElementById("chapter");
  const strip = document.getElementById("marks");
  const links = Array.prototype.slice.call(document.querySelectorAll("#chapters a.jump"));
  let current = null;

  function update() {
    const now = video.currentTime * 1000 + 50;
    const link = links.reduce(function (found, candidate) {
      return Number(candidate.getAttribute("data-at")) <= now ? candidate : found;
    }, null);
    if (link === current) {
      return;
    }
    current = link;
    links.forEach(function (each, at) {
      const isNow = each === link;
      if (isNow) {
        each.setAttribute("aria-current", "true");
      } else {
        each.removeAttribute("aria-current");
      }
      strip.children[at].classList.toggle("now", isNow);
    });
    place.hidden = !link;
    place.textContent = link ? usbkit.word("chapter", {}) + usbkit.word("colon", {}) : "";
    if (link) {
      place.appendChild(link.querySelector("bdi").cloneNode(true));
    }
  }

  // The list says the same to whoever does not see or point.
  function draw() {
    links.forEach(function (link, at) {
      const from = Number(link.getAttribute("data-at")) / 1000;
      const to = links[at + 1] ? Number(links[at + 1].getAttribute("data-at")) / 1000 : usbkit.player.length();
      const mark = usbkit.make("span", { title: link.textContent.trim() });
      mark.style.flexGrow = String(Math.max(0.001, to - from));
      mark.addEventListener("click", function () {
        link.click();
      });
      strip.appendChild(mark);
    });
    strip.hidden = false;
  }

  if (links.length > 1) {
    draw();
    usbkit.player.follow(update);
    update();
  }
}(window.usbkit));
