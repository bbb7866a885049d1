// Versions of the recording with audio description or sign language: another file with the same moments.
(function (usbkit) {
  "use strict";

  const choice = document.getElementById("version");
  if (!choice) {
    return;
  }
  const data = usbkit.data();
  const video = usbkit.player.video;
  const source = video.querySelector("source");

  function change() {
    const path = choice.options[choice.selectedIndex].getAttribute("data-video");
    const at = video.currentTime * 1000;
    const wasPlaying = !video.paused && !video.ended;
    usbkit.player.file = path;
    document.querySelector("#trouble a").href = data.root + path;
    source.src = data.root + path;
    video.load();
    if (at > 0 || wasPlaying) {
      usbkit.player.seek(at, wasPlaying);
    }
  }

  // Whoever needs a version needs it in every recording that has it.
  choice.value = usbkit.recall("version") || "";
  if (choice.selectedIndex > 0) {
    change();
  } else {
    choice.selectedIndex = 0;
  }
  choice.addEventListener("change", function () {
    usbkit.remember("version", choice.value);
    change();
  });
}(window.usbkit));
