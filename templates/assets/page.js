// What every page does: keep place and choice when the language changes, and say what the drive says of itself.
(function (usbkit) {
  "use strict";

  if (!usbkit) {
    document.getElementById("missing").className = "notice"; // The first script is missing, and with it all that scripts do.
    return;
  }

  const data = usbkit.data();

  // The choice is kept where storage allows; the page opened by double-click then leads to the language chosen last.
  // The checking page names its own (#language=en).
  function followChoice() {
    const asked = usbkit.readHash().language;
    const isFirst = data.page === "index" && data.root === "";
    if (!isFirst || (location.hash && !asked)) {
      return;
    }
    if (asked) {
      usbkit.writeHash("");
    }
    if (typeof data.twins[asked] === "string") {
      usbkit.remember("language", asked);
    }
    const chosen = typeof data.twins[asked] === "string" ? asked : usbkit.recall("language");
    if (chosen !== data.language && typeof data.twins[chosen] === "string") {
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
    const folder = usbkit.decode(location.pathname).split("/").slice(0, -depth).join("/");
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
      if (/^[0-9A-Z]{5}$/.test(claims.drive.replaces)) {
        said.push(usbkit.word("replaces", { drive: claims.drive.replaces }));
      }
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
    // Another edition may have another recording under that name, and a shorter one.
    const isMoment = isKnown && last.ms > 0 && last.ms < Number(isKnown.getAttribute("data-length"));
    if (!place) {
      return;
    }
    place.textContent = "";
    place.hidden = !isMoment;
    if (!isMoment) {
      return;
    }
    const href = data.root + "pages/" + data.language + "/" + last.stem + ".html#t=" + Math.floor(last.ms / 1000);
    const heading = isKnown.querySelector("h3, h4");
    place.appendChild(usbkit.make("a", { href }, [
      heading ? heading.textContent : "", " – ", usbkit.word("resume", { time: usbkit.clock(last.ms) })
    ]));
  }

  // Cards say how far one is, and what was watched to its end.
  function markCards() {
    Array.prototype.forEach.call(document.querySelectorAll(".card[data-stem]"), function (card) {
      const stem = card.getAttribute("data-stem");
      const at = usbkit.recall("at/" + stem);
      const poster = card.querySelector(".poster");
      Array.prototype.forEach.call(card.querySelectorAll(".so-far, .seen"), function (mark) {
        mark.remove();
      });
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

  function showProgress() {
    offerToContinue();
    markCards();
  }

  // A link to a section leads beneath the bar at the top, which is as high as its languages make it.
  function clearBar() {
    const bar = document.querySelector(".top");
    const isFixed = window.getComputedStyle(bar).position === "sticky";
    document.documentElement.style.scrollPaddingTop = isFixed ? bar.offsetHeight + 16 + "px" : "";
  }

  followChoice();
  clearBar();
  window.addEventListener("resize", clearBar);
  window.addEventListener("load", clearBar);
  Array.prototype.forEach.call(document.querySelectorAll("[data-language][hreflang]"), function (link) {
    link.addEventListener("click", keepPlace);
  });
  showDrive();
  showProgress();
  // A page that the browser kept is as it was when one left it.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) {
      showProgress();
    }
  });
}(window.usbkit));
