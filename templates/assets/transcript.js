// The transcript: follows the video, seeks on a click, shows one language or two side by side, opens at a moment.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const text = document.getElementById("text");
  if (!text) {
    return;
  }
  const video = usbkit.player.video;
  const first = document.getElementById("first");
  const second = document.getElementById("second");
  const follow = document.getElementById("follow");
  const absent = document.getElementById("absent");
  const back = document.getElementById("current-line");
  const REST_MS = 5000;
  // The lines shown, by language: cues, their elements, and the one that is lit.
  let columns = [];
  let handsOffUntil = 0;
  // The moment that was asked for and not yet shown, with the words to be marked there.
  let wanted = null;
  let chosen = 0;

  // Cue text is WebVTT: b, i, u and three entities. It becomes elements and text, never HTML.
  function renderCue(cue) {
    const line = usbkit.make("span", { class: "line" });
    let parent = line;
    cue.split(/(<\/?[biu]>)/).forEach(function (piece) {
      if (/^<[biu]>$/.test(piece)) {
        parent = parent.appendChild(document.createElement(piece[1]));
      } else if (/^<\/[biu]>$/.test(piece)) {
        parent = parent === line ? line : parent.parentNode;
      } else if (piece) {
        parent.appendChild(document.createTextNode(
          piece.replace(/\n/g, " ").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&")
        ));
      }
    });
    return line;
  }

  function renderColumn(column, from, to) {
    const way = data.languages[column.language].dir;
    const paragraph = usbkit.make("p", { lang: column.language, dir: way });
    for (let i = from; i < to; i += 1) {
      column.lines[i] = paragraph.appendChild(renderCue(column.cues.t[i]));
      paragraph.appendChild(document.createTextNode(" "));
    }
    return paragraph;
  }

  // Paragraphs are those of the first language; the second's cues go where they begin.
  function render(shown) {
    const main = shown[0].cues;
    const made = document.createDocumentFragment();
    main.p.forEach(function (from, index) {
      const to = index + 1 < main.p.length ? main.p[index + 1] : main.s.length;
      const until = to < main.s.length ? main.s[to] : Infinity;
      const at = usbkit.make("a", { class: "at", dir: "ltr", "data-at": main.s[from], href: "#t=" + Math.floor(main.s[from] / 1000) }, [
        usbkit.clock(main.s[from])
      ]);
      const row = usbkit.make("div", { class: "para" }, [at]);
      shown.forEach(function (column, order) {
        const begin = column.next;
        if (order === 0) {
          column.next = to;
        } else {
          while (column.next < column.cues.s.length && column.cues.s[column.next] < until) {
            column.next += 1;
          }
        }
        row.appendChild(renderColumn(column, begin, column.next));
      });
      made.appendChild(row);
    });
    text.textContent = "";
    text.removeAttribute("lang");
    text.removeAttribute("dir");
    text.classList.toggle("two", shown.length > 1);
    document.body.classList.toggle("two-languages", shown.length > 1);
    text.appendChild(made);
    columns = shown;
    light(false);
    settle();
  }

  // The page came with its own language's transcript; it is taken as it stands.
  function adopt(language, cues) {
    const lines = Array.prototype.slice.call(text.querySelectorAll(".line"));
    if (lines.length === cues.s.length) {
      columns = [{ language, cues, lines, lit: -1 }];
      light(false);
      settle();
    } else {
      render([{ language, cues, lines: [], lit: -1, next: 0 }]);
    }
  }

  // A file that is missing takes only its own language away.
  function loadAll(languages) {
    const missing = [];
    return Promise.all(languages.map(function (language) {
      return usbkit.load("cues/" + data.stem + "." + language).then(function (cues) {
        return { language, cues, lines: [], lit: -1, next: 0 };
      }, function () {
        missing.push(language);
        return null;
      });
    })).then(function (loaded) {
      absent.hidden = !missing.length;
      absent.textContent = missing.map(function (language) {
        return data.languages[language].name + ": " + usbkit.word("unreadable", {});
      }).join(" ");
      return loaded.filter(Boolean);
    });
  }

  function choose() {
    const languages = [first.value].concat(second && second.value && second.value !== first.value ? second.value : []);
    chosen += 1;
    const asked = chosen;
    loadAll(languages).then(function (shown) {
      if (asked === chosen && shown.length) {
        render(shown);
      }
    });
    return languages;
  }

  function chooseAndRemember() {
    usbkit.remember("transcript", choose());
  }

  // The index of the last cue that began by now, or -1.
  function indexAt(starts, now) {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= now) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  function lightLine(column, index) {
    if (column.lines[column.lit]) {
      column.lines[column.lit].classList.remove("now");
    }
    column.lit = index;
    if (column.lines[index]) {
      column.lines[index].classList.add("now");
    }
  }

  function light(isToBring) {
    const now = video.currentTime * 1000 + 50;
    columns.forEach(function (column, order) {
      const index = indexAt(column.cues.s, now);
      if (index !== column.lit) {
        // Whoever has scrolled the page elsewhere stays there.
        const mayScroll = isOwnScroller() || (column.lines[column.lit] && isOnScreen(column.lines[column.lit]));
        lightLine(column, index);
        if (order === 0 && column.lines[index] && isToBring && mayScroll && follow.checked && Date.now() > handsOffUntil) {
          bring(column.lines[index]);
        }
      }
    });
  }

  // On a telephone the page scrolls, beneath the player; elsewhere the transcript alone.
  function isOwnScroller() {
    return text.scrollHeight > text.clientHeight + 1;
  }

  function isOnScreen(line) {
    const place = line.getBoundingClientRect();
    return place.bottom > 0 && place.top < window.innerHeight;
  }

  function bring(line) {
    if (!isOwnScroller()) {
      const top = Math.max(0, document.getElementById("player").getBoundingClientRect().bottom);
      const far = line.getBoundingClientRect().top - top - (window.innerHeight - top) / 3;
      if (Math.abs(far) > (window.innerHeight - top) / 4) {
        window.scrollBy(0, far);
      }
      return;
    }
    const offset = line.getBoundingClientRect().top - text.getBoundingClientRect().top;
    const target = text.scrollTop + offset - text.clientHeight / 3;
    if (Math.abs(target - text.scrollTop) > text.clientHeight / 4) {
      text.scrollTop = target;
    }
  }

  // Paragraphs out of sight have a guessed height, so the first jump may land beside the line.
  function bringExactly(line, times) {
    bring(line);
    if (times > 0) {
      window.requestAnimationFrame(function () {
        bringExactly(line, times - 1);
      });
    }
  }

  function settle() {
    if (!wanted || !columns.length) {
      return;
    }
    const place = wanted;
    wanted = null;
    unmark();
    columns.forEach(function (column, order) {
      const index = indexAt(column.cues.s, place.ms + 50);
      lightLine(column, index);
      if (order === 0 && column.lines[index]) {
        mark(column, index, place.find);
        bringExactly(column.lines[index], 3);
      }
    });
  }

  function unmark() {
    Array.prototype.forEach.call(text.querySelectorAll("mark"), function (element) {
      const parent = element.parentNode;
      element.replaceWith(document.createTextNode(element.textContent));
      parent.normalize();
    });
  }

  // The phrase where it stands in one line, else each of its words in this line and the next.
  function mark(column, index, query) {
    const spaceless = usbkit.isSpaceless(column.language);
    const words = query.trim().split(/\s+/).map(function (word) {
      return usbkit.fold(word, spaceless);
    }).filter(Boolean);
    if (words.length && !markLine(column.lines[index], [words.join(spaceless ? "" : " ")], spaceless)) {
      column.lines.slice(index, index + 2).forEach(function (line) {
        markLine(line, words, spaceless);
      });
    }
  }

  function markLine(line, needles, spaceless) {
    const walker = document.createTreeWalker(line, window.NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) {
      nodes.push(walker.currentNode);
    }
    nodes.forEach(function (node) {
      usbkit.findMarks(node.data, needles, spaceless).reverse().forEach(function (found) {
        const marked = node.splitText(found[0]);
        marked.splitText(found[1] - found[0]);
        marked.parentNode.replaceChild(usbkit.make("mark", {}, [marked.data]), marked);
      });
    });
    return Boolean(line.querySelector("mark"));
  }

  // Show `place.ms` in `place.language`, or in the language that is shown, with the words of `place.find` marked.
  function reach(place) {
    wanted = place.ms === null ? null : place;
    handsOffUntil = 0;
    if (place.language && place.language !== first.value) {
      if (second && second.value === place.language) {
        second.value = first.value;
      }
      first.value = place.language;
      choose();
    } else {
      settle();
    }
  }

  function seekTo(event) {
    const line = event.target.closest(".line");
    if (!line || String(window.getSelection())) {
      return;
    }
    columns.forEach(function (column) {
      const index = column.lines.indexOf(line);
      if (index >= 0) {
        usbkit.player.seek(column.cues.s[index], true);
      }
    });
  }

  function restore() {
    const kept = usbkit.recall("transcript");
    const known = Array.isArray(kept) ? kept.filter(usbkit.subtitles.isKnown) : [];
    const own = text.getAttribute("data-language");
    first.value = known[0] || own;
    if (second) {
      second.value = known[1] || "";
    }
    if (first.value !== own || (second && second.value)) {
      choose();
      return;
    }
    chosen += 1;
    const asked = chosen;
    loadAll([own]).then(function (shown) {
      if (asked === chosen && shown.length) {
        adopt(own, shown[0].cues);
      }
    });
  }

  // By arrows from line to line; Enter plays the one that has the focus.
  function walk(event) {
    const lines = columns.length ? columns[0].lines : [];
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const at = lines.indexOf(document.activeElement);
    if (event.key === "Enter" && at >= 0) {
      usbkit.player.seek(columns[0].cues.s[at], true);
    } else if (event.key in steps && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const next = lines[at >= 0 ? at + steps[event.key] : Math.max(0, columns.length ? columns[0].lit : 0)];
      event.preventDefault();
      if (next) {
        next.tabIndex = -1;
        next.focus({ preventScroll: true });
        bring(next);
      }
    }
  }

  // Shown where the line that is heard is out of sight.
  function offerLine() {
    const line = columns.length && columns[0].lines[columns[0].lit];
    const box = text.getBoundingClientRect();
    const place = line ? line.getBoundingClientRect() : box;
    back.hidden = !line || (place.bottom > box.top && place.top < box.bottom);
  }

  function returnToLine() {
    handsOffUntil = 0;
    bringExactly(columns[0].lines[columns[0].lit], 3);
    text.focus({ preventScroll: true });
  }

  function restHands() {
    handsOffUntil = Date.now() + REST_MS;
  }

  first.addEventListener("change", chooseAndRemember);
  if (second) {
    second.addEventListener("change", chooseAndRemember);
  }
  text.addEventListener("click", seekTo);
  text.addEventListener("keydown", walk);
  text.addEventListener("scroll", offerLine, { passive: true });
  back.addEventListener("click", returnToLine);
  text.addEventListener("wheel", restHands, { passive: true });
  text.addEventListener("touchmove", restHands, { passive: true });
  text.addEventListener("keydown", restHands);
  video.addEventListener("timeupdate", function () {
    light(!video.paused);
    offerLine();
  });
  video.addEventListener("seeked", function () {
    light(true);
  });
  document.getElementById("copy").addEventListener("click", function (event) {
    const rows = Array.prototype.map.call(text.querySelectorAll(".para"), function (row) {
      return Array.prototype.map.call(row.children, function (cell) {
        return cell.textContent.replace(/\s+/g, " ").trim();
      }).join("\t");
    });
    usbkit.copy(data.title + "\n\n" + rows.join("\n") + "\n", event.currentTarget);
  });
  document.getElementById("print").addEventListener("click", function () {
    window.print();
  });
  usbkit.transcript = { reach };
  restore();
}(window.usbkit));
