// The search box and its results.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const searched = usbkit.searched;
  const box = document.getElementById("q");
  const results = document.getElementById("results");
  const content = document.getElementById("content");
  const PAGE = 40;
  const CONTEXT = 70;

  let shown = PAGE;
  let wanted = "";
  let scrolledTo = 0;

  function momentOf(hit) {
    return hit.text.entry ? hit.text.entry.a : hit.text.times[hit.piece];
  }

  // A moment is opened in the language in which it was found, with the words that were looked for.
  function hashOf(hit, query) {
    const ms = momentOf(hit);
    const tracks = searched.recordings[hit.text.recording].tracks;
    const tag = hit.text.tag || hit.text.language;
    const subtitles = tracks.indexOf(tag) >= 0 ? "&sub=" + tag : "";
    const find = hit.text.entry ? "" : "&find=" + encodeURIComponent(query.trim());
    return typeof ms === "number" ? "#t=" + ms / 1000 + subtitles + find : "";
  }

  function hrefOf(hit, query) {
    const entry = hit.text.entry;
    if (entry && entry.u && typeof entry.a !== "number") {
      return data.root + entry.u;
    }
    if (entry && entry.q) {
      return data.root + data.twins[data.language].replace(/[^/]*$/, "index.html") + "#q-" + entry.q;
    }
    const stem = searched.recordings[hit.text.recording].stem;
    return data.root + "pages/" + data.language + "/" + stem + ".html" + hashOf(hit, query);
  }

  function titleOf(recording) {
    return inOwnLanguage(recording.titles);
  }

  function inOwnLanguage(titles) {
    return titles[data.language] || titles.en || titles[Object.keys(titles)[0]];
  }

  // The next place not before `at` where a word begins, and the last not after it where one ends. What is at `mark` stays
  // in sight; in scripts without spaces a cut may stand anywhere.
  function wordStart(text, at, mark) {
    const space = at > 0 ? text.indexOf(" ", at - 1) : -1;
    return space >= 0 && space < mark ? space + 1 : Math.max(0, at);
  }

  function wordEnd(text, at, mark) {
    const space = at < text.length ? text.lastIndexOf(" ", at) : -1;
    return space >= mark ? space : Math.min(text.length, at);
  }

  // The hit's own cue, and its neighbours' nearest words where the cue is short.
  function snippet(hit, query) {
    const pieces = hit.text.pieces;
    const joiner = hit.text.spaceless && hit.text.language !== "ko" ? "" : " ";
    const before = hit.text.entry || hit.piece === 0 ? "" : pieces[hit.piece - 1] + joiner;
    const own = pieces.slice(hit.piece, hit.last + 1).join(joiner);
    const after = hit.text.entry ? "" : pieces.slice(hit.last + 1, hit.last + 2).map(function (piece) {
      return joiner + piece;
    }).join("");
    const needles = searched.needlesFor(query, hit.text);
    let marks = usbkit.findMarks(own, [needles.phrase], hit.text.spaceless);
    if (!marks.length) {
      marks = usbkit.findMarks(own, needles.words, hit.text.spaceless);
    }
    const first = marks.length ? marks[0][0] : 0;
    const last = marks.length ? Math.max(first, marks[marks.length - 1][1]) : 0;
    const text = before + own + after;
    const least = [before.length + first, before.length + Math.min(last, first + CONTEXT)];
    const from = wordStart(text, least[0] - CONTEXT, least[0]);
    const to = wordEnd(text, least[1] + CONTEXT, least[1]);
    const element = usbkit.make("span", { class: "snippet", lang: hit.text.language, dir: "auto" });
    let at = from;
    element.appendChild(document.createTextNode(from > 0 ? "…" : ""));
    marks.forEach(function (mark) {
      const begin = before.length + mark[0];
      const end = before.length + mark[1];
      if (begin >= at && end <= to) {
        element.appendChild(document.createTextNode(text.slice(at, begin)));
        element.appendChild(usbkit.make("mark", {}, [text.slice(begin, end)]));
        at = end;
      }
    });
    element.appendChild(document.createTextNode(text.slice(at, to) + (to < text.length ? "…" : "")));
    return element;
  }

  function isTitle(recording, text) {
    return Object.keys(recording.titles).some(function (language) {
      return recording.titles[language] === text;
    });
  }

  // What kind of text it is, and of which recording where no heading says it.
  function labelOf(hit) {
    const entry = hit.text.entry;
    if (!entry) {
      return usbkit.make("span", { class: "facts", lang: hit.text.language }, [data.languages[hit.text.language].name]);
    }
    const label = usbkit.make("span", { class: "facts" }, [usbkit.word(entry.k, {})]);
    const recording = searched.recordings[entry.r];
    if (typeof entry.d === "number") {
      label.appendChild(document.createTextNode(" · "));
      label.appendChild(usbkit.make("bdi", { class: "of" }, [inOwnLanguage(searched.documents[entry.d]) + ", " + entry.n]));
    }
    if (recording && !isTitle(recording, entry.x)) {
      label.appendChild(document.createTextNode(" · "));
      label.appendChild(usbkit.make("bdi", { class: "of" }, [titleOf(recording)]));
    }
    return label;
  }

  function renderHit(hit, query) {
    const ms = momentOf(hit);
    const link = usbkit.make("a", { href: hrefOf(hit, query) });
    if (typeof ms === "number") {
      link.setAttribute("data-at", ms);
      link.appendChild(usbkit.make("span", { class: "clock" }, [usbkit.clock(ms)]));
      link.appendChild(document.createTextNode(" "));
    }
    link.appendChild(snippet(hit, query));
    return usbkit.make("li", { class: "hit" }, [link, " ", labelOf(hit)]);
  }

  function groupOf(hit) {
    return hit.text.entry ? "" : titleOf(searched.recordings[hit.text.recording]);
  }

  function renderList(hits, query) {
    const made = document.createDocumentFragment();
    let group = null;
    let list = null;
    hits.slice(0, shown).forEach(function (hit) {
      const name = groupOf(hit);
      if (name !== group || !list) {
        group = name;
        list = usbkit.make("ul", { class: "hits" });
        if (name) {
          made.appendChild(usbkit.make("h2", {}, [usbkit.make("bdi", {}, [name])]));
        }
        made.appendChild(list);
      }
      list.appendChild(renderHit(hit, query));
    });
    return made;
  }

  function renderNear(query) {
    const near = usbkit.near.suggest(query);
    const made = document.createDocumentFragment();
    if (!near.length) {
      return made;
    }
    const line = usbkit.make("p", { class: "near" }, [usbkit.word("near", {})]);
    near.forEach(function (words) {
      const button = usbkit.make("button", { type: "button" }, [usbkit.make("bdi", {}, [words])]);
      button.addEventListener("click", function () {
        box.value = words;
        box.focus();
        update();
      });
      line.appendChild(document.createTextNode(" "));
      line.appendChild(button);
    });
    made.appendChild(line);
    return made;
  }

  // The frame stays, so that a screen reader hears its status line change.
  const status = usbkit.make("p", { class: "status", role: "status" });
  const closer = usbkit.make("button", { type: "button", class: "close" }, [usbkit.word("close", {})]);
  const partial = usbkit.make("p", { class: "notice partial", role: "alert", hidden: "" });
  const list = usbkit.make("div", { class: "list" });
  const heading = usbkit.make("h1", { class: "visually-hidden" }, [results.getAttribute("aria-label")]);

  function open(isOpen) {
    if (isOpen === !results.hidden) {
      return;
    }
    if (isOpen) {
      scrolledTo = window.pageYOffset;
    }
    results.hidden = !isOpen;
    content.hidden = isOpen;
    window.scrollTo(0, isOpen ? 0 : scrolledTo);
  }

  function renderMore() {
    const more = usbkit.make("button", { type: "button" }, [usbkit.word("more", {})]);
    more.addEventListener("click", function () {
      const at = list.querySelectorAll(".hit").length;
      shown += PAGE;
      update();
      list.querySelectorAll(".hit")[at].querySelector("a").focus();
    });
    return more;
  }

  function sayStatus(hits, query) {
    if (hits.length) {
      const isCut = hits.length >= searched.MOST;
      return usbkit.word("found", { count: hits.length.toLocaleString(data.language) + (isCut ? "+" : "") });
    }
    if (searched.pending > 0) {
      return usbkit.word("loading", {});
    }
    // What could not be loaded may hold it: then nobody can say that nothing was found.
    return searched.failed ? "" : usbkit.word("nothing", { query: query.trim() });
  }

  function update() {
    const query = box.value;
    wanted = searched.isLongEnough(query) ? query : "";
    open(Boolean(wanted));
    usbkit.writeHash(wanted ? "#q=" + encodeURIComponent(wanted) : hashBefore);
    if (!wanted) {
      return;
    }
    const found = searched.find(query);
    const hits = usbkit.filters.apply(found);
    usbkit.filters.place.hidden = !found.length;
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    list.textContent = "";
    status.textContent = sayStatus(hits, query);
    partial.hidden = !searched.failed;
    partial.textContent = searched.failed ? usbkit.word("partial", {}) : "";
    if (hits.length) {
      list.appendChild(renderList(hits, query));
    } else if (searched.pending === 0 && !found.length) {
      list.appendChild(renderNear(query));
    }
    if (hits.length > shown) {
      list.appendChild(renderMore());
    }
    if (focused) {
      giveBack(focused);
    }
  }

  // More may arrive while one walks the hits: the focus stays with what had it.
  function giveBack(focused) {
    const again = Array.prototype.find.call(list.querySelectorAll("a, button"), function (each) {
      return each.getAttribute("href") === focused.getAttribute("href") && each.textContent === focused.textContent;
    });
    (again || box).focus({ preventScroll: true });
  }

  function arrived() {
    if (wanted && (searched.pending === 0 || !list.querySelector("li"))) {
      update();
    }
  }

  function close() {
    box.value = "";
    update();
    box.focus();
  }

  // The content again, at its top; the address is whoever calls' to say.
  function leave() {
    box.value = "";
    wanted = "";
    scrolledTo = 0;
    open(false);
  }

  // From the box down into the results and back, by arrows.
  function walk(event) {
    const links = Array.prototype.slice.call(results.querySelectorAll(".hit a"));
    const at = links.indexOf(document.activeElement);
    const inBox = document.activeElement === box;
    if (event.key === "Escape" && !results.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" && (inBox || at >= 0) && links[at + 1]) {
      event.preventDefault();
      links[at + 1].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (links[at - 1] || box).focus();
    }
  }

  function isQuery() {
    return /^#q=/.test(location.hash);
  }

  let hashBefore = isQuery() ? "" : location.hash;
  [heading, status, closer, usbkit.filters.place, partial, list].forEach(function (part) {
    results.appendChild(part);
  });
  closer.addEventListener("click", close);
  usbkit.filters.onChange(function () {
    shown = PAGE;
    update();
  });
  box.addEventListener("focus", function () {
    searched.start(arrived);
  });
  box.addEventListener("input", function () {
    searched.start(arrived);
    shown = PAGE;
    if (results.hidden) {
      usbkit.filters.clear();
      hashBefore = isQuery() ? "" : location.hash;
    }
    update();
  });
  box.form.addEventListener("submit", function (event) {
    event.preventDefault();
    const first = results.querySelector(".hit a");
    if (first) {
      first.focus();
    }
  });
  document.addEventListener("keydown", walk);
  // A link within the page beneath closes the results.
  window.addEventListener("hashchange", function () {
    if (!isQuery() && !results.hidden) {
      leave();
      const target = document.getElementById(location.hash.slice(1));
      if (target) {
        target.tabIndex = -1; // it was hidden when the browser would have led the focus there
        target.focus({ preventScroll: true });
        target.scrollIntoView();
      }
    }
  });
  usbkit.near.onLearnt(function () {
    if (wanted && !list.querySelector("li")) {
      update();
    }
  });

  // What was typed before this script was there counts, and more than the address; but first the page arrives there.
  const typed = box.value;
  document.addEventListener("DOMContentLoaded", function () {
    if (typed) {
      box.value = box.value || typed;
      searched.start(arrived);
      update();
    }
  });
  const asked = usbkit.readHash().q;
  if (asked && !typed) {
    box.value = asked;
    searched.start(arrived);
    update();
  }

  usbkit.search = {
    find: searched.find,
    suggest: usbkit.near.suggest,
    leave,
    isClosed: function () { return results.hidden; },
    isReady: function () { return searched.isReady() && usbkit.near.isReady(); }
  };
}(window.usbkit));
