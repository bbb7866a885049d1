// The player: the browser's own, with speed, resuming, and what is said when it cannot play.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const video = document.getElementById("video");
  const speed = document.getElementById("speed");
  const END_MS = 15000;
  const followers = [];
  let savedAt = -1;

  // In seconds; before the video says it, as the programme has it.
  function length() {
    return video.duration || data.length / 1000;
  }

  function play() {
    const started = video.play();
    if (started) {
      started.catch(function () {
        // The browser wants a press on the button first, or the video cannot be played, which is said elsewhere.
      });
    }
  }

  // `follower` hears whenever another moment is heard, or asked for.
  function follow(follower) {
    followers.push(follower);
    video.addEventListener("timeupdate", follower);
    video.addEventListener("seeking", follower);
  }

  // Goes to a moment, in seconds. Before anything of the video is loaded, too: then it is where playback begins, and
  // currentTime says so already (HTML, section 4.8.11.6, "default playback start position"). Who follows hears of it at
  // once, since the video's own events come when it has found its picture, and never where its file is missing.
  function move(seconds) {
    video.currentTime = Math.min(Math.max(0, seconds), length());
    followers.forEach(function (follower) {
      follower();
    });
  }

  function seek(ms, isToPlay) {
    move(ms / 1000);
    document.getElementById("resume").hidden = true;
    if (isToPlay) {
      play();
    }
  }

  function offerToResume() {
    const at = usbkit.recall("at/" + data.stem);
    const place = document.getElementById("resume");
    // Another edition may have a shorter recording under this name.
    if (!(at > END_MS && at < data.length)) {
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
    const isAtEnd = length() * 1000 - at < END_MS;
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

  // What the menu does not offer, as the browser's own may have it, leaves the menu empty.
  function setSpeed(rate) {
    video.defaultPlaybackRate = rate; // with which another version of the recording begins
    video.playbackRate = rate;
    speed.value = String(rate);
  }

  usbkit.player = { video, file: data.video, play, seek, move, follow, length, setSpeed, offerToResume };

  speed.addEventListener("change", function () {
    setSpeed(Number(speed.value));
  });
  video.addEventListener("ratechange", function () {
    setSpeed(video.playbackRate);
    if (speed.value) {
      usbkit.remember("speed", video.playbackRate);
    }
  });
  video.addEventListener("error", showTrouble);
  video.querySelector("source").addEventListener("error", showTrouble);
  // What failed before anyone listened. Not asked before the page has loaded, which waits for the video: a browser that
  // is still choosing its file has no source either.
  window.addEventListener("load", function () {
    if (video.error || video.networkState === video.NETWORK_NO_SOURCE) {
      showTrouble();
    }
  });
  video.addEventListener("loadedmetadata", function () {
    document.getElementById("trouble").hidden = true;
  });
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
  // Said to the menu in any case: a browser that opens a page anew may fill it in as it was.
  setSpeed(usbkit.recall("speed") > 0 ? Math.min(2, Math.max(0.5, usbkit.recall("speed"))) : 1);
  window.addEventListener("pagehide", save);
}(window.usbkit));
