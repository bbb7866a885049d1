// Photos one at a time, large: arrows, caption, the original to save.
(function (usbkit) {
  "use strict";

  const photos = Array.prototype.slice.call(document.querySelectorAll("a.photo"));

  function show(first) {
    const image = usbkit.make("img", { alt: "" });
    const caption = usbkit.make("p", { class: "caption", role: "status" });
    const save = usbkit.make("a", { class: "button", download: "" }, [usbkit.word("photo-save", {})]);
    const previous = usbkit.make("button", { type: "button", "aria-label": usbkit.word("photo-previous", {}) }, ["‹"]);
    const next = usbkit.make("button", { type: "button", "aria-label": usbkit.word("photo-next", {}) }, ["›"]);
    let at = first;

    function draw() {
      const small = photos[at].querySelector("img");
      const said = photos[at].parentNode.querySelector("p");
      image.src = photos[at].href;
      image.alt = small.alt;
      caption.textContent = (said ? said.textContent + " · " : "") + (at + 1) + " / " + photos.length;
      save.href = photos[at].href;
    }

    function step(by) {
      at = (at + by + photos.length) % photos.length;
      draw();
    }

    previous.addEventListener("click", step.bind(null, -1));
    next.addEventListener("click", step.bind(null, 1));
    draw();
    const row = photos.length > 1 ? [previous, " ", next, " "] : [];
    const parts = [usbkit.make("figure", {}, [image]), caption, usbkit.make("p", { class: "row" }, row.concat(save))];
    usbkit.dialog.open(usbkit.word("photo", {}), parts, function (event) {
      const isBack = document.documentElement.dir === "rtl" ? event.key === "ArrowRight" : event.key === "ArrowLeft";
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
        event.preventDefault();
        step(isBack ? -1 : 1);
      }
    }).box.classList.add("viewer");
  }

  photos.forEach(function (photo, at) {
    photo.addEventListener("click", function (event) {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey && usbkit.dialog.open) {
        event.preventDefault();
        show(at);
      }
    });
  });
}(window.usbkit));
