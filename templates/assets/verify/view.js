/* Small means to draw the page: elements, words in the language chosen, names from a drive made harmless. */

/* An element with attributes, listeners (onclick …) and children; strings become text, never markup. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const name of Object.keys(attributes || {})) {
    const value = attributes[name];
    if (name.indexOf("on") === 0) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

function byId(id) {
  return document.getElementById(id);
}

const speech = { language: "en" };

/* The words named `key`, with {values} filled in; English where a language has none. */
function say(key, values) {
  const words = data.words[speech.language] || data.words.en;
  const text = words[key] || data.words.en[key] || key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (values && values[name] !== undefined ? values[name] : whole));
}

/* A name as it stands on a drive: controls, separators and bidirectional overrides become visible escapes. */
function harmless(name) {
  const steering = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/g;
  const astral = /[\ud800-\udbff][\udc00-\udfff]/g;
  const escape = (char) => "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0");
  // A pair of surrogates is one honest character; a lone one is not.
  let text = "";
  let at = 0;
  for (let match = astral.exec(name); match !== null; match = astral.exec(name)) {
    text += name.slice(at, match.index).replace(steering, escape) + match[0];
    at = match.index + 2;
  }
  return text + name.slice(at).replace(steering, escape);
}

function fileName(path) {
  return make("bdi", { class: "path" }, harmless(path));
}

function showSize(bytes) {
  const isLarge = bytes >= 1e9;
  const amount = bytes / (isLarge ? 1e9 : 1e6);
  const shown = amount.toLocaleString(speech.language, { maximumFractionDigits: isLarge || amount < 10 ? 1 : 0 });
  return leftToRight(shown + "\u00a0" + (isLarge ? "GB" : "MB"));
}

/* Amounts, dates and keys read from the left among words that read from the right. */
function leftToRight(text) {
  return document.documentElement.dir === "rtl" ? "\u2066" + text + "\u2069" : text;
}

function countryName(code) {
  try {
    return new Intl.DisplayNames([speech.language], { type: "region" }).of(code) + " (" + code + ")";
  } catch (_error) {
    return code; // an engine before 2020, or no such country
  }
}

/* This page is the same for all countries: which languages a drive has, its index knows, and leads to the one named. */
function indexAddress() {
  return "index.html#language=" + speech.language;
}

function programmeTitle(id) {
  const titles = tables.titles;
  return id === tables.programme ? titles[speech.language] || titles.en || id : id;
}
