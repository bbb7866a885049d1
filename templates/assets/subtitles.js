// Subtitles on the picture: cues become tracks of the browser's own player, in one language or in two.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const video = document.getElementById("video");
  const choice = document.getElementById("subtitles");
  const filled = {};
  let second = "";
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
      filled[language] = cues;
      cues.s.forEach(function (start, index) {
        const cue = new VTTCue(start / 1000, Math.max(cues.e[index], start + 1) / 1000, cues.t[index]);
        track.addCue(Object.assign(cue, cues.g && cues.g[index]));
      });
      put(language);
    }, function () {
      filled[language] = false;
    });
  }

  // The second language stands at the other edge of the picture, so that neither covers the other.
  function put(language) {
    const track = findTrack(language);
    const isTop = (language === second) !== isAtTop;
    Array.prototype.forEach.call((track && track.cues) || [], function (cue, index) {
      const own = filled[language] && filled[language].g && filled[language].g[index];
      cue.line = isTop ? 0 : own && "line" in own ? own.line : "auto";
    });
  }

  function arrange(language, top) {
    second = isKnown(language) ? language : "";
    isAtTop = top;
    show(choice ? choice.value : "");
    data.tracks.forEach(put);
  }

  function isKnown(language) {
    return data.tracks.indexOf(language) >= 0;
  }

  // `language` is one of the recording's or empty for none.
  function show(language) {
    Array.prototype.forEach.call(video.textTracks, function (track) {
      const isShown = track.language === language || (language && track.language === second);
      track.mode = isShown ? "showing" : "disabled";
    });
    [language, language && second].filter(Boolean).forEach(fill);
    data.tracks.forEach(put);
    if (choice && choice.value !== language) {
      choice.value = language;
    }
  }

  function firstChoice() {
    const wanted = [usbkit.readHash().sub, usbkit.recall("subtitles"), data.language, data.tracks[0]];
    return wanted.find(function (language) {
      return language === "" || isKnown(language);
    }) || "";
  }

  function toggle() {
    show(choice && choice.value ? "" : usbkit.recall("subtitles") || firstChoice() || data.tracks[0] || "");
  }

  if (data.target !== "web") {
    data.tracks.forEach(function (language) {
      video.addTextTrack("subtitles", data.languages[language].name, language).mode = "disabled";
    });
  }
  // The browser's own menu may choose too.
  video.textTracks.addEventListener("change", function () {
    const showing = Array.prototype.find.call(video.textTracks, function (track) {
      return track.mode === "showing" && (track.language !== second || (choice && choice.value === second));
    });
    const language = showing ? showing.language : "";
    if (choice && choice.value !== language) {
      choice.value = language;
    }
    if (language) {
      fill(language);
    }
  });
  // Firefox chooses one track by itself when the video has been opened, and takes the second away.
  ["loadedmetadata", "loadeddata"].forEach(function (moment) {
    video.addEventListener(moment, function () {
      show(choice ? choice.value : "");
    });
  });
  show(firstChoice());
  if (choice) {
    choice.addEventListener("change", function () {
      usbkit.remember("subtitles", choice.value);
      show(choice.value);
    });
  }

  usbkit.subtitles = { show, arrange, toggle, isKnown };
}(window.usbkit));
