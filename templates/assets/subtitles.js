// Subtitles on the picture: cues become tracks of the browser's own player, in one language or in two.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const video = document.getElementById("video");
  const choice = document.getElementById("subtitles");
  const absent = document.getElementById("absent");
  const filled = {};
  const failed = {};
  const lacking = { subtitles: [], transcript: [] };
  // Where each cue stands on the picture of its own.
  const places = new WeakMap();
  let first = "";
  let second = "";
  let last = "";
  let isAtTop = false;

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
      end(language, true);
    }, function () {
      filled[language] = false;
      end(language, false);
    });
  }

  function end(language, isThere) {
    failed[language] = !isThere;
    put(language);
    sayFailed();
  }

  function shown() {
    return [first, first && second].filter(Boolean);
  }

  function sayFailed() {
    lack("subtitles", shown().filter(function (language) {
      return failed[language];
    }));
  }

  // Names the languages whose files could not be loaded, each once, whether `part` shows them or another does.
  function lack(part, languages) {
    lacking[part] = languages;
    const all = data.tracks.filter(function (tag) {
      return lacking.subtitles.concat(lacking.transcript).indexOf(tag) >= 0;
    });
    absent.hidden = !all.length;
    absent.textContent = all.map(function (tag) {
      return data.languages[tag].name + usbkit.word("colon", {}) + usbkit.word("unreadable", {});
    }).join(" ");
  }

  // The second language of two stands at the other edge of the picture, so that neither covers the other.
  function put(language) {
    const track = findTrack(language);
    const isTop = (language === second && second !== first) !== isAtTop;
    Array.prototype.forEach.call((track && track.cues) || [], function (cue) {
      if (!places.has(cue)) {
        places.set(cue, cue.line);
      }
      cue.line = isTop ? 0 : places.get(cue);
    });
  }

  function arrange(language, top) {
    second = isKnown(language) ? language : "";
    isAtTop = top;
    show(first);
  }

  function isKnown(language) {
    return data.tracks.indexOf(language) >= 0;
  }

  // `language` is one of the recording's or empty for none.
  function show(language) {
    choose(language);
    Array.prototype.forEach.call(video.textTracks, function (track) {
      track.mode = shown().indexOf(track.language) >= 0 ? "showing" : "disabled";
    });
    shown().forEach(fill);
    data.tracks.forEach(put);
    sayFailed();
  }

  function choose(language) {
    first = language;
    last = language || last;
    if (choice && choice.value !== language) {
      choice.value = language;
    }
  }

  function ownLanguage() {
    const own = data.tracks.find(function (tag) {
      return data.languages[tag].code === data.language;
    });
    return own || data.tracks[0] || "";
  }

  function firstChoice() {
    return [usbkit.readHash().sub, usbkit.recall("subtitles"), ownLanguage()].find(function (language) {
      return language === "" || isKnown(language);
    });
  }

  function toggle() {
    show(first ? "" : last || ownLanguage());
  }

  if (data.target !== "web") {
    data.tracks.forEach(function (tag) {
      const kind = tag === data.languages[tag].code ? "subtitles" : "captions";
      video.addTextTrack(kind, data.languages[tag].name, tag).mode = "disabled";
    });
  }
  Array.prototype.forEach.call(video.querySelectorAll("track"), function (element) {
    element.addEventListener("load", end.bind(null, element.srclang, true));
    element.addEventListener("error", end.bind(null, element.srclang, false));
  });
  // The browser's own menu may choose too.
  video.textTracks.addEventListener("change", function () {
    const showing = data.tracks.filter(function (tag) {
      return findTrack(tag).mode === "showing";
    });
    const others = showing.filter(function (tag) {
      return tag !== second;
    });
    choose(others.concat(showing)[0] || "");
    shown().forEach(fill);
    data.tracks.forEach(put);
    sayFailed();
  });
  // Firefox chooses one track by itself when the video has been opened, and takes the second away.
  ["loadedmetadata", "loadeddata"].forEach(function (moment) {
    video.addEventListener(moment, function () {
      show(first);
    });
  });
  show(firstChoice());
  if (choice) {
    choice.addEventListener("change", function () {
      usbkit.remember("subtitles", choice.value);
      show(choice.value);
    });
  }

  usbkit.subtitles = { show, arrange, toggle, isKnown, lack };
}(window.usbkit));
