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
  const own = text.getAttribute("data-language");
  const back = document.getElementById("current-line");
  const REST_MS = 5000;
  const HELD_FRAMES = 60;
  // The lines shown, by language: cues, their elements, and the one that is lit.
  let columns = [];
  let handsOffUntil = 0;
  // The line that was asked for, kept in sight.
  let held = null;
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
    const paragraph = usbkit.make("p", { lang: data.languages[column.language].code, dir: way });
    for (let i = from; i < to; i += 1) {
      column.lines[i] = paragraph.appendChild(renderCue(column.cues.t[i]));
      paragraph.appendChild(document.createTextNode(" "));
    }
    return paragraph;
  }

  // Paragraphs are those of the first language; the second's cues go where they begin.
  function render(shown, ms) {
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
    light();
    if (!wanted && ms !== null) {
      hold(columns[0].lines[Math.max(0, indexAt(main.s, ms))]);
    }
    settle();
  }

  // The page came with its own language's transcript; it is taken as it stands.
  function adopt(language, cues) {
    const lines = Array.prototype.slice.call(text.querySelectorAll(".line"));
    if (lines.length === cues.s.length) {
      columns = [{ language, cues, lines, lit: -1 }];
      light();
      settle();
    } else {
      render([{ language, cues, lines: [], lit: -1, next: 0 }], null);
    }
  }

  // Loads `languages`; `act` has those that could be, unless others were asked for meanwhile. A file that is missing
  // takes only its own language away, and `missing` says which were already.
  function load(languages, act, missing) {
    const lacking = missing || [];
    chosen += 1;
    const asked = chosen;
    Promise.all(languages.map(function (language) {
      return usbkit.load("cues/" + data.stem + "." + language).then(function (cues) {
        return { language, cues, lines: [], lit: -1, next: 0 };
      }, function () {
        lacking.push(language);
        return null;
      });
    })).then(function (loaded) {
      if (asked === chosen) {
        usbkit.subtitles.lack("transcript", lacking);
        act(loaded.filter(Boolean), lacking);
      }
    });
  }

  // The menus say what is shown, which may be less than what they asked for.
  function setMenus(languages) {
    first.value = languages[0];
    if (second) {
      second.value = languages[1] || "";
    }
  }

  function choose() {
    const languages = [first.value].concat(second && second.value && second.value !== first.value ? second.value : []);
    load(languages, function (shown, missing) {
      if (shown.length) {
        render(shown, momentInSight());
      } else if (!columns.length) {
        loadOwn(missing);
        return;
      }
      setMenus(columns.map(function (column) {
        return column.language;
      }));
      settle();
    });
    return languages;
  }

  // The transcript as the page came with it.
  function loadOwn(missing) {
    setMenus([own]);
    load([own], function (shown) {
      if (shown.length) {
        adopt(own, shown[0].cues);
      }
    }, missing);
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

  function isFollowing() {
    return follow.checked && Date.now() > handsOffUntil;
  }

  // Whoever has scrolled the page elsewhere stays there.
  function mayScroll() {
    const line = columns.length && columns[0].lines[columns[0].lit];
    return isOwnScroller() || Boolean(line && isSeen(line));
  }

  function light() {
    const now = video.currentTime * 1000 + 50;
    columns.forEach(function (column) {
      const index = indexAt(column.cues.s, now);
      if (index !== column.lit) {
        lightLine(column, index);
      }
    });
  }

  // Lights another line and brings it; where a moment was asked for, the one that is lit too.
  function turn(isAsked) {
    const main = columns[0];
    const isTurned = main && indexAt(main.cues.s, video.currentTime * 1000 + 50) !== main.lit;
    const isToFollow = (isTurned || isAsked) && isFollowing() && mayScroll();
    light();
    if (isToFollow && main && main.lines[main.lit]) {
      hold(main.lines[main.lit]);
    }
  }

  // On a telephone the page scrolls, beneath the player; elsewhere the transcript alone. The style tells: heights are
  // guessed until paragraphs are drawn.
  function isOwnScroller() {
    return window.getComputedStyle(text).overflowY === "auto";
  }

  function isSeen(part) {
    const box = isOwnScroller() ? text.getBoundingClientRect() : {
      top: document.getElementById("player").getBoundingClientRect().bottom, bottom: window.innerHeight
    };
    const place = part.getBoundingClientRect();
    return place.bottom > box.top && place.top < box.bottom;
  }

  // Another language shows the same moment: the line that is heard where it is in sight, else what is being read.
  function momentInSight() {
    const main = columns[0];
    if (main && main.lines[main.lit] && isSeen(main.lines[main.lit])) {
      return main.cues.s[main.lit];
    }
    const row = Array.prototype.find.call(text.children, isSeen);
    return row ? Number(row.querySelector(".at").getAttribute("data-at")) : null;
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

  // What was asked for stays in sight while heights change around it: paragraphs out of sight have a guessed one, and
  // what stands above grows when it has something to say. Until hands move, or another line is heard.
  function hold(line) {
    held = line;
    holdFor(HELD_FRAMES);
  }

  function holdFor(frames) {
    if (held && frames > 0) {
      bring(held);
      window.requestAnimationFrame(function () {
        holdFor(frames - 1);
      });
    }
  }

  function letGo() {
    held = null;
  }

  function settle() {
    if (!wanted || !columns.length) {
      return;
    }
    const place = wanted;
    wanted = null;
    usbkit.marks.clear(text);
    columns.forEach(function (column, order) {
      const index = indexAt(column.cues.s, place.ms + 50);
      lightLine(column, index);
      if (order === 0 && column.lines[index]) {
        usbkit.marks.set(column.lines.slice(index, index + 2), place.find, data.languages[column.language].code);
        hold(column.lines[index]);
      }
    });
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
    setMenus([known[0] || own, known[1]]);
    if (first.value !== own || (second && second.value)) {
      choose();
    } else {
      loadOwn([]);
    }
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
      if (next) {
        event.preventDefault();
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
    const isFocusLost = document.activeElement === back;
    back.hidden = !line || (place.bottom > box.top && place.top < box.bottom);
    if (back.hidden && isFocusLost) {
      text.focus({ preventScroll: true });
    }
  }

  function returnToLine() {
    handsOffUntil = 0;
    hold(columns[0].lines[columns[0].lit]);
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
  ["wheel", "touchmove", "mousedown", "keydown"].forEach(function (hand) {
    document.addEventListener(hand, letGo, { passive: true });
  });
  if (window.ResizeObserver) {
    new window.ResizeObserver(function () {
      holdFor(1);
    }).observe(document.getElementById("player"));
  }
  usbkit.player.follow(function (event) {
    turn(!event || event.type === "seeking");
    offerLine();
  });
  usbkit.transcript = { reach };
  restore();
}(window.usbkit));
