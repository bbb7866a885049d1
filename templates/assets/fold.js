// Folding: what search compares, without case, marks and, where words have no spaces between them, without spaces.
(function (usbkit) {
  "use strict";

  // Combining marks of Latin, Greek, Cyrillic and Arabic; those of Khmer and Burmese carry meaning and stay. Then
  // apostrophes of every kind, Arabic's lengthener, soft hyphens, joiners, and what steers direction.
  const DROPPED = new RegExp(
    "[\u0300-\u036f\u0483-\u0487\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff" +
    "\u20d0-\u20ff\ufe20-\ufe2f'\u2018\u2019\u02bb\u02bc\u0060\u00b4\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]",
    "g"
  );
  const LETTERS = { "đ": "d", "ł": "l", "ø": "o", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ς": "σ" };
  const SPECIAL = /[đłøıßæœς]/g;
  const PLAIN = /^[\u0000-\u0026\u0028-\u005f\u0061-\u007f]*$/;
  const SPACELESS = { zh: true, ko: true, km: true, my: true, ja: true, th: true, lo: true };

  function fold(text, spaceless) {
    let folded = text.toLowerCase();
    if (!PLAIN.test(folded)) {
      folded = folded.normalize("NFKD").replace(DROPPED, "").replace(SPECIAL, function (letter) {
        return LETTERS[letter];
      });
    }
    return folded.replace(/\s+/g, spaceless ? "" : " ");
  }

  // The folded text and, for each of its characters, where it stood.
  function foldMapped(text, spaceless) {
    const map = [];
    let folded = "";
    let at = 0;
    for (const char of text) {
      const piece = fold(char, spaceless);
      const repeated = piece === " " && folded.endsWith(" ");
      if (!repeated) {
        folded += piece;
        for (let i = 0; i < piece.length; i += 1) {
          map.push(at);
        }
      }
      at += char.length;
    }
    map.push(text.length);
    return { folded, map };
  }

  // Where the needles stand in the text, as [from, to) pairs of the text itself, merged.
  function findMarks(text, needles, spaceless) {
    const mapped = foldMapped(text, spaceless);
    const marks = [];
    needles.forEach(function (needle) {
      let at = needle ? mapped.folded.indexOf(needle) : -1;
      while (at >= 0) {
        const last = at + needle.length;
        // Whole characters: a syllable is marked even where only its first letter was typed.
        let end = last;
        while (end < mapped.map.length - 1 && mapped.map[end] === mapped.map[last - 1]) {
          end += 1;
        }
        let to = mapped.map[end];
        while (/\s/.test(text[to - 1])) {
          to -= 1;
        }
        marks.push([mapped.map[at], to]);
        at = mapped.folded.indexOf(needle, last);
      }
    });
    marks.sort(function (a, b) {
      return a[0] - b[0] || b[1] - a[1];
    });
    return marks.reduce(function (merged, mark) {
      const before = merged[merged.length - 1];
      if (before && mark[0] <= before[1]) {
        before[1] = Math.max(before[1], mark[1]);
      } else {
        merged.push(mark);
      }
      return merged;
    }, []);
  }

  function isSpaceless(language) {
    return SPACELESS[language] === true;
  }

  usbkit.fold = fold;
  usbkit.findMarks = findMarks;
  usbkit.isSpaceless = isSpaceless;
}(window.usbkit));
