// Filters over what was found: by language, kind and recording, each with how many there are.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const searched = usbkit.searched;
  const FACETS = [
    { name: "language", all: "all-languages", of: function (hit) { return hit.text.language; }, say: sayLanguage },
    { name: "kind", all: "all-kinds", of: function (hit) { return hit.text.entry ? hit.text.entry.k : "said"; }, say: sayKind },
    { name: "title", all: "all-recordings", of: recordingOf, say: sayRecording }
  ];
  const place = usbkit.make("div", { class: "filters controls" });
  let changed = null;

  function recordingOf(hit) {
    return typeof hit.text.recording === "number" ? String(hit.text.recording) : "";
  }

  function sayLanguage(language) {
    return (data.languages[language] || { name: language }).name;
  }

  function sayKind(kind) {
    return usbkit.word(kind, {});
  }

  function sayRecording(number) {
    const titles = searched.recordings[Number(number)].titles;
    return titles[data.language] || titles.en || titles[Object.keys(titles)[0]];
  }

  function passes(hit, but) {
    return FACETS.every(function (facet) {
      return facet === but || !facet.select.value || facet.of(hit) === facet.select.value;
    });
  }

  // How many there are of each when the other filters stay as they are.
  function count(hits, facet) {
    const counts = new Map();
    hits.forEach(function (hit) {
      const value = facet.of(hit);
      if (value && passes(hit, facet)) {
        counts.set(value, (counts.get(value) || 0) + 1);
      }
    });
    return counts;
  }

  function fill(facet, counts) {
    const chosen = facet.select.value;
    const most = Array.from(counts.keys()).sort(function (a, b) {
      return counts.get(b) - counts.get(a) || (a < b ? -1 : 1);
    });
    if (chosen && !counts.has(chosen)) {
      most.push(chosen);
    }
    facet.select.textContent = "";
    facet.select.appendChild(usbkit.make("option", { value: "" }, [usbkit.word(facet.all, {})]));
    most.forEach(function (value) {
      const text = facet.say(value) + " (" + (counts.get(value) || 0).toLocaleString(data.language) + ")";
      facet.select.appendChild(usbkit.make("option", { value }, [text]));
    });
    facet.select.value = chosen;
    facet.select.hidden = most.length < 2 && !chosen;
  }

  // The hits that pass; the menus say what there is.
  function apply(hits) {
    FACETS.forEach(function (facet) {
      fill(facet, count(hits, facet));
    });
    return hits.filter(function (hit) {
      return passes(hit, null);
    });
  }

  function clear() {
    FACETS.forEach(function (facet) {
      facet.select.value = "";
    });
  }

  FACETS.forEach(function (facet) {
    facet.select = usbkit.make("select", { "aria-label": usbkit.word(facet.name, {}) });
    facet.select.addEventListener("change", function () {
      changed();
    });
    place.appendChild(facet.select);
  });
  usbkit.filters = { place, apply, clear, onChange: function (listener) { changed = listener; } };
}(window.usbkit));
