// What is searched, and finding in it: folded text, scanned as one types. Nothing is loaded before the box is used.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const MOST = 5000;
  const FEW = 40;
  const WINDOW = 160;
  // Names and questions before what was said.
  const ORDER = { title: 0, speaker: 0, question: 1, chapter: 2, document: 3, slide: 4, photo: 5 };
  const SAID = 6;
  const EDGES = /^[.,;:!?…"“”«»()[\]–—/¿¡]+|[.,;:!?…"“”«»()[\]–—/]+$/g;

  const texts = [];
  const searched = { texts, recordings: [], documents: [], pending: 0, failed: 0 };
  const listeners = [];
  let count = 0;
  let started = null;

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

  function add(text) {
    texts.push(text);
    listeners.forEach(function (listener) {
      listener(text);
    });
  }

  function addTranscript(number, tag, cues) {
    const text = index(cues.t.map(plain), data.languages[tag].code);
    text.recording = number;
    text.tag = tag;
    text.times = cues.s;
    add(text);
    sortTexts();
  }

  // Entries of manifests stand alone: a phrase does not run from one title into the next.
  function addEntries(entries) {
    entries.forEach(function (entry) {
      const text = index([entry.x], entry.l);
      text.entry = entry;
      text.recording = entry.r;
      add(text);
    });
    sortTexts();
  }

  // By kind, then the page's language before the others, then the programme's order.
  function rank(text) {
    return 2 * (text.entry ? ORDER[text.entry.k] : SAID) + Number(text.language !== data.language);
  }

  function place(text) {
    return typeof text.recording === "number" ? text.recording : searched.recordings.length;
  }

  function sortTexts() {
    texts.sort(function (a, b) {
      return rank(a) - rank(b) || place(a) - place(b) || (a.language < b.language ? -1 : Number(a.language > b.language));
    });
  }

  // `arrived` is called whenever something more can be searched; what cannot be loaded is counted.
  function start(arrived) {
    function end(name, act) {
      searched.pending += 1;
      // What is damaged may be anything: then it counts as not loaded.
      return usbkit.load(name).then(act).then(null, function () {
        searched.failed += 1;
      }).then(function () {
        searched.pending -= 1;
        arrived();
      });
    }
    if (!started) {
      started = end("catalogue", function (catalogue) {
        searched.recordings = catalogue.recordings;
        searched.documents = catalogue.documents || [];
        addEntries(catalogue.entries);
        catalogue.recordings.forEach(function (recording, number) {
          recording.tracks.forEach(function (tag) {
            end("cues/" + recording.stem + "." + tag, addTranscript.bind(null, number, tag));
          });
        });
      });
    }
    return started;
  }

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
    const typed = query.trim().split(/\s+/);
    function foldAll(words) {
      return words.map(function (word) {
        return usbkit.fold(word, text.spaceless);
      }).filter(Boolean);
    }
    const bare = foldAll(typed.map(function (word) {
      return word.replace(EDGES, "");
    }));
    return { phrase: foldAll(typed).join(text.spaceless ? "" : " "), words: bare.length ? bare : foldAll(typed) };
  }

  function findPhrase(query, among) {
    let room = MOST;
    const found = [];
    among.forEach(function (text) {
      const hits = scan(text, needlesFor(query, text).phrase, room);
      room -= hits.length;
      found.push(hits);
    });
    return [].concat.apply([], found);
  }

  // All the words in any order: in one cue, or within `reach` letters of the longest.
  function findWords(query, known, reach, among) {
    const seen = new Set();
    known.forEach(function (hit) {
      for (let piece = hit.piece; piece <= hit.last; piece += 1) {
        seen.add(hit.text.id + ":" + piece);
      }
    });
    return among.reduce(function (hits, text) {
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
    const hits = findPhrase(query, texts);
    if (hits.length >= FEW || !/\S\s+\S|[.,;:!?]$/.test(query.trim())) {
      return hits;
    }
    const more = hits.concat(findWords(query, hits, 0, texts));
    return more.length ? more : findWords(query, more, WINDOW, texts);
  }

  function isLongEnough(query) {
    return query.trim().length > 1 || /[^\u0000-\u024f]/.test(query.trim());
  }

  function isReady() {
    return Boolean(started) && searched.pending === 0;
  }

  usbkit.searched = Object.assign(searched, {
    EDGES, MOST, start, find, isLongEnough, isReady, needlesFor,
    onText: function (listener) { listeners.push(listener); }
  });
}(window.usbkit));
