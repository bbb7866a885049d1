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
  typedFault: "", // what is wrong with what was typed where it is no fingerprint
  rows: [false, false, false, false], // compared by eye and the same
  differs: false, // compared by eye and different
  word: "", // the verification letter's, for the receipt
  checkedAt: null,
};

/* ---- Origin: what was typed or compared by eye against what was read ---- */

function originNow() {
  const { fingerprint } = state.verdict;
  const judged = judgeOrigin(state.verdict, {
    isSame: state.typed === fingerprint || state.rows.every(Boolean),
    differs: state.differs || (state.typed !== null && state.typed !== fingerprint),
  });
  const reasons = judged.reasons.map((reason) => reason.word && say(reason.word, reason));
  // What nobody compared is not said to differ: then the first reason is the answer.
  const said = judged.origin === "refused" && reasons[0] !== "" ? reasons : [say("origin-" + judged.origin), ...reasons];
  return { origin: judged.origin, said: said.filter(Boolean) };
}

/* ---- The check ---- */

let machine = null;
let meter = null;

async function check(drive) {
  if (drive.files.length === 0 || state.stage === "checking") return;
  Object.assign(state, {
    stage: "checking", drive, verdict: null, typed: null, typedFault: "",
    rows: [false, false, false, false], differs: false, word: "", checkedAt: null,
  });
  const own = { done: 0, total: 0, path: "", paused: false, stopped: false, how: "", since: Date.now(), idle: 0 };
  meter = own;
  draw();
  byId("checking-heading").focus();
  const made = await newMachine(byId("worker").textContent, (count) => {
    own.done += count;
    drawMeter();
  });
  machine = made.machine;
  meter.how = made.how;
  meter.since = Date.now();
  meter.idle = 0;
  meter.pausedAt = meter.since;
  machine.pause(meter.paused); // pressed before there was one
  try {
    state.verdict = await checkFiles(drive, hooks());
    state.stage = "done";
    state.checkedAt = new Date();
  } catch (error) {
    state.stage = "stopped";
    if (!error.isStop) setTimeout(() => { throw error; }, 0); // a fault of this page: it must not stand still
  } finally {
    machine.stop();
    machine = null;
  }
  draw();
  (byId("result-heading") || byId("choose-button")).focus();
}

function hooks() {
  return {
    begin(total) {
      meter.total = total;
      drawMeter();
    },
    read(file, length) {
      return reading(file) || readSlice(file.blob, 0, length);
    },
    hash(file) {
      meter.path = file.path;
      meter.total = Math.max(meter.total, meter.done + file.size); // one that is not sealed comes on top
      drawMeter();
      return reading(file) || machine.hash(file.blob);
    },
  };
}

/* Null where the file may be read, else why not. */
function reading(file) {
  if (meter.stopped) return Promise.reject(new Stop());
  return file.blob ? null : Promise.reject(new Error("unreadable"));
}

function pause() {
  meter.paused = !meter.paused;
  if (meter.paused) meter.pausedAt = Date.now();
  else meter.idle += Date.now() - meter.pausedAt;
  if (machine) machine.pause(meter.paused);
  byId("pause").textContent = say(meter.paused ? "continue" : "pause");
}

/* Between two files there is nothing to be stopped: then the next is not begun. */
function stop() {
  meter.stopped = true;
  if (machine) machine.stop();
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
  const seconds = ((meter.paused ? meter.pausedAt : Date.now()) - meter.since - meter.idle) / 1000;
  if (seconds < 3 || meter.done === 0) return "";
  const left = ((meter.total - meter.done) / meter.done) * seconds;
  return left < 60 ? say("moment") : say("minutes", { minutes: Math.ceil(left / 60).toLocaleString(speech.language) });
}

/* ---- Drawing ---- */

function draw() {
  document.documentElement.lang = speech.language;
  document.documentElement.dir = data.rightToLeft.indexOf(speech.language) >= 0 ? "rtl" : "ltr";
  document.title = say("title") + " · " + programmeTitle(tables.programme);
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-language]")) {
    element.hidden = element.dataset.language !== speech.language;
  }
  byId("back").href = indexAddress();
  byId("programme").textContent = programmeTitle(tables.programme);
  byId("before").hidden = state.stage === "checking" || state.stage === "done";
  const parts = { start: () => [], checking: drawProgress, stopped: drawStopped, done: drawResult };
  redraw(byId("stage"), parts[state.stage]().filter(Boolean));
  if (state.stage === "checking") drawMeter();
  document.body.dataset.stage = state.stage;
  announce();
}

/* Puts what changed in place of what was there; whoever has the focus keeps it, or has it in the new part. */
function redraw(stage, drawn) {
  const focused = document.activeElement && document.activeElement.id;
  drawn.forEach((part, at) => {
    const before = stage.children[at];
    if (!before) stage.append(part);
    else if (!before.isEqualNode(part)) stage.replaceChild(part, before);
  });
  while (stage.children.length > drawn.length) stage.removeChild(stage.lastChild);
  if (focused && document.activeElement.id !== focused && byId(focused)) byId(focused).focus({ preventScroll: true });
}

/* The verdict, for a reader who hears the page: said when it is there and whenever it changes. */
function announce() {
  const said = state.stage === "done" ? say("content-" + state.verdict.content) + " " + originNow().said[0] : "";
  if (byId("announce").textContent !== said) byId("announce").textContent = said;
}

function drawProgress() {
  return [
    make("h2", { id: "checking-heading", tabindex: "-1" }, say("checking"), " ", make("bdi", {}, harmless(state.drive.name))),
    make("progress", { id: "bar", max: 1, value: 0, "aria-label": say("checking") }),
    make("p", { class: "meter" }, make("b", { id: "percent" }), " ", make("span", { id: "amount" }), " ", make("span", { id: "left" })),
    make("p", { id: "current", class: "current" }),
    make("p", { id: "slow", hidden: true }, say("slow")),
    make("p", {},
      make("button", { id: "pause", type: "button", onclick: pause }, say(meter.paused ? "continue" : "pause")), " ",
      make("button", { id: "stop", type: "button", onclick: stop }, say("stop"))),
  ];
}

function drawStopped() {
  return [make("p", { class: "answer amber", role: "status" }, say("stopped"))];
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
  Object.assign(state, { typed: null, typedFault: "", differs: false });
  try {
    state.typed = parseFingerprint(typed);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    state.typedFault = faultOf(typed, error.count);
  }
  draw();
  // The answer stands above what was typed.
  if (state.typed !== null) byId("result-heading").focus();
}

/* The character that is in no fingerprint, or how many there are. A row's number before it is no part of it. */
function faultOf(typed, count) {
  const digits = typed.trim().split(/[\s-]+/).filter((group) => !/^[1-4][:.)]?$/.test(group)).join("");
  const wrong = Array.from(digits).find((char) => !/[0-9a-f]/i.test(char));
  return wrong ? say("fingerprint-char", { char: harmless(wrong) }) : say("fingerprint-form", { count });
}

function useWord(word) {
  state.word = word;
  draw();
  byId("code").focus();
}

function again() {
  Object.assign(state, { stage: "start", drive: null, verdict: null });
  draw();
  byId("choose-button").focus();
}

/* ---- What the recipient does ---- */

function chooseLanguage(code) {
  speech.language = data.words[code] ? code : "en";
  byId("language").value = speech.language;
  state.typedFault = "";
  draw();
}

/* The first of the codes that is a language of this page. */
function knownLanguage(asked) {
  const known = Object.keys(data.words);
  return asked.map((code) => code.split("-")[0].toLowerCase()).find((code) => known.indexOf(code) >= 0);
}

function languageWanted() {
  return knownLanguage([location.hash.slice(1), ...(navigator.languages || [navigator.language || "en"])]) || "en";
}

byId("folder").addEventListener("change", (event) => {
  const drive = fromChosen(event.target.files);
  event.target.value = ""; // so that the same folder can be chosen again, after a check was stopped too
  return check(drive);
});
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
window.addEventListener("hashchange", () => chooseLanguage(knownLanguage([location.hash.slice(1)]) || speech.language));
byId("script-runs").hidden = false;
chooseLanguage(languageWanted());
