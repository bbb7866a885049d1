// The player: the browser's own, with speed, resuming, and what is said when it cannot play.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const video = document.getElementById("video");
  const speed = document.getElementById("speed");
  const END_MS = 15000;
  let savedAt = -1;

  function whenReady(act) {
    if (video.readyState >= 1) {
      act();
    } else {
      video.addEventListener("loadedmetadata", act, { once: true });
    }
  }

  function play() {
    const started = video.play();
    if (started) {
      started.catch(function () {
        // The browser wants a press on the button first, or the video cannot be played, which is said elsewhere.
      });
    }
  }

  function seek(ms, isToPlay) {
    whenReady(function () {
      video.currentTime = Math.max(0, ms / 1000);
    });
    document.getElementById("resume").hidden = true;
    if (isToPlay) {
      play();
    }
  }

  function offerToResume() {
    const at = usbkit.recall("at/" + data.stem);
    const place = document.getElementById("resume");
    if (!(at > END_MS)) {
      return;
    }
    const button = usbkit.make("button", { type: "button" }, [usbkit.word("resume", { time: usbkit.clock(at) })]);
    button.addEventListener("click", function () {
      seek(at, true);
    });
    place.appendChild(button);
    place.hidden = false;
  }

  function save() {
    const at = Math.floor(video.currentTime * 1000);
    if (!(at > 0) || at === savedAt) {
      return;
    }
    const isAtEnd = video.duration * 1000 - at < END_MS;
    savedAt = at;
    usbkit.remember("at/" + data.stem, isAtEnd ? 0 : at);
    usbkit.remember("last", { stem: data.stem, ms: isAtEnd ? 0 : at });
    if (isAtEnd) {
      usbkit.remember("seen/" + data.stem, true);
    }
  }

  function showTrouble() {
    document.getElementById("trouble").hidden = false;
  }

  function setSpeed(rate) {
    video.defaultPlaybackRate = rate;
    video.playbackRate = rate;
  }

  usbkit.player = { video, play, seek, offerToResume };

  speed.addEventListener("change", function () {
    setSpeed(Number(speed.value));
  });
  video.addEventListener("ratechange", function () {
    const value = String(video.playbackRate);
    if (speed.querySelector('option[value="' + value + '"]')) {
      speed.value = value;
      usbkit.remember("speed", video.playbackRate);
    }
  });
  video.addEventListener("error", showTrouble);
  video.querySelector("source").addEventListener("error", showTrouble);
  if (video.networkState === video.NETWORK_NO_SOURCE) {
    showTrouble(); // It failed before anyone listened.
  }
  video.addEventListener("timeupdate", function () {
    if (Math.abs(video.currentTime * 1000 - savedAt) > 5000) {
      save();
    }
  });
  video.addEventListener("pause", save);
  const ended = document.getElementById("ended");
  video.addEventListener("ended", function () {
    if (ended) {
      ended.hidden = false;
    }
  });
  video.addEventListener("playing", function () {
    document.getElementById("resume").hidden = true;
    if (ended) {
      ended.hidden = true;
    }
  });
  if (usbkit.recall("speed") > 0) {
    setSpeed(Math.min(2, Math.max(0.5, usbkit.recall("speed"))));
  }
  window.addEventListener("pagehide", save);
}(window.usbkit));
