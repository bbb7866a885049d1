/* What the check found, as the page shows it: the answers, what is wrong, the fingerprint, what to do. */

function drawResult() {
  const { verdict } = state;
  const origin = originNow();
  window.usbkitVerdict = Object.assign({}, verdict, { origin: origin.origin });
  const overall = verdict.content !== "whole" || origin.origin === "refused" ? "red" : origin.origin === "proven" ? "green" : "amber";
  return [
    make("section", { class: "result " + overall, "data-content": verdict.content, "data-origin": origin.origin },
      make("h2", { id: "result-heading", tabindex: "-1" }, say("result"), ": ", make("bdi", {}, harmless(state.drive.name))),
      make("p", { class: "chosen" }, say("chosen"), " ", make("bdi", {}, harmless(state.drive.name)), ". ", say("chosen-ask")),
      drawAnswers(verdict, origin)),
    drawTroubles(verdict),
    drawTodo(verdict, origin),
    verdict.fingerprint && drawFingerprint(verdict),
    drawReceipt(verdict, origin.origin, state.word, useWord),
    drawSheet(),
  ];
}

function answerRow(name, colour, ...said) {
  const sign = { green: "\u2713", amber: "?", red: "\u2717", none: "\u2013" }[colour];
  return make("div", { class: "row " + colour },
    make("dt", {}, make("span", { class: "sign", "aria-hidden": "true" }, sign), say(name)),
    make("dd", {}, ...said.filter(Boolean).map((line, at) => make("p", at === 0 ? { class: "main" } : {}, line))));
}

function drawAnswers(verdict, origin) {
  const counted = { files: verdict.files.toLocaleString(speech.language), size: showSize(verdict.bytes) };
  const contentColour = verdict.content === "whole" ? "green" : "red";
  const originColour = { proven: "green", refused: "red" }[origin.origin] || "amber";
  return make("dl", { class: "answers" },
    answerRow("content", contentColour, say("content-" + verdict.content), verdict.fingerprint && say("counted", counted)),
    answerRow("origin", originColour, ...origin.said, ...drawClaims(verdict)),
    answerRow("structure", "none", say("structure-none")));
}

function drawClaims(verdict) {
  const says = verdict.claims;
  if (!says) return [];
  const { signature, signedBy } = verdict.companions;
  const lines = [say("says", {
    programme: harmless(programmeTitle(says.programme)), country: harmless(countryName(says.country)),
    edition: says.edition, date: leftToRight(harmless(says.date)),
  })];
  if (says.programme === tables.programme && says.edition < tables.edition) lines.push(say("older", { edition: says.edition, known: tables.edition }));
  if (says.programme === tables.programme && says.edition > tables.edition) lines.push(say("newer", { edition: says.edition, known: tables.edition }));
  if (signedBy) {
    lines.push(say("signed", { name: signedBy.name, key: leftToRight(keyName(signature.keyId)) }));
    if (signedBy.demo) lines.push(say("demo-key"));
  } else if (!verdict.companions.isSigned) {
    lines.push(say("unsigned"));
  } else if (tables.keys.length === 0) {
    lines.push(say(signature === null ? "signature-bad" : "signed-unknown"));
  }
  return lines;
}

const SHOWN = 100;

function drawTroubles(verdict) {
  const list = verdict.troubles.slice().sort((one, other) => Boolean(other.runs) - Boolean(one.runs));
  const section = make("section", { class: "troubles" });
  if (list.length > 0) section.append(make("h2", {}, say("troubles")), make("ul", {}, ...list.slice(0, SHOWN).map(drawTrouble)));
  if (list.length > SHOWN) section.append(make("p", {}, say("more", { count: list.length - SHOWN })));
  if (verdict.debris.length > 0) {
    const names = verdict.debris.slice(0, SHOWN).map(harmless).join(", ");
    section.append(make("p", { class: "debris" }, say("debris", { names })));
  }
  const below = verdict.fingerprint === null ? sealsBelow(state.drive.files).slice(0, 3) : [];
  below.forEach((folder) => section.append(make("p", { class: "below" }, say("seal-below"), " ", fileName(folder))));
  section.append(make("p", { class: "hidden-files" }, say("hidden")));
  return section;
}

function drawTrouble(trouble) {
  const words = data.words.en;
  const detail = trouble.detail === "" ? "" : words[trouble.detail] ? trouble.detail : "changed";
  const original = harmless(trouble.original || "");
  return make("li", { class: trouble.runs ? "runs" : "" },
    make("b", {}, say(trouble.trouble)), ": ", fileName(trouble.path),
    detail && make("p", {}, say(detail, { original })));
}

function drawFingerprint(verdict) {
  const rows = fingerprintRows(verdict.fingerprint).map((row, at) =>
    make("li", {}, make("code", {}, row), " ",
      make("label", {},
        make("input", {
          id: "row-" + (at + 1), type: "checkbox", checked: state.rows[at], onchange: (event) => compareRow(at, event.target.checked),
        }),
        " ", say("fingerprint-row", { row: at + 1 }))));
  const field = make("textarea", { id: "typed", rows: 4, cols: 24, dir: "ltr", spellcheck: "false", autocomplete: "off" });
  field.value = byId("typed") ? byId("typed").value : "";
  return make("section", { class: "fingerprint" },
    make("h2", {}, say("fingerprint")),
    make("p", {}, say("fingerprint-how"), " ", say("fingerprint-where")),
    make("ol", { dir: "ltr" }, ...rows),
    make("p", {}, make("button", { type: "button", id: "differs", onclick: () => compareByEye({ differs: true }) }, say("fingerprint-differs"))),
    make("form", { onsubmit: compareTyped },
      make("label", { for: "typed" }, say("fingerprint-typed")), field, " ",
      make("button", { type: "submit", id: "compare" }, say("fingerprint-compare")),
      state.typedFault !== "" && make("p", { class: "amber", role: "alert" }, state.typedFault)),
    state.typed !== null && drawTypedRows(fingerprintRows(state.typed), fingerprintRows(verdict.fingerprint)));
}

/* What was typed beside what was read, row by row; the first character that differs is named. */
function drawTypedRows(typed, read) {
  return make("ol", { class: "typed-rows", dir: "ltr" }, ...typed.map((row, at) => {
    const isSame = row === read[at];
    const sign = make("span", { class: "sign", "aria-hidden": "true" }, isSame ? "\u2713" : "\u2717");
    if (isSame) return make("li", { class: "row green" }, sign, make("code", {}, row), " ", make("bdi", {}, say("fingerprint-row", { row: at + 1 })));
    let wrong = 0;
    while (row[wrong] === read[at][wrong]) wrong++;
    const place = row.slice(0, wrong + 1).replace(/ /g, "").length;
    const named = say("fingerprint-wrong", { row: at + 1, place, typed: row[wrong], found: read[at][wrong] });
    return make("li", { class: "row red" }, sign,
      make("code", {}, row.slice(0, wrong), make("mark", {}, row[wrong]), row.slice(wrong + 1)), " ", make("bdi", { class: "main" }, named));
  }));
}

function drawTodo(verdict, origin) {
  const lines = [];
  if (origin.origin === "refused") lines.push("todo-refused");
  if (["damaged", "incomplete", "no seal"].indexOf(verdict.content) >= 0) lines.push("todo-damaged");
  if (verdict.troubles.some((trouble) => trouble.trouble === "extra")) lines.push("todo-added");
  if (lines.length > 0) lines.push("todo-how");
  else if (origin.origin === "proven") lines.push("todo-fine", "todo-page");
  else lines.push("todo-origin");
  // The index beside this page may be opened only where this page stands in what was checked.
  const isFine = origin.origin === "proven" && lines.indexOf("todo-fine") >= 0 && isBeside(state.drive.name, location.pathname);
  return make("section", { class: "todo" },
    make("h2", {}, say("todo")), ...lines.map((line) => make("p", {}, say(line))),
    isFine && make("p", {}, make("a", { id: "open-index", class: "button", href: indexAddress() }, say("open-index"))),
    make("p", { class: "buttons" },
      make("button", { type: "button", id: "print", onclick: () => window.print() }, say("print")), " ",
      make("button", { type: "button", id: "again", onclick: again }, say("again"))));
}

/* Only printed: when, by whom, and the one question that the page cannot answer about itself. */
function drawSheet() {
  return make("section", { class: "sheet" },
    make("p", {}, say("printed", { date: state.checkedAt.toLocaleString(speech.language) })),
    make("p", {}, say("page-digest"), " ", make("span", { class: "blank" })),
    make("p", {}, say("checked-by"), " ", make("span", { class: "blank" })),
    make("p", {}, say("signature"), " ", make("span", { class: "blank" })));
}
