// A window over the page: it takes the focus, keeps it, closes by Escape and gives the focus back. And the list of keys.
(function (usbkit) {
  "use strict";

  let isOpen = false;

  function open(title, parts, heard) {
    const before = document.activeElement;
    const heading = usbkit.make("h2", { id: "dialog-h" }, [title]);
    const closer = usbkit.make("button", { type: "button", class: "close" }, [usbkit.word("close-dialog", {})]);
    const box = usbkit.make("div", {
      class: "dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "dialog-h", tabindex: "-1"
    }, [heading].concat(parts, closer));
    const veil = usbkit.make("div", { class: "veil" }, [box]);

    function close() {
      document.removeEventListener("keydown", hear, true);
      veil.remove();
      isOpen = false;
      if (before && before.focus) {
        before.focus();
      }
    }

    function hear(event) {
      const within = box.querySelectorAll("a[href], button:not([disabled]), input, select, textarea");
      const last = within[within.length - 1];
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        close();
      } else if (event.key === "Tab") {
        const edge = event.shiftKey ? within[0] : last;
        if (document.activeElement === edge || !box.contains(document.activeElement)) {
          event.preventDefault();
          (event.shiftKey ? last : within[0]).focus();
        }
      } else if (heard) {
        heard(event);
      }
    }

    document.addEventListener("keydown", hear, true);
    closer.addEventListener("click", close);
    veil.addEventListener("click", function (event) {
      if (event.target === veil) {
        close();
      }
    });
    document.body.appendChild(veil);
    isOpen = true;
    box.focus();
    return { box, close };
  }

  const KEYS = [
    ["Space K", "key-play"], ["← →", "key-5"], ["J L", "key-10"], ["↑ ↓", "key-volume"], ["M", "key-sound"],
    ["C", "key-subtitles"], ["F", "key-screen"], ["0 – 9", "key-tenth"], ["Home End", "key-ends"], ["< >", "key-speed"]
  ];
  const EVERYWHERE = [["/", "key-search"], ["?", "key-list"]];

  function listKeys() {
    const keys = (usbkit.player ? KEYS : []).concat(document.getElementById("text") ? [["↑ ↓", "key-lines"]] : [], EVERYWHERE);
    const rows = keys.map(function (row) {
      const caps = row[0].split(" ").map(function (cap) {
        return cap === "–" ? document.createTextNode(" – ") : usbkit.make("kbd", {}, [cap]);
      });
      return usbkit.make("div", {}, [usbkit.make("dt", { dir: "ltr" }, caps), usbkit.make("dd", {}, [usbkit.word(row[1], {})])]);
    });
    const parts = [usbkit.make("dl", { class: "keys" }, rows)];
    if (usbkit.player) {
      parts.push(usbkit.choice("key-focus", "keys-by-focus"));
    }
    open(usbkit.word("keys", {}), parts);
  }

  // A box to tick that is remembered under `name`.
  usbkit.choice = function (word, name, changed) {
    const box = usbkit.make("input", { type: "checkbox" });
    box.checked = usbkit.recall(name) === true;
    box.addEventListener("change", function () {
      usbkit.remember(name, box.checked);
      if (changed) {
        changed();
      }
    });
    return usbkit.make("p", {}, [usbkit.make("label", { class: "check" }, [box, " " + usbkit.word(word, {})])]);
  };
  usbkit.dialog = { open, listKeys, isOpen: function () { return isOpen; } };
  const button = document.getElementById("keys");
  if (button) {
    button.addEventListener("click", listKeys);
  }
}(window.usbkit));
