// Copying: a link to the moment. The clipboard's own interface is absent over file:// in some browsers.
(function (usbkit) {
  "use strict";

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
  document.getElementById("link").addEventListener("click", function (event) {
    const address = location.href.split("#")[0];
    copy(address + "#t=" + Math.floor(video.currentTime), event.currentTarget);
  });
}(window.usbkit));
