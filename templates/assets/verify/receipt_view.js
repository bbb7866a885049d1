/* The receipt as the page shows it: the letter's word, the code, a sentence to copy, the spelling and a QR code. */

const SVG = "http://www.w3.org/2000/svg";

function drawReceipt(verdict, origin, word, useWord) {
  if (verdict.fingerprint === null) return null;
  const passport = verdict.companions.passport;
  const code = passport && makeReceipt(reportOf(verdict, origin), passport.nonce, verdict.fingerprint, word);
  const section = make("section", { class: "receipt", id: "receipt" }, make("h2", {}, say("receipt")));
  if (!code) {
    section.append(make("p", {}, say("receipt-none")));
    return section;
  }
  section.append(
    make("p", {}, say("receipt-why"), " ", say("receipt-where"), " ", say("receipt-limits")),
    drawWord(word, useWord),
    make("p", { class: "code" }, make("output", { id: "code", dir: "ltr" }, showReceipt(code))),
    drawSentence(verdict, passport, origin, code),
    make("p", {}, say("receipt-spell")),
    make("ol", { class: "spelling", dir: "ltr" }, ...spellReceipt(code).map((group) => make("li", { lang: "en" }, group))),
    drawQr(showReceipt(code)));
  return section;
}

function drawWord(word, useWord) {
  const field = make("input", {
    id: "word", type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 40, dir: "ltr",
  });
  field.value = byId("word") ? byId("word").value : word; // typed and not yet used
  const submit = (event) => {
    event.preventDefault();
    useWord(field.value);
  };
  return make("form", { class: "word", onsubmit: submit },
    make("label", { for: "word" }, say("receipt-word")), " ", field, " ",
    make("button", { type: "submit", id: "use-word" }, say("receipt-use")));
}

function drawSentence(verdict, passport, origin, code) {
  const sentence = make("p", { id: "sentence" }, say("receipt-sentence", {
    country: harmless(countryName(passport.country)), edition: passport.edition,
    number: passport.drive ? passport.drive.number : "-", of: passport.drive ? passport.drive.of : "-",
    drive: showReference(passport.nonce), found: say("found-" + reportOf(verdict, origin).found), code: showReceipt(code),
  }));
  const done = make("span", { role: "status" });
  const copy = () => {
    const said = (isCopied) => (done.textContent = say(isCopied ? "receipt-copied" : "receipt-by-hand"));
    said(copyText(sentence));
  };
  return make("div", { class: "sentence" }, sentence,
    make("p", {}, make("button", { type: "button", id: "copy", onclick: copy }, say("receipt-copy")), " ", done));
}

/* Copies what an element says; the clipboard's own interface is closed to pages of a drive in some browsers. */
function copyText(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  return document.execCommand("copy");
}

function drawQr(text) {
  const qr = vendoredQr.make(text);
  const size = qr.length + 8;
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": say("receipt-qr") };
  for (const name of Object.keys(attributes)) svg.setAttribute(name, attributes[name]);
  const ground = document.createElementNS(SVG, "rect");
  ground.setAttribute("width", size);
  ground.setAttribute("height", size);
  ground.setAttribute("fill", "#fff");
  const dark = document.createElementNS(SVG, "path");
  dark.setAttribute("fill", "#000");
  dark.setAttribute("shape-rendering", "crispEdges");
  const squares = [];
  qr.forEach((row, y) => row.forEach((isDark, x) => isDark && squares.push(`M${x + 4} ${y + 4}h1v1h-1z`)));
  dark.setAttribute("d", squares.join(""));
  svg.append(ground, dark);
  return svg;
}
