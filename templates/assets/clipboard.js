// Copying a text. The clipboard's own interface is absent over file:// in some browsers.
(function (usbkit) {
  "use strict";

  // What a button says of its own, and the timer that brings it back, while it says something else.
  const labels = new Map();

  function say(button, text) {
    const label = labels.get(button) || { own: button.textContent };
    window.clearTimeout(label.timer);
    button.textContent = text;
    labels.set(button, label);
    label.timer = window.setTimeout(function () {
      button.textContent = label.own;
      labels.delete(button);
    }, 2000);
  }

  // Where the browser refuses, the text itself is there to be copied by hand.
  function offer(text, title) {
    const area = usbkit.make("textarea", { readonly: "", rows: "8", "aria-label": title });
    area.value = text;
    usbkit.dialog.open(title, [usbkit.make("p", { class: "field" }, [area])]);
    area.focus();
    area.select();
  }

  // The old way works in all browsers.
  usbkit.copy = function (text, button) {
    const area = usbkit.make("textarea", { readonly: "", class: "visually-hidden", "aria-hidden": "true" });
    area.value = text;
    document.body.appendChild(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    button.focus();
    if (isCopied) {
      say(button, usbkit.word("copied", {}));
    } else {
      offer(text, button.textContent);
    }
  };
}(window.usbkit));
