/* The page: what is chosen, how far the check is, what it found. One state; `draw` shows it in the language chosen. */

const data = JSON.parse(byId("data").textContent);
const tables = data.tables;
const nacl = vendored.nacl;
const blake2b = (message) => vendored.blake2b(message);

const state = {
  stage: "start", // start, checking, stopped, done
  drive: null, // what was chosen
  verdict: null,
  typed: null, // the letter's fingerprint, null while none was given
  typedCount: null, // digits found where what was typed is none
  rows: [false, false, false, false], // compared by eye and the same
  differs: false, // compared by eye and different
  word: "", // the verification letter's, for the receipt
  checkedAt: null,
};

/* ---- Origin: what the letter says against what was read ---- */

function judgeOrigin() {
  if (state.verdict.fingerprint === null) return { origin: "not checked", reasons: [] };
  const reasons = refusals();
  if (reasons.length > 0) return { origin: "refused", reasons };
  const isSame = state.typed === state.verdict.fingerprint || state.rows.every(Boolean);
  return { origin: isSame ? "proven" : "not checked", reasons };
}

function refusals() {
  const { verdict } = state;
  const reasons = [];
  if (state.differs || (state.typed !== null && state.typed !== verdict.fingerprint)) reasons.push("");
  const { isSigned, signature, statement, signedBy } = verdict.companions;
  if (verdict.claims && verdict.claims.programme !== tables.programme) {
    reasons.push(say("refused-programme", { programme: harmless(verdict.claims.programme) }));
  } else if (isSigned && tables.keys.length > 0) {
    if (signature === null || statement === null) reasons.push(say("signature-bad"));
    else if (signedBy === null) reasons.push(say("refused-key"));
    else if (signedBy.withdrawn) reasons.push(say("refused-withdrawn", { date: signedBy.withdrawn }));
  }
  return reasons;
}

/* ---- The check ---- */

let machine = null;
let meter = null;

async function check(drive) {
  if (drive.files.length === 0 || state.stage === "checking") return;
  Object.assign(state, {
    stage: "checking", drive, verdict: null, typed: null, typedCount: null,
    rows: [false, false, false, false], differs: false, word: "", checkedAt: null,
  });
  meter = { done: 0, total: 0, count: 0, path: "", paused: false, how: "", since: Date.now(), idle: 0 };
  draw();
  const made = await newMachine(byId("worker").textContent, (count) => {
    meter.done += count;
    drawMeter();
  });
  machine = made.machine;
  meter.how = made.how;
  meter.since = Date.now();
  try {
    state.verdict = await checkFiles(drive.files, drive.folders, hooks());
    state.stage = "done";
    state.checkedAt = new Date();
  } catch (error) {
    if (!error.isStop) throw error;
    state.stage = "stopped";
  } finally {
    machine.stop();
    machine = null;
  }
  draw();
  (byId("result-heading") || byId("choose-button")).focus();
}

function hooks() {
  return {
    begin(count, total) {
      meter.count = count;
      meter.total = total;
      drawMeter();
    },
    read(file, length) {
      return file.blob ? readSlice(file.blob, 0, length) : Promise.reject(new Error("unreadable"));
    },
    hash(file) {
      meter.path = file.path;
      drawMeter();
      return file.blob ? machine.hash(file.blob) : Promise.reject(new Error("unreadable"));
    },
  };
}

function pause() {
  meter.paused = !meter.paused;
  if (meter.paused) meter.pausedAt = Date.now();
  else meter.idle += Date.now() - meter.pausedAt;
  machine.pause(meter.paused);
  byId("pause").textContent = say(meter.paused ? "continue" : "pause");
}

function drawMeter() {
  const bar = byId("bar");
  if (bar === null) return;
  const part = meter.total > 0 ? meter.done / meter.total : 0;
  bar.value = part;
  byId("percent").textContent = Math.floor(part * 100) + "\u00a0%";
  byId("amount").textContent = say("amount", { done: showSize(meter.done), total: showSize(meter.total) });
  byId("left").textContent = timeLeft();
  byId("slow").hidden = meter.how === "wasm" || meter.how === "";
  byId("current").textContent = harmless(meter.path);
}

function timeLeft() {
  const seconds = (Date.now() - meter.since - meter.idle) / 1000;
  if (seconds < 3 || meter.done === 0) return "";
  const left = ((meter.total - meter.done) / meter.done) * seconds;
  return left < 60 ? say("moment") : say("minutes", { minutes: Math.ceil(left / 60).toLocaleString(speech.language) });
}

/* ---- Drawing ---- */

function draw() {
  document.documentElement.lang = speech.language;
  document.title = say("title") + " · " + programmeTitle(tables.programme);
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-language]")) {
    element.hidden = element.dataset.language !== speech.language;
  }
  byId("programme").textContent = programmeTitle(tables.programme);
  byId("before").hidden = state.stage === "checking" || state.stage === "done";
  const parts = { start: [], checking: drawProgress, stopped: drawStopped, done: drawResult };
  const drawn = typeof parts[state.stage] === "function" ? parts[state.stage]() : parts[state.stage];
  const stage = byId("stage");
  stage.textContent = "";
  drawn.forEach((part) => part && stage.append(part));
  if (state.stage === "checking") drawMeter();
  document.body.dataset.stage = state.stage;
}

function drawProgress() {
  return [
    make("h2", {}, say("checking"), " ", make("bdi", {}, harmless(state.drive.name))),
    make("progress", { id: "bar", max: 1, value: 0, "aria-label": say("checking") }),
    make("p", { class: "meter" }, make("b", { id: "percent" }), " ", make("span", { id: "amount" }), " ", make("span", { id: "left" })),
    make("p", { id: "current", class: "current" }),
    make("p", { id: "slow", hidden: true }, say("slow")),
    make("p", {},
      make("button", { id: "pause", type: "button", onclick: pause }, say(meter.paused ? "continue" : "pause")), " ",
      make("button", { id: "stop", type: "button", onclick: () => machine && machine.stop() }, say("stop"))),
  ];
}

function drawStopped() {
  return [make("p", { class: "answer amber", role: "status" }, say("stopped"))];
}

function drawResult() {
  const { verdict } = state;
  const origin = judgeOrigin();
  window.usbkitVerdict = Object.assign({}, verdict, { origin: origin.origin });
  const overall = verdict.content !== "whole" || origin.origin === "refused" ? "red" : origin.origin === "proven" ? "green" : "amber";
  return [
    make("section", { class: "result " + overall, "data-content": verdict.content, "data-origin": origin.origin },
      make("h2", { id: "result-heading", tabindex: "-1" }, say("result"), ": ", make("bdi", {}, harmless(state.drive.name))),
      drawAnswers(verdict, origin)),
    drawTroubles(verdict),
    verdict.fingerprint && drawFingerprint(verdict),
    drawTodo(verdict, origin),
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
    answerRow("origin", originColour, say("origin-" + origin.origin), ...origin.reasons, ...drawClaims(verdict)),
    answerRow("structure", "none", say("structure-none")));
}

function drawClaims(verdict) {
  const says = verdict.claims;
  if (!says) return [];
  const { signature, signedBy } = verdict.companions;
  const lines = [say("says", {
    programme: harmless(programmeTitle(says.programme)), country: harmless(countryName(says.country)),
    edition: says.edition, date: harmless(says.date),
  })];
  if (says.programme === tables.programme && says.edition < tables.edition) lines.push(say("older", { edition: says.edition, known: tables.edition }));
  if (says.programme === tables.programme && says.edition > tables.edition) lines.push(say("newer", { edition: says.edition, known: tables.edition }));
  if (signedBy) {
    lines.push(say("signed", { name: signedBy.name, key: keyName(signature.keyId) }));
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
  if (state.drive.outside > 0) section.append(make("p", {}, say("outside", { count: state.drive.outside })));
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
        make("input", { type: "checkbox", checked: state.rows[at], onchange: (event) => compareRow(at, event.target.checked) }),
        " ", say("fingerprint-row", { row: at + 1 }))));
  const field = make("textarea", { id: "typed", rows: 4, cols: 24, spellcheck: "false", autocomplete: "off" });
  field.value = state.typed === null ? "" : fingerprintRows(state.typed).join("\n");
  return make("section", { class: "fingerprint" },
    make("h2", {}, say("fingerprint")),
    make("p", {}, say("fingerprint-how"), " ", say("fingerprint-where")),
    make("ol", {}, ...rows),
    make("p", {}, make("button", { type: "button", id: "differs", onclick: () => compareByEye({ differs: true }) }, say("fingerprint-differs"))),
    make("form", { onsubmit: compareTyped },
      make("label", { for: "typed" }, say("fingerprint-typed")), field, " ",
      make("button", { type: "submit", id: "compare" }, say("fingerprint-compare")),
      state.typedCount !== null && make("p", { class: "amber", role: "alert" }, say("fingerprint-form", { count: state.typedCount }))));
}

function compareRow(at, isSame) {
  state.rows[at] = isSame;
  compareByEye({ differs: false });
}

function compareByEye(change) {
  Object.assign(state, change);
  if (state.differs) state.rows = [false, false, false, false];
  draw();
}

function compareTyped(event) {
  event.preventDefault();
  const typed = byId("typed").value;
  Object.assign(state, { typed: null, typedCount: null, differs: false });
  try {
    if (typed.trim() !== "") state.typed = parseFingerprint(typed);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    state.typedCount = error.count;
  }
  draw();
  if (state.typedCount !== null) byId("typed").value = typed;
}

function drawTodo(verdict, origin) {
  const lines = [];
  if (origin.origin === "refused") lines.push("todo-refused");
  if (["damaged", "incomplete", "no seal"].indexOf(verdict.content) >= 0) lines.push("todo-damaged");
  if (verdict.troubles.some((trouble) => trouble.trouble === "extra")) lines.push("todo-added");
  if (lines.length > 0) lines.push("todo-how");
  else if (origin.origin === "proven") lines.push("todo-fine", "todo-page");
  else lines.push("todo-origin");
  return make("section", { class: "todo" },
    make("h2", {}, say("todo")), ...lines.map((line) => make("p", {}, say(line))),
    make("p", { class: "buttons" },
      make("button", { type: "button", id: "print", onclick: () => window.print() }, say("print")), " ",
      make("button", { type: "button", id: "again", onclick: again }, say("again"))));
}

function useWord(word) {
  state.word = word;
  draw();
  byId("code").focus();
}

function again() {
  Object.assign(state, { stage: "start", drive: null, verdict: null });
  byId("folder").value = "";
  draw();
}

/* Only printed: when, by whom, and the one question that the page cannot answer about itself. */
function drawSheet() {
  return make("section", { class: "sheet" },
    make("p", {}, say("printed", { date: state.checkedAt.toLocaleString(speech.language) })),
    make("p", {}, say("page-digest"), " ", make("span", { class: "blank" })),
    make("p", {}, say("checked-by"), " ", make("span", { class: "blank" })),
    make("p", {}, say("signature"), " ", make("span", { class: "blank" })));
}

/* ---- What the recipient does ---- */

function chooseLanguage(code) {
  speech.language = data.words[code] ? code : "en";
  byId("language").value = speech.language;
  draw();
}

function languageWanted() {
  const asked = [location.hash.slice(1), ...(navigator.languages || [navigator.language || "en"])];
  return asked.map((code) => code.slice(0, 2).toLowerCase()).find((code) => data.words[code]) || "en";
}

byId("folder").addEventListener("change", (event) => check(fromChosen(event.target.files)));
byId("choose-button").addEventListener("click", () => byId("folder").click());
byId("language").addEventListener("change", (event) => chooseLanguage(event.target.value));
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  byId("drop-failed").hidden = true;
  fromDropped(event.dataTransfer.items).then((drive) => {
    byId("drop-failed").hidden = drive.files.length > 0;
    return check(drive);
  }, () => (byId("drop-failed").hidden = false));
});
byId("script-runs").hidden = false;
chooseLanguage(languageWanted());
