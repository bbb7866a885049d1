// Every way to a moment ends here: a hit, an answer, a chapter, an address. Player, subtitles and transcript go there.
(function (usbkit) {
  "use strict";

  const player = document.getElementById("player");

  // What an address asks for: #t=754&sub=ru&find=card.
  function read(hash) {
    const values = usbkit.readHash(hash);
    return {
      ms: /^\d+(\.\d+)?$/.test(values.t) ? Number(values.t) * 1000 : null,
      language: usbkit.subtitles.isKnown(values.sub) ? values.sub : "",
      find: values.find || ""
    };
  }

  function arrive(place, isToPlay) {
    const isFocusLost = document.getElementById("results").contains(document.activeElement);
    usbkit.search.leave();
    if (isFocusLost) {
      usbkit.player.video.focus({ preventScroll: true });
    }
    if (place.language) {
      usbkit.subtitles.show(place.language);
    }
    if (place.ms !== null) {
      usbkit.player.seek(place.ms, isToPlay);
    }
    if (place.language || place.find) {
      usbkit.panel.show("transcript");
    }
    if (usbkit.transcript) {
      usbkit.transcript.reach(place);
    }
    player.scrollIntoView({ block: "nearest" });
  }

  function follow(event) {
    const link = event.target.closest && event.target.closest('a[href*="#t="]');
    if (!link || link.pathname !== location.pathname || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    const place = read(link.hash);
    const exactly = link.getAttribute("data-at");
    event.preventDefault();
    place.ms = exactly ? Number(exactly) : place.ms;
    arrive(place, true);
    usbkit.writeHash(link.hash);
  }

  // The address says where to begin; true where it names a moment.
  function followAddress() {
    const place = read(location.hash);
    if (place.ms !== null || place.language) {
      arrive(place, false);
    }
    return place.ms !== null;
  }

  document.addEventListener("click", follow);
  window.addEventListener("hashchange", followAddress);
  if (!followAddress()) {
    usbkit.player.offerToResume();
  }
}(window.usbkit));
