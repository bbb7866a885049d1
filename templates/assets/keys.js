// Keys, wherever the focus is but in a field. The browser's own controls would act a second time: they are overtaken
// in the capture phase, since in Chromium they do not heed preventDefault.
(function (usbkit) {
  "use strict";

  const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
  const PRESSED = "a[href], button, summary, input, [role=tab]";
  const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];

  function skip(video, seconds) {
    usbkit.player.move(video.currentTime + seconds);
  }

  function reachPart(_video, part) {
    usbkit.player.move(usbkit.player.length() * part);
  }

  function turnVolume(video, by) {
    video.muted = false;
    video.volume = Math.min(1, Math.max(0, Math.round(video.volume * 20 + by) / 20));
  }

  // To the nearest that is faster or slower: the browser's own menu has speeds between these and beyond them.
  function changeSpeed(video, by) {
    const rates = by > 0 ? RATES : RATES.slice().reverse();
    const next = rates.find(function (rate) {
      return by * rate > by * video.playbackRate;
    });
    if (next) {
      usbkit.player.setSpeed(next);
    }
  }

  function toggleFullScreen(video) {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else if (document.webkitFullscreenElement) {
      document.webkitExitFullscreen();
    } else if (video.requestFullscreen) {
      video.requestFullscreen();
    } else if (video.webkitRequestFullscreen) {
      video.webkitRequestFullscreen();
    }
  }

  function togglePlaying(video) {
    if (video.paused) {
      usbkit.player.play();
    } else {
      video.pause();
    }
  }

  const ON_VIDEO = {
    " ": togglePlaying,
    k: togglePlaying,
    ArrowLeft: function (video) { skip(video, -5); },
    ArrowRight: function (video) { skip(video, 5); },
    j: function (video) { skip(video, -10); },
    l: function (video) { skip(video, 10); },
    ArrowUp: function (video) { turnVolume(video, 1); },
    ArrowDown: function (video) { turnVolume(video, -1); },
    m: function (video) { video.muted = !video.muted; },
    c: function () { usbkit.subtitles.toggle(); },
    f: toggleFullScreen,
    Home: function (video) { reachPart(video, 0); },
    End: function (video) { reachPart(video, 1); },
    "<": function (video) { changeSpeed(video, -1); },
    ">": function (video) { changeSpeed(video, 1); }
  };
  "0123456789".split("").forEach(function (digit) {
    ON_VIDEO[digit] = function (video) { reachPart(video, Number(digit) / 10); };
  });
  // Whoever holds one of these down presses it once.
  const ONCE = [" ", "k", "m", "c", "f", "?"];
  const ON_PAGE = {
    "/": function () { document.getElementById("q").focus(); },
    "?": function () { usbkit.dialog.listKeys(); }
  };

  // The key's name; where the layout has other letters on it, the one that a Latin keyboard has there.
  function nameOf(event) {
    const name = event.key;
    if (name.length !== 1 || name <= "\u007f") {
      return name.length === 1 ? name.toLowerCase() : name;
    }
    const letter = /^Key([A-Z])$/.exec(event.code);
    const signs = { Comma: "<", Period: ">", Slash: "?" };
    return letter ? letter[1].toLowerCase() : event.shiftKey ? signs[event.code] || name : name;
  }

  // Whether the element that has the focus needs the key itself.
  function isTaken(target, name) {
    if (!target.closest || target.closest(FIELDS)) {
      return true;
    }
    const own = target.closest("[data-keys]");
    return (name === " " && target.closest(PRESSED)) || (own && own.getAttribute("data-keys").split(" ").indexOf(name) >= 0);
  }

  // The arrows up and down, Home and End turn the page where the player is out of sight.
  function isInSight(video) {
    const box = video.getBoundingClientRect();
    return box.bottom > box.height / 3 && box.top < window.innerHeight - box.height / 3;
  }

  function press(event) {
    const name = nameOf(event);
    if (event.shiftKey && name.length > 1) {
      return; // This selects text.
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTaken(event.target, name)) {
      return;
    }
    if (usbkit.dialog.isOpen()) {
      return;
    }
    const player = usbkit.player && usbkit.search.isClosed() ? usbkit.player.video : null;
    const video = player && usbkit.recall("keys-by-focus") === true && event.target !== player ? null : player;
    const turnsPage = /^(ArrowUp|ArrowDown|Home|End)$/.test(name) && event.target !== video;
    const act = (video && !(turnsPage && !isInSight(video)) && ON_VIDEO[name]) || (usbkit.recall("keys-by-focus") === true ? null : ON_PAGE[name]);
    if (act) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!event.repeat || ONCE.indexOf(name) < 0) {
        act(video);
      }
    }
  }

  window.addEventListener("keydown", press, true);
}(window.usbkit));
