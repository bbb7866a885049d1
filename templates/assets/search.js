// Search over everything on the drive: folded text, scanned as one types. Nothing is fetched before the box is used.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const box = document.getElementById("q");
  const results = document.getElementById("results");
  const content = document.getElementById("content");
  const PAGE = 40;
  const MOST = 500;
  const WINDOW = 160;
  const CONTEXT = 70;
  const NO_WORDS = /[\u1000-\u109f\u1780-\u17ff\u3400-\u9fff]/;

  let count = 0;
  let recordings = [];
  const texts = [];
  let pending = 0;
  let shown = PAGE;
  let wanted = "";
  let started = null;
  let scrolledTo = 0;

  // ---- What is searched -------------------------------------------------------------------------------------------

  // Pieces of one language in a row, folded and joined: a phrase that runs over two cues is found.
  function index(pieces, language) {
    const spaceless = usbkit.isSpaceless(language);
    const starts = [];
    const folded = [];
    let at = 0;
    pieces.forEach(function (piece) {
      const part = usbkit.fold(piece, spaceless) + (spaceless ? "" : " ");
      starts.push(at);
      folded.push(part);
      at += part.length;
    });
    count += 1;
    return { id: count, language, spaceless, pieces, starts, folded: folded.join("") };
  }

  function plain(cue) {
    return cue.replace(/<\/?[biu]>/g, "").replace(/\n/g, " ")
      .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  }

  function addTranscript(number, language, cues) {
    const text = index(cues.t.map(plain), language);
    text.recording = number;
    text.times = cues.s;
    texts.push(text);
    sortTexts();
    learn(text);
  }

  // Entries of manifests stand alone: a phrase does not run from one title into the next.
  function addEntries(entries) {
    entries.forEach(function (entry) {
      const text = index([entry.x], entry.l);
      text.entry = entry;
      texts.push(text);
      learn(text);
    });
    sortTexts();
  }

  // Entries first, then transcripts: the page's language, then the others, each in the programme's order.
  function rank(text) {
    const own = text.language === data.language ? 0 : 1;
    return text.entry ? own : 2 + own;
  }

  function sortTexts() {
    texts.sort(function (a, b) {
      return rank(a) - rank(b) || place(a) - place(b) || (a.language < b.language ? -1 : Number(a.language > b.language));
    });
  }

  function place(text) {
    if (!text.entry) {
      return text.recording;
    }
    return typeof text.entry.r === "number" ? text.entry.r : recordings.length;
  }

  function start() {
    if (started) {
      return started;
    }
    pending = 1;
    started = usbkit.load("catalogue").then(function (catalogue) {
      recordings = catalogue.recordings;
      addEntries(catalogue.entries);
      recordings.forEach(function (recording, number) {
        recording.tracks.forEach(function (language) {
          pending += 1;
          usbkit.load("cues/" + recording.stem + "." + language).then(function (cues) {
            addTranscript(number, language, cues);
            arrived();
          }, arrived);
        });
      });
      arrived();
    }, arrived);
    return started;
  }

  function arrived() {
    pending -= 1;
    if (wanted && (pending === 0 || !results.querySelector("li"))) {
      update();
    }
  }

  // ---- Finding ----------------------------------------------------------------------------------------------------

  function pieceAt(text, offset) {
    let low = 0;
    let high = text.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (text.starts[middle] <= offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  // At most `room` hits, one a piece; `accept` looks at the place once more.
  function scan(text, needle, room, accept) {
    const hits = [];
    let at = needle && room > 0 ? text.folded.indexOf(needle) : -1;
    while (at >= 0 && hits.length < room) {
      let next = at + 1;
      if (!accept || accept(at)) {
        const piece = pieceAt(text, at);
        hits.push({ text, piece, last: pieceAt(text, at + needle.length - 1) });
        next = piece + 1 < text.starts.length ? Math.max(next, text.starts[piece + 1]) : text.folded.length;
      }
      at = text.folded.indexOf(needle, next);
    }
    return hits;
  }

  function needlesFor(query, text) {
    const words = query.trim().split(/\s+/).map(function (word) {
      return usbkit.fold(word, text.spaceless);
    }).filter(Boolean);
    return { phrase: words.join(text.spaceless ? "" : " "), words };
  }

  function findPhrase(query) {
    return texts.reduce(function (hits, text) {
      return hits.concat(scan(text, needlesFor(query, text).phrase, MOST - hits.length));
    }, []);
  }

  // All the words in any order: in one cue, or within `reach` letters of the longest.
  function findWords(query, known, reach) {
    const seen = new Set();
    known.forEach(function (hit) {
      for (let piece = hit.piece; piece <= hit.last; piece += 1) {
        seen.add(hit.text.id + ":" + piece);
      }
    });
    return texts.reduce(function (hits, text) {
      const words = needlesFor(query, text).words.sort(function (a, b) {
        return b.length - a.length;
      });
      return hits.concat(scan(text, words[0], MOST - hits.length, function (at) {
        const piece = pieceAt(text, at);
        const near = reach
          ? text.folded.slice(Math.max(0, at - reach), at + reach)
          : text.folded.slice(text.starts[piece], text.starts[piece + 1]);
        return words.every(function (word) {
          return near.indexOf(word) >= 0;
        });
      }).filter(function (hit) {
        return !seen.has(hit.text.id + ":" + hit.piece);
      }));
    }, []);
  }

  function find(query) {
    let hits = findPhrase(query);
    if (!/\S\s+\S/.test(query.trim())) {
      return hits;
    }
    if (hits.length < PAGE) {
      hits = hits.concat(findWords(query, hits, 0));
    }
    return hits.length ? hits : findWords(query, hits, WINDOW);
  }

  function isLongEnough(query) {
    return query.trim().length > 1 || /[^\u0000-\u024f]/.test(query.trim());
  }

  // ---- The nearest words ------------------------------------------------------------------------------------------

  // Folded word to the way it was written. Scripts without word spaces have no words to offer.
  const vocabulary = new Map();
  const toLearn = [];
  let learning = false;

  function learn(text) {
    if (!NO_WORDS.test(text.pieces[0] || "")) {
      toLearn.push(text);
    }
    if (!learning) {
      learning = true;
      window.setTimeout(learnOne, 30);
    }
  }

  function learnOne() {
    const text = toLearn.shift();
    if (!text) {
      learning = false;
      return;
    }
    text.pieces.forEach(function (piece) {
      piece.split(/[\s.,;:!?…"“”«»()[\]–—/]+/).forEach(function (word) {
        if (word.length > 2 && !written.has(word)) {
          written.add(word);
          const folded = usbkit.fold(word, true);
          if (!vocabulary.has(folded)) {
            vocabulary.set(folded, { word, letters: lettersOf(folded) });
          }
        }
      });
    });
    window.setTimeout(learnOne, 0);
  }
  const written = new Set();

  // Which letters a word has, as 32 bits: a word that lacks two of the query's is not near.
  function lettersOf(folded) {
    let bits = 0;
    for (let i = 0; i < folded.length; i += 1) {
      bits |= 1 << (folded.charCodeAt(i) % 32);
    }
    return bits;
  }

  function countBits(bits) {
    let count = 0;
    for (let rest = bits; rest; rest &= rest - 1) {
      count += 1;
    }
    return count;
  }

  // Edits from the typed word to the word or to a beginning of it: one types from the front. Swaps count as one.
  function distance(typed, word, limit) {
    const width = Math.min(word.length, typed.length + limit);
    let older = [];
    let before = [];
    for (let j = 0; j <= width; j += 1) {
      before.push(j);
    }
    for (let i = 1; i <= typed.length; i += 1) {
      const row = [i];
      let least = i;
      for (let j = 1; j <= width; j += 1) {
        const same = typed[i - 1] === word[j - 1];
        let cost = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (same ? 0 : 1));
        if (i > 1 && j > 1 && typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1]) {
          cost = Math.min(cost, older[j - 2] + 1);
        }
        row.push(cost);
        least = Math.min(least, cost);
      }
      if (least > limit) {
        return least;
      }
      older = before;
      before = row;
    }
    return Math.min.apply(null, before);
  }

  function nearWords(typed) {
    const limit = typed.length < 4 ? 1 : 2;
    const letters = lettersOf(typed);
    const near = [];
    vocabulary.forEach(function (entry, word) {
      if (word.length >= typed.length - limit && countBits(letters & ~entry.letters) <= limit) {
        const far = distance(typed, word, limit);
        if (far <= limit) {
          near.push({ word: entry.word, far, extra: Math.abs(word.length - typed.length) });
        }
      }
    });
    near.sort(function (a, b) {
      return a.far - b.far || a.extra - b.extra || (a.word < b.word ? -1 : 1);
    });
    return near.slice(0, 3).map(function (candidate) {
      return candidate.word.toLowerCase();
    });
  }

  function occurs(word) {
    return texts.some(function (text) {
      return text.folded.indexOf(usbkit.fold(word, text.spaceless)) >= 0;
    });
  }

  // Without words: the query with one character left out.
  function nearStrings(query) {
    const chars = Array.from(query).slice(0, 12);
    return chars.map(function (_char, at) {
      return chars.slice(0, at).concat(chars.slice(at + 1)).join("").trim();
    }).filter(function (shorter, at, all) {
      return shorter.length > 1 && all.indexOf(shorter) === at && occurs(shorter);
    }).slice(0, 3);
  }

  function suggest(query) {
    if (NO_WORDS.test(query)) {
      return nearStrings(query.trim());
    }
    const words = query.trim().split(/\s+/);
    const wrong = words.findIndex(function (word) {
      return !occurs(word);
    });
    if (wrong < 0) {
      return [];
    }
    return nearWords(usbkit.fold(words[wrong], true)).map(function (word) {
      return words.slice(0, wrong).concat(word, words.slice(wrong + 1)).join(" ");
    });
  }

  // ---- Showing ----------------------------------------------------------------------------------------------------

  function hrefOf(hit) {
    const entry = hit.text.entry;
    if (entry && entry.u && typeof entry.a !== "number") {
      return data.root + entry.u;
    }
    if (entry && entry.q) {
      return data.root + data.twins[data.language].replace(/[^/]*$/, "index.html") + "#q-" + entry.q;
    }
    const number = entry ? entry.r : hit.text.recording;
    const ms = entry ? entry.a : hit.text.times[hit.piece];
    const hash = typeof ms === "number" ? "#t=" + Math.floor(ms / 1000) : "";
    const subtitles = entry ? "" : "&sub=" + hit.text.language;
    return data.root + "pages/" + data.language + "/" + recordings[number].stem + ".html" + hash + subtitles;
  }

  function titleOf(recording) {
    const titles = recording.titles;
    return titles[data.language] || titles.en || titles[Object.keys(titles)[0]];
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
    const needles = needlesFor(query, hit.text);
    let marks = usbkit.findMarks(own, [needles.phrase], hit.text.spaceless);
    if (!marks.length) {
      marks = usbkit.findMarks(own, needles.words, hit.text.spaceless);
    }
    const first = marks.length ? marks[0][0] : 0;
    const last = marks.length ? Math.max(first, marks[marks.length - 1][1]) : 0;
    const text = before + own + after;
    const from = Math.max(0, before.length + first - CONTEXT);
    const to = Math.min(text.length, before.length + Math.min(last, first + CONTEXT) + CONTEXT);
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

  function renderHit(hit, query) {
    const entry = hit.text.entry;
    const ms = entry ? entry.a : hit.text.times[hit.piece];
    const link = usbkit.make("a", { href: hrefOf(hit) });
    if (typeof ms === "number") {
      link.appendChild(usbkit.make("span", { class: "clock" }, [usbkit.clock(ms)]));
      link.appendChild(document.createTextNode(" "));
    }
    link.appendChild(snippet(hit, query));
    const kind = entry ? usbkit.word(entry.k, {}) : data.languages[hit.text.language].name;
    const label = usbkit.make("span", entry ? { class: "facts" } : { class: "facts", lang: hit.text.language }, [kind]);
    return usbkit.make("li", { class: "hit" }, [link, " ", label]);
  }

  function groupOf(hit) {
    const number = hit.text.entry ? hit.text.entry.r : hit.text.recording;
    return hit.text.entry ? "" : titleOf(recordings[number]);
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
    const near = suggest(query);
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

  function update() {
    const query = box.value;
    wanted = isLongEnough(query) ? query : "";
    open(Boolean(wanted));
    usbkit.writeHash(wanted ? "#q=" + encodeURIComponent(wanted) : hashBefore);
    if (!wanted) {
      return;
    }
    const hits = find(query);
    const isCut = hits.length >= MOST;
    list.textContent = "";
    if (hits.length) {
      status.textContent = usbkit.word("found", { count: Math.min(hits.length, MOST).toLocaleString(data.language) + (isCut ? "+" : "") });
      list.appendChild(renderList(hits, query));
    } else if (pending > 0) {
      status.textContent = usbkit.word("loading", {});
    } else {
      status.textContent = usbkit.word("nothing", { query: query.trim() });
      list.appendChild(renderNear(query));
    }
    if (hits.length > shown) {
      const more = usbkit.make("button", { type: "button" }, [usbkit.word("more", {})]);
      more.addEventListener("click", function () {
        const at = list.querySelectorAll(".hit").length;
        shown += PAGE;
        update();
        list.querySelectorAll(".hit")[at].querySelector("a").focus();
      });
      list.appendChild(more);
    }
  }

  function close() {
    box.value = "";
    update();
    box.focus();
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

  let hashBefore = /^#q=/.test(location.hash) ? "" : location.hash;
  [heading, status, closer, list].forEach(function (part) {
    results.appendChild(part);
  });
  closer.addEventListener("click", close);
  box.addEventListener("focus", start);
  box.addEventListener("input", function () {
    start();
    shown = PAGE;
    if (results.hidden) {
      hashBefore = /^#q=/.test(location.hash) ? "" : location.hash;
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
    if (!/^#q=/.test(location.hash) && !results.hidden) {
      box.value = "";
      wanted = "";
      open(false);
    }
  });

  const asked = usbkit.readHash().q;
  if (asked) {
    box.value = asked;
    start();
    update();
  }

  usbkit.search = { find, suggest, isReady: function () { return Boolean(started) && pending === 0 && !learning; } };
}(window.usbkit));
