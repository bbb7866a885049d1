/* The seal, its signature and its statement, read as strictly as usbkit/seal does. Bytes in, values out; no page, no
   files. `tables` holds the expressions and numbers that Python hands over, so that both judge alike; the corpus
   tests/seal/vectors.json is run against both. Throws Refusal with the same ids. */

class Refusal extends Error {
  constructor(id) {
    super(id);
    this.id = id;
  }
}

/* Bytes as a string with one character a byte, so that expressions see what is there and not what it decodes to. */
function toBinary(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192));
  }
  return text;
}

function fromBinary(text) {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

function toHex(bytes) {
  let text = "";
  for (const byte of bytes) text += (byte < 16 ? "0" : "") + byte.toString(16);
  return text;
}

function whole(expression) {
  return new RegExp("^(?:" + expression + ")$");
}

/* Bytes from base64 in its one canonical form, null for anything else. */
function decodeBase64(text, length) {
  let raw;
  try {
    raw = atob(text);
  } catch (_error) {
    return null;
  }
  return raw.length === length && btoa(raw) === text ? fromBinary(raw) : null;
}

/* ---- SHA256SUMS ---- */

/* Path to digest, in the file's order. */
function parseSums(bytes) {
  if (bytes.length > tables.maxSums) throw new Refusal("sums-size");
  if (bytes.length === 0) throw new Refusal("sums-empty");
  if (bytes[bytes.length - 1] !== 10) throw new Refusal("sums-end");
  const form = whole(tables.line);
  const admit = newKeeper();
  const digests = new Map();
  for (const line of toBinary(bytes.subarray(0, bytes.length - 1)).split("\n")) {
    const match = form.exec(line);
    if (match === null) throw new Refusal("sums-line");
    admit(match[2]);
    digests.set(match[2], match[1]);
  }
  return digests;
}

/* Admits paths one after another, or throws when one has no place behind those before it. */
function newKeeper() {
  const form = whole(tables.path);
  const unsealed = new Set(tables.unsealed.map((name) => name.toLowerCase()));
  const seals = new Set(tables.seals.map((name) => name.toLowerCase()));
  const files = new Set();
  const folders = new Set();
  let last = "";
  return function admit(path) {
    if (path.length > tables.maxPath || !form.test(path)) throw new Refusal("sums-path");
    const folded = path.toLowerCase();
    if (unsealed.has(folded) || seals.has(folded.slice(folded.lastIndexOf("/") + 1))) throw new Refusal("sums-unsealed");
    const above = parents(folded);
    if (files.has(folded) || folders.has(folded) || above.some((folder) => files.has(folder))) {
      throw new Refusal("sums-twin");
    }
    if (path <= last) throw new Refusal("sums-order");
    files.add(folded);
    above.forEach((folder) => folders.add(folder));
    last = path;
  };
}

/* The folders that a path stands in, outermost first. */
function parents(path) {
  const parts = path.split("/");
  return parts.slice(1).map((part, at) => parts.slice(0, at + 1).join("/"));
}

/* ---- The fingerprint ---- */

function fingerprintOf(sums) {
  return new Sha256().update(sums).digest();
}

function fingerprintRows(fingerprint) {
  const groups = fingerprint.match(/.{4}/g);
  return [0, 4, 8, 12].map((at) => groups.slice(at, at + 4).join(" "));
}

/* A fingerprint as somebody typed or pasted it; rows, groups, hyphens, capitals and the rows' numbers are forgiven. */
function parseFingerprint(typed) {
  const groups = typed.trim().split(/[\s-]+/);
  const digits = groups.filter((group) => !/^[1-4][:.)]?$/.test(group)).join("").toLowerCase();
  if (!whole(tables.digest).test(digits)) {
    const refusal = new Refusal("fingerprint-form");
    refusal.count = digits.length;
    throw refusal;
  }
  return digits;
}

/* ---- Ed25519, strictly (usbkit/trust/ed25519.py) ---- */

/* Compare numbers written as little-endian bytes. */
function isBelow(bytes, limit) {
  for (let at = 31; at >= 0; at--) {
    if (bytes[at] !== limit[at]) return bytes[at] < limit[at];
  }
  return false;
}

function fromHex(text) {
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

function withoutSign(encoded) {
  const bytes = Uint8Array.from(encoded);
  bytes[31] &= 0x7f;
  return bytes;
}

function isSmallOrder(encoded) {
  return tables.smallOrder.indexOf(toHex(withoutSign(encoded))) >= 0;
}

function isStrictKey(key) {
  return key.length === 32 && isBelow(withoutSign(key), fromHex(tables.fieldPrime)) && !isSmallOrder(key);
}

function isValidSignature(key, signature, message) {
  if (signature.length !== 64 || !isStrictKey(key)) return false;
  if (!isBelow(signature.subarray(32), fromHex(tables.groupOrder)) || isSmallOrder(signature.subarray(0, 32))) {
    return false;
  }
  return nacl.sign.detached.verify(message, signature, key);
}

/* ---- minisign ---- */

function parseKey(line) {
  const raw = decodeBase64(line, 42);
  if (raw === null || toBinary(raw.subarray(0, 2)) !== "Ed" || !isStrictKey(raw.subarray(10))) {
    throw new Refusal("public-key");
  }
  return { id: toHex(raw.subarray(2, 10)), key: raw.subarray(10) };
}

/* A key's id as minisign prints it. */
function keyName(id) {
  return id.match(/../g).reverse().join("").toUpperCase().replace(/^0+(?=.)/, "");
}

function parseSignature(bytes) {
  const lines = toBinary(bytes).split("\n");
  if (bytes.length > tables.maxSignature || lines.length !== 5 || lines.pop() !== "") {
    throw new Refusal("signature-lines");
  }
  if (!lines.every((line) => /^[ -~]*$/.test(line))) throw new Refusal("signature-lines");
  if (lines[0].indexOf("untrusted comment: ") !== 0 || lines[2].indexOf("trusted comment: ") !== 0) {
    throw new Refusal("signature-comment");
  }
  const raw = decodeBase64(lines[1], 74);
  const tie = decodeBase64(lines[3], 64);
  if (raw === null || tie === null) throw new Refusal("signature-base64");
  if (toBinary(raw.subarray(0, 2)) !== "ED") throw new Refusal("signature-algorithm");
  return {
    keyId: toHex(raw.subarray(2, 10)),
    signature: raw.subarray(10),
    comment: lines[2].slice("trusted comment: ".length),
    globalSignature: tie,
  };
}

/* Throws unless both signatures are by `key`, over `message` and over the trusted comment. */
function requireSigned(signature, message, key) {
  if (signature.keyId !== key.id) throw new Refusal("signature-key");
  if (!isValidSignature(key.key, signature.signature, blake2b(message))) throw new Refusal("signature-wrong");
  const tied = new Uint8Array(64 + signature.comment.length);
  tied.set(signature.signature);
  tied.set(fromBinary(signature.comment), 64);
  if (!isValidSignature(key.key, signature.globalSignature, tied)) throw new Refusal("signature-global");
}

/* ---- The statement ---- */

function parseStatement(comment) {
  const kind = /^usbkit [a-z]+ v[0-9]+(?= )/.exec(comment);
  if (kind !== null && kind[0] !== tables.sealKind) throw new Refusal("statement-kind");
  const match = whole(tables.statement).exec(comment);
  if (match === null || match[1].length > tables.maxProgramme || !isDay(match[4])) throw new Refusal("statement-form");
  return {
    programme: match[1],
    country: match[2],
    edition: Number(match[3]),
    date: match[4],
    files: Number(match[5]),
    sha256: match[6],
  };
}

function isDay(text) {
  const parts = text.split("-").map(Number);
  const day = new Date(Date.UTC(parts[0], parts[1] - 1, parts[2]));
  if (parts[0] < 100) day.setUTCFullYear(parts[0]);
  return parts[0] > 0 && day.getUTCMonth() === parts[1] - 1 && day.getUTCDate() === parts[2];
}

/* Throws unless the statement is about the seal with this fingerprint and number of files. */
function requireAbout(statement, fingerprint, files) {
  if (statement.sha256 !== fingerprint || statement.files !== files) throw new Refusal("statement-other");
}
