// The transcript: follows the video, seeks on a click, shows one language or two side by side.
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
  // The lines shown, by language: cues, their elements, and the one that is lit.
  let columns = [];
  let handsOffUntil = 0;

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

  function renderColumn(language, cues, from, to, lines) {
    const way = data.languages[language].dir;
    const paragraph = usbkit.make("p", { lang: language, dir: way });
    for (let i = from; i < to; i += 1) {
      lines[i] = paragraph.appendChild(renderCue(cues.t[i]));
      paragraph.appendChild(document.createTextNode(" "));
    }
    return paragraph;
  }

  // Paragraphs are those of the first language; the second's cues go where they begin.
  function render(languages, tracks) {
    const main = tracks[0];
    const made = document.createDocumentFragment();
    const shown = tracks.map(function (cues) {
      return { cues, lines: [], lit: -1, next: 0 };
    });
    main.p.forEach(function (from, index) {
      const to = index + 1 < main.p.length ? main.p[index + 1] : main.s.length;
      const until = to < main.s.length ? main.s[to] : Infinity;
      const at = usbkit.make("a", { class: "at", dir: "ltr", href: "#t=" + Math.floor(main.s[from] / 1000) }, [
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
        row.appendChild(renderColumn(languages[order], column.cues, begin, column.next, column.lines));
      });
      made.appendChild(row);
    });
    text.textContent = "";
    text.removeAttribute("lang");
    text.removeAttribute("dir");
    text.classList.toggle("two", tracks.length > 1);
    document.body.classList.toggle("two-languages", tracks.length > 1);
    text.appendChild(made);
    columns = shown;
    light();
  }

  // The page came with its own language's transcript; it is taken as it stands.
  function adopt(cues) {
    const lines = Array.prototype.slice.call(text.querySelectorAll(".line"));
    if (lines.length === cues.s.length) {
      columns = [{ cues, lines, lit: -1 }];
    } else {
      render([text.getAttribute("data-language")], [cues]);
    }
  }

  function choose() {
    const languages = [first.value].concat(second && second.value && second.value !== first.value ? second.value : []);
    usbkit.remember("transcript", languages);
    Promise.all(languages.map(function (language) {
      return usbkit.load("cues/" + data.stem + "." + language);
    })).then(function (tracks) {
      render(languages, tracks);
    }, function () {
      text.textContent = usbkit.word("unreadable", {});
    });
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

  function light() {
    const now = video.currentTime * 1000 + 50;
    columns.forEach(function (column, order) {
      const index = indexAt(column.cues.s, now);
      if (index === column.lit) {
        return;
      }
      if (column.lines[column.lit]) {
        column.lines[column.lit].classList.remove("now");
      }
      column.lit = index;
      const line = column.lines[index];
      if (line) {
        line.classList.add("now");
        if (order === 0 && follow.checked && !video.paused && Date.now() > handsOffUntil) {
          bring(line);
        }
      }
    });
  }

  // Only the transcript scrolls, never the page under the reader's hands.
  function bring(line) {
    const offset = line.getBoundingClientRect().top - text.getBoundingClientRect().top;
    const target = text.scrollTop + offset - text.clientHeight / 3;
    if (Math.abs(target - text.scrollTop) > text.clientHeight / 4) {
      text.scrollTop = target;
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
    const known = Array.isArray(kept) ? kept.filter(function (language) {
      return data.tracks.indexOf(language) >= 0;
    }) : [];
    const own = text.getAttribute("data-language");
    first.value = known[0] || own;
    if (second) {
      second.value = known[1] || "";
    }
    if (first.value === own && !(second && second.value)) {
      usbkit.load("cues/" + data.stem + "." + own).then(adopt, function () {});
    } else {
      choose();
    }
  }

  function restHands() {
    handsOffUntil = Date.now() + 5000;
  }

  first.addEventListener("change", choose);
  if (second) {
    second.addEventListener("change", choose);
  }
  text.addEventListener("click", seekTo);
  text.addEventListener("wheel", restHands, { passive: true });
  text.addEventListener("touchmove", restHands, { passive: true });
  text.addEventListener("keydown", restHands);
  video.addEventListener("timeupdate", light);
  video.addEventListener("seeked", light);
  document.getElementById("copy").addEventListener("click", function (event) {
    const rows = Array.prototype.map.call(text.querySelectorAll(".para"), function (row) {
      return Array.prototype.map.call(row.children, function (cell) {
        return cell.textContent.replace(/\s+/g, " ").trim();
      }).join("\t");
    });
    usbkit.player.copy(data.title + "\n\n" + rows.join("\n") + "\n", event.currentTarget);
  });
  document.getElementById("print").addEventListener("click", function () {
    window.print();
  });
  restore();
}(window.usbkit));
