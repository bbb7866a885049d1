// The nearest words to a query that found nothing: learnt from all texts in the background, offered where they find.
(function (usbkit) {
  "use strict";

  const searched = usbkit.searched;
  const NO_WORDS = /[\u1000-\u109f\u1780-\u17ff\u3400-\u9fff]/;
  const MOST = 3;
  const BREAKS = /[\s.,;:!?…"“”«»()[\]–—/¿¡]+/;

  // Folded word to the way it was written. Scripts without word spaces have no words to offer.
  const vocabulary = new Map();
  const written = new Set();
  const toLearn = [];
  const waiting = [];
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
      waiting.forEach(function (listener) {
        listener();
      });
      return;
    }
    text.pieces.forEach(function (piece) {
      piece.split(BREAKS).forEach(function (word) {
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

  // A number is another number, never a mistyped one.
  function nearWords(typed) {
    const limit = typed.length < 4 ? 1 : 2;
    const letters = lettersOf(typed);
    const near = [];
    if (/^\d*$/.test(typed)) {
      return near;
    }
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
    return near.slice(0, 2 * MOST).map(function (candidate) {
      return candidate.word.toLowerCase();
    });
  }

  function occurs(word) {
    return searched.texts.some(function (text) {
      return text.folded.indexOf(usbkit.fold(word, text.spaceless)) >= 0;
    });
  }

  // Without words: the query with one character left out.
  function nearStrings(query) {
    const chars = Array.from(query).slice(0, 12);
    return chars.map(function (_char, at) {
      return chars.slice(0, at).concat(chars.slice(at + 1)).join("").trim();
    }).filter(function (shorter, at, all) {
      return shorter.length > 1 && all.indexOf(shorter) === at;
    });
  }

  // Every word that occurs nowhere is replaced: the nearest of each, and then each one's next nearest.
  function nearQueries(query) {
    const words = query.trim().split(/\s+/).map(function (word) {
      return word.replace(searched.EDGES, "");
    }).filter(Boolean);
    const choices = words.map(function (word) {
      return occurs(word) ? [word] : nearWords(usbkit.fold(word, true));
    });
    const known = choices.filter(function (near) {
      return near.length > 0;
    });
    const most = Math.max.apply(null, choices.map(function (near) {
      return near.length;
    }));
    const made = [];
    if (!known.length) {
      return made;
    }
    // A word to which nothing is near is left out.
    for (let at = 0; at < most; at += 1) {
      made.push(known.map(function (near) {
        return near[Math.min(at, near.length - 1)];
      }).join(" "));
    }
    return made;
  }

  // Only what finds something is offered.
  function suggest(query) {
    const near = NO_WORDS.test(query) ? nearStrings(query.trim()) : nearQueries(query);
    const offered = [];
    near.forEach(function (words) {
      if (offered.length < MOST && offered.indexOf(words) < 0 && words !== query.trim() && searched.find(words).length) {
        offered.push(words);
      }
    });
    return offered;
  }

  searched.onText(learn);
  usbkit.near = {
    suggest,
    isReady: function () { return !learning; },
    onLearnt: function (listener) { waiting.push(listener); }
  };
}(window.usbkit));
