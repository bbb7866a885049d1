// The player: the browser's own, with our subtitles, moments in the address, speed, keys and resuming.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const video = document.getElementById("video");
  const choice = document.getElementById("subtitles");
  const speed = document.getElementById("speed");
  const filled = {};
  const END_MS = 15000;
  let savedAt = -1;

  // Over file:// a <track> file is refused, so cues come as data and become a track here; the website has real ones.
  function findTrack(language) {
    return Array.prototype.find.call(video.textTracks, function (track) {
      return track.language === language;
    });
  }

  function fill(language) {
    if (filled[language] || data.target === "web") {
      return;
    }
    filled[language] = true;
    usbkit.load("cues/" + data.stem + "." + language).then(function (cues) {
      const track = findTrack(language);
      cues.s.forEach(function (start, index) {
        const cue = new VTTCue(start / 1000, Math.max(cues.e[index], start + 1) / 1000, cues.t[index]);
        track.addCue(Object.assign(cue, cues.g && cues.g[index]));
      });
    }, function () {
      filled[language] = false;
    });
  }

  function show(language) {
    Array.prototype.forEach.call(video.textTracks, function (track) {
      track.mode = track.language === language ? "showing" : "disabled";
    });
    if (language) {
      fill(language);
    }
    if (choice && choice.value !== language) {
      choice.value = language;
    }
  }

  function addTracks() {
    if (data.target !== "web") {
      data.tracks.forEach(function (language) {
        video.addTextTrack("subtitles", data.languages[language].name, language).mode = "disabled";
      });
    }
    // The browser's own menu may choose too.
    video.textTracks.addEventListener("change", function () {
      const showing = Array.prototype.find.call(video.textTracks, function (track) {
        return track.mode === "showing";
      });
      const language = showing ? showing.language : "";
      if (choice && choice.value !== language) {
        choice.value = language;
      }
      if (language) {
        fill(language);
      }
    });
  }

  function firstChoice() {
    const wanted = [usbkit.readHash().sub, usbkit.recall("subtitles"), data.language, data.tracks[0]];
    return wanted.find(function (language) {
      return language === "" || data.tracks.indexOf(language) >= 0;
    }) || "";
  }

  function whenReady(act) {
    if (video.readyState >= 1) {
      act();
    } else {
      video.addEventListener("loadedmetadata", act, { once: true });
    }
  }

  function seek(ms, play) {
    whenReady(function () {
      video.currentTime = Math.max(0, ms / 1000);
    });
    document.getElementById("resume").hidden = true;
    if (play) {
      const started = video.play();
      if (started) {
        started.catch(function () {
          // The browser wants a press on the button first.
        });
      }
    }
  }

  function momentOf(hash) {
    const match = /[#&]t=(\d+(?:\.\d+)?)/.exec(hash);
    return match ? Number(match[1]) * 1000 : null;
  }

  function reachMoment() {
    const ms = momentOf(location.hash);
    if (ms !== null) {
      seek(ms, false);
    }
    return ms !== null;
  }

  function jump(event) {
    const link = event.target.closest && event.target.closest('a[href*="#t="]');
    if (!link || link.pathname !== location.pathname || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    event.preventDefault();
    usbkit.writeHash(link.hash);
    seek(Number(link.getAttribute("data-at")) || momentOf(link.hash), true);
    document.getElementById("player").scrollIntoView({ block: "nearest" });
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
  }

  function toggleSubtitles() {
    show(choice && choice.value ? "" : usbkit.recall("subtitles") || firstChoice() || data.tracks[0] || "");
  }

  function toggleFullScreen() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else if (video.requestFullscreen) {
      video.requestFullscreen();
    } else if (video.webkitRequestFullscreen) {
      video.webkitRequestFullscreen();
    }
  }

  const KEYS = {
    " ": function () { if (video.paused) { video.play(); } else { video.pause(); } },
    ArrowLeft: function () { video.currentTime -= 5; },
    ArrowRight: function () { video.currentTime += 5; },
    j: function () { video.currentTime -= 10; },
    l: function () { video.currentTime += 10; },
    c: toggleSubtitles,
    f: toggleFullScreen
  };
  KEYS.k = KEYS[" "];

  function press(event) {
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      act();
    }
  }

  function say(button, text) {
    const before = button.textContent;
    button.textContent = text;
    window.setTimeout(function () {
      button.textContent = before;
    }, 2000);
  }

  // The clipboard's own interface is absent over file:// in some browsers; the old way works in all.
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

  function copyLink(event) {
    const address = location.href.split("#")[0];
    copy(address + "#t=" + Math.floor(video.currentTime), event.currentTarget);
  }

  function showTrouble() {
    document.getElementById("trouble").hidden = false;
  }

  function showSlides() {
    const figure = document.getElementById("slide");
    const pages = [];
    let current = null;
    data.slides.forEach(function (slides) {
      slides.p.forEach(function (page) {
        pages.push({ ms: page[0], image: page[1], number: page[2], of: slides.n, file: slides.u });
      });
    });
    if (!figure || !pages.length) {
      return;
    }
    pages.sort(function (a, b) {
      return a.ms - b.ms;
    });
    function update() {
      const now = video.currentTime * 1000;
      const page = pages.reduce(function (found, candidate) {
        return candidate.ms <= now ? candidate : found;
      }, null);
      if (page === current) {
        return;
      }
      current = page;
      figure.hidden = !page;
      if (page) {
        const caption = usbkit.word("page", { page: String(page.number), pages: String(page.of) });
        const image = document.getElementById("slide-image");
        image.src = data.root + page.image;
        image.alt = usbkit.word("slide", {}) + ": " + caption;
        document.getElementById("slide-link").href = data.root + page.file + "#page=" + page.number;
        document.getElementById("slide-caption").textContent = caption;
      }
    }
    video.addEventListener("timeupdate", update);
    video.addEventListener("seeked", update);
    update();
  }

  usbkit.player = { video, seek, copy };

  addTracks();
  show(firstChoice());
  if (choice) {
    choice.addEventListener("change", function () {
      usbkit.remember("subtitles", choice.value);
      show(choice.value);
    });
  }
  speed.addEventListener("change", function () {
    video.playbackRate = Number(speed.value);
  });
  video.addEventListener("ratechange", function () {
    const value = String(video.playbackRate);
    if (speed.querySelector('option[value="' + value + '"]')) {
      speed.value = value;
    }
  });
  video.addEventListener("keydown", press);
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
  window.addEventListener("pagehide", save);
  window.addEventListener("hashchange", reachMoment);
  document.addEventListener("click", jump);
  document.getElementById("link").addEventListener("click", copyLink);
  showSlides();
  if (!reachMoment()) {
    offerToResume();
  }
}(window.usbkit));
