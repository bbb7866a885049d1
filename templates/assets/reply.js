// The recipient's answer: fills in mail, text and form as they are typed, by the rules of usbkit/site/reply.py.
(function (usbkit) {
  "use strict";

  const words = usbkit.data().reply;
  const link = document.getElementById("reply-mail");
  const form = document.getElementById("reply");

  function plain(typed) {
    return typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  }

  // What the drive says of itself, as claimed: compared with the label by whoever writes.
  function claimed() {
    const said = window.usbkitDrive && window.usbkitDrive.reference;
    return typeof said === "string" && /^[0-9A-HJKMNP-TV-Z]{5}$/.test(said) ? said : "";
  }

  function field(id) {
    const element = document.getElementById("reply-" + id);
    return element ? element.value.trim() : "";
  }

  function read() {
    const chosen = form && document.getElementById("reply-recording").selectedOptions[0];
    return {
      drive: form ? plain(field("drive")) : claimed(),
      plays: !form || !document.getElementById("reply-trouble").checked,
      who: field("who"),
      answers: form ? Array.prototype.map.call(form.querySelectorAll(".reply-ask"), function (area) {
        return area.value.trim();
      }) : words.asks.map(function () {
        return "";
      }),
      recording: chosen ? chosen.getAttribute("data-title") || "" : "",
      moment: field("moment"),
      question: field("question")
    };
  }

  function mark(said) {
    return "[USB " + (said.drive || words.gap) + " " + (said.plays ? "plays" : "trouble") + "]";
  }

  function write(said, isShort) {
    const sentence = said.plays ? words.plays : words.trouble;
    const place = [said.recording, said.moment].filter(Boolean).join(", ");
    let lines = [mark(said)].concat(said.drive ? [] : [words.gap + ": " + words.hint], sentence, isShort ? [] : words.about);
    lines = lines.concat("", words.who + ": " + said.who, "");
    words.asks.forEach(function (ask, at) {
      lines.push((at + 1) + "." + (isShort ? "" : " " + ask), said.answers[at]);
    });
    lines.push(words.question + ": " + place);
    return lines.concat(said.question ? [said.question] : []).join("\n");
  }

  // The address that opens a mail; what is too long for mail programs is left out, and `isWhole` tells.
  function address(said) {
    const texts = [write(said, false), write(said, true), mark(said) + "\n" + (said.plays ? words.plays : words.trouble) + "\n"];
    const begin = "mailto:" + encodeURIComponent(words.email).replace("%40", "@") +
      "?subject=" + encodeURIComponent(mark(said) + " " + words.subject) + "&body=";
    const made = texts.map(function (text) {
      return begin + encodeURIComponent(text.replace(/\n/g, "\r\n"));
    });
    const at = made.findIndex(function (one) {
      return one.length <= words.most;
    });
    return { href: made[at < 0 ? 2 : at], isWhole: at === 0 || at === 1 };
  }

  function show() {
    const said = read();
    if (link) {
      const made = address(said);
      link.href = made.href;
      if (form) {
        document.getElementById("reply-long").hidden = made.isWhole;
      }
    }
    if (form) {
      document.getElementById("reply-text").textContent = write(said, false);
    }
  }

  // #r=03-id-cards&t=754: the recording and the moment that the question is about.
  function begin() {
    const place = usbkit.readHash();
    document.getElementById("reply-drive").value = claimed();
    if (/^[a-z0-9-]+$/.test(place.r || "")) {
      document.getElementById("reply-recording").value = place.r;
    }
    if (/^\d{1,6}$/.test(place.t || "")) {
      document.getElementById("reply-moment").value = usbkit.clock(Number(place.t) * 1000);
    }
    form.addEventListener("input", show);
    form.addEventListener("change", show);
    document.getElementById("reply-copy").addEventListener("click", function (event) {
      usbkit.copy(document.getElementById("reply-text").textContent, event.currentTarget);
    });
    document.getElementById("reply-print").addEventListener("click", function () {
      window.print();
    });
  }

  if (form) {
    begin();
  }
  show();
  // A browser that comes back to a page may fill its fields in as they were.
  window.addEventListener("pageshow", show);
}(window.usbkit));
