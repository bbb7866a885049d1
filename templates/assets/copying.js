// Copying: the moment as words. The clipboard's own interface is absent over file:// in some browsers.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const video = usbkit.player.video;

  function say(button, text) {
    const before = button.textContent;
    button.textContent = text;
    window.setTimeout(function () {
      button.textContent = before;
    }, 2000);
  }

  // The old way works in all browsers.
  function copy(text, button) {
    const area = usbkit.make("textarea", { readonly: "", class: "visually-hidden", "aria-hidden": "true" });
    area.value = text;
    document.body.appendChild(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
    say(button, usbkit.word("copied", {}));
  }

  usbkit.copy = copy;
  // What one can send: title, moment and file, which are the same on every drive, and the website's address.
  document.getElementById("link").addEventListener("click", function (event) {
    const said = data.title + ", " + usbkit.clock(video.currentTime * 1000) + " (" + data.video + ")";
    const address = data.target === "web" ? location.href.split("#")[0] : data.web;
    const link = address ? "\n" + address + "#t=" + Math.floor(video.currentTime) : "";
    copy(said + link, event.currentTarget);
  });
}(window.usbkit));
