// What every page does: keep place and choice when the language changes, and say what the drive says of itself.
(function (usbkit) {
  "use strict";

  const missing = document.getElementById("missing");
  if (!usbkit) {
    missing.className = "notice"; // The first script is missing, and with it all that scripts do.
    return;
  }

  // Files of the page that did not arrive are named. A missing video or subtitle is said where it would be.
  function nameMissing() {
    const names = usbkit.missing.filter(function (path) {
      return !/\/(drive|cues\/.*)\.js$/.test(path);
    });
    if (names.length) {
      missing.textContent = usbkit.word("missing", { files: names.join(", ") }) + ". " + missing.textContent;
      missing.className = "notice";
    }
  }

  const data = usbkit.data();

  // The choice is kept where storage allows; the page opened by double-click then leads to the language chosen last.
  function followChoice() {
    const chosen = usbkit.recall("language");
    const isFirst = data.page === "index" && data.root === "";
    if (isFirst && !location.hash && chosen !== data.language && typeof data.twins[chosen] === "string") {
      location.replace(data.twins[chosen]);
    }
  }

  // The section that the reader sees first.
  function currentSection() {
    let current = "";
    Array.prototype.forEach.call(document.querySelectorAll("#content section[id]"), function (section) {
      if (section.getBoundingClientRect().top < window.innerHeight / 3) {
        current = section.id;
      }
    });
    return window.pageYOffset > 0 ? current : "";
  }

  function keepPlace(event) {
    const link = event.currentTarget;
    const video = document.getElementById("video");
    const query = usbkit.readHash().q;
    const place = query ? "q=" + encodeURIComponent(query) : video && video.currentTime >= 1 ? "t=" + Math.floor(video.currentTime) : currentSection();
    usbkit.remember("language", link.getAttribute("data-language"));
    link.hash = place;
  }

  // A drive's own folder is its top: E:\, /media/NAME, /run/media/USER/NAME, /Volumes/NAME. Anywhere else is a copy.
  function isDriveItself() {
    const depth = data.root.length / 3 + 1;
    const folder = decodeURIComponent(location.pathname).split("/").slice(0, -depth).join("/");
    return location.protocol === "file:" && (
      /^\/[D-Zd-z]:$/.test(folder) ||
      /^\/(media|Volumes|mnt)\/[^/]+$/.test(folder) ||
      /^(\/run)?\/media\/[^/]+\/[^/]+$/.test(folder)
    );
  }

  function describeDrive(claims) {
    const said = [];
    if (claims.drive && claims.drive.number) {
      said.push(usbkit.word("drive", { number: String(claims.drive.number), of: String(claims.drive.of) }));
    }
    if (claims.edition) {
      said.push(usbkit.word("edition", { edition: String(claims.edition) }));
    }
    if (claims.signed === true) {
      said.push(usbkit.word("signed", {}));
    }
    return said.concat(usbkit.word("claim", {})).join(" ");
  }

  function showDrive() {
    const place = document.getElementById("drive");
    const claims = window.usbkitDrive;
    if (!place || data.target !== "drive") {
      return;
    }
    if (!isDriveItself()) {
      place.textContent = usbkit.word("copy", {});
      place.hidden = false;
    } else if (claims && typeof claims === "object") {
      place.textContent = describeDrive(claims);
      place.hidden = false;
    }
  }

  function offerToContinue() {
    const place = document.getElementById("continue");
    const last = usbkit.recall("last");
    const isKnown = last && /^[a-z0-9-]+$/.test(last.stem) && document.querySelector('[data-stem="' + last.stem + '"]');
    if (!place || !isKnown || !(last.ms > 0)) {
      return;
    }
    const href = data.root + "pages/" + data.language + "/" + last.stem + ".html#t=" + Math.floor(last.ms / 1000);
    const heading = isKnown.querySelector("h3, h4");
    place.appendChild(usbkit.make("a", { href }, [
      heading ? heading.textContent : "", " – ", usbkit.word("resume", { time: usbkit.clock(last.ms) })
    ]));
    place.hidden = false;
  }

  // Cards say how far one is, and what was watched to its end.
  function markCards() {
    Array.prototype.forEach.call(document.querySelectorAll(".card[data-stem]"), function (card) {
      const stem = card.getAttribute("data-stem");
      const at = usbkit.recall("at/" + stem);
      const poster = card.querySelector(".poster");
      if (at > 0) {
        const bar = usbkit.make("span", { class: "so-far" }, [usbkit.make("span", {})]);
        bar.firstChild.style.width = Math.min(100, 100 * at / Number(card.getAttribute("data-length"))) + "%";
        poster.appendChild(bar);
      }
      if (usbkit.recall("seen/" + stem) === true) {
        card.querySelector(".card-text p").appendChild(usbkit.make("span", { class: "seen" }, [" ✓ " + usbkit.word("seen", {})]));
      }
    });
  }

  followChoice();
  Array.prototype.forEach.call(document.querySelectorAll("[data-language][hreflang]"), function (link) {
    link.addEventListener("click", keepPlace);
  });
  window.addEventListener("load", nameMissing);
  showDrive();
  offerToContinue();
  markCards();
}(window.usbkit));
