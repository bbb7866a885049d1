// How subtitles look: size, background, place, and a second language on the picture. Remembered where storage allows.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const button = document.getElementById("settings");
  const SIZES = ["small", "medium", "large", "huge"];

  function apply() {
    const size = usbkit.recall("subtitle-size");
    SIZES.forEach(function (each) {
      document.body.classList.toggle("cues-" + each, each === size);
    });
    document.body.classList.toggle("cues-dark", usbkit.recall("subtitle-dark") === true);
    usbkit.subtitles.arrange(usbkit.recall("subtitle-second") || "", usbkit.recall("subtitle-top") === true);
  }

  function menu(word, name, choices) {
    const select = usbkit.make("select", {}, choices.map(function (choice) {
      return usbkit.make("option", { value: choice[0] }, [choice[1]]);
    }));
    select.value = usbkit.recall(name);
    select.selectedIndex = Math.max(0, select.selectedIndex);
    select.addEventListener("change", function () {
      usbkit.remember(name, select.value);
      apply();
    });
    return usbkit.make("p", {}, [usbkit.make("label", {}, [usbkit.word(word, {}) + " ", select])]);
  }

  function open() {
    const sizes = ["medium", "small", "large", "huge"].map(function (size) {
      return [size, usbkit.word("size-" + size, {})];
    });
    const languages = [["", usbkit.word("one-language", {})]].concat(data.tracks.map(function (language) {
      return [language, data.languages[language].name];
    }));
    usbkit.dialog.open(usbkit.word("subtitle-settings", {}), [
      menu("subtitle-size", "subtitle-size", sizes),
      usbkit.choice("subtitle-dark", "subtitle-dark", apply),
      usbkit.choice("subtitle-top", "subtitle-top", apply),
      menu("second-language", "subtitle-second", languages)
    ]);
  }

  if (button) {
    button.addEventListener("click", open);
    apply();
  }
}(window.usbkit));
