/* Receipt codes, as usbkit/trust/receipt_code.py makes them. `tables.receipt` holds the alphabet and the numbers. */

function hmac(key, message) {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? fromHex(new Sha256().update(key).digest()) : key);
  const inner = new Sha256().update(block.map((byte) => byte ^ 0x36)).update(message).digest();
  return fromHex(new Sha256().update(block.map((byte) => byte ^ 0x5c)).update(fromHex(inner)).digest());
}

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

/* A letter word as it counts: small letters a-z. */
function plainWord(typed) {
  return typed.normalize("NFKC").toLowerCase().replace(/[^a-z]/g, "");
}

/* The 24 bits that name the drive with this nonce. */
function referenceOf(nonce) {
  return new Sha256().update(fromBinary("usbkit drive v1 " + nonce)).digest().slice(0, 6);
}

function showReference(nonce) {
  const number = parseInt(referenceOf(nonce), 16);
  return [20, 15, 10, 5, 0].map((shift) => tables.receipt.alphabet[(number >> shift) & 31]).join("");
}

/* What a receipt says of a verdict: what was found, and how many files are in trouble. */
function reportOf(verdict, origin) {
  const found = origin === "refused" ? "refused" : verdict.content;
  return { found, count: Math.min(verdict.troubles.length, tables.receipt.most) };
}

/* The code for a drive: twenty characters. `word` is the letter's, "" without it. Null where the drive has no nonce. */
function makeReceipt(report, nonce, fingerprint, word) {
  const { alphabet, salt, version, found } = tables.receipt;
  if (nonce === null || !whole(tables.receipt.nonce).test(nonce) || found.indexOf(report.found) < 0) return null;
  const letter = plainWord(word);
  const bits = [
    ...inBits(version, 2), ...inBits(found.indexOf(report.found), 3), letter === "" ? 0 : 1, ...inBits(report.count, 4),
    ...inBits(parseInt(referenceOf(nonce), 16), 24),
  ];
  const header = new Uint8Array(5);
  bits.forEach((bit, at) => (header[(at + 6) >> 3] |= bit << (7 - ((at + 6) & 7))));
  // HKDF with SHA-256 (RFC 5869), one block.
  const extracted = hmac(fromBinary(salt), fromHex(nonce));
  const key = hmac(extracted, joined(fromHex(fingerprint), fromBinary(letter + "\x01")));
  const mac = hmac(key, joined(fromBinary(salt + "\n"), header)).subarray(0, 7);
  for (const byte of mac) bits.push(...inBits(byte, 8));
  const values = [];
  for (let at = 0; at < bits.length; at += 5) values.push(parseInt(bits.slice(at, at + 5).join(""), 2));
  return values.concat(checkValues(values)).map((value) => alphabet[value]).join("");
}

function inBits(number, count) {
  return Array.from({ length: count }, (_none, at) => (number >> (count - 1 - at)) & 1);
}

/* The two characters of a Reed-Solomon code over GF(32) with the roots 1 and a, where a^5 = a^2 + 1. */
function checkValues(data) {
  const powers = [1];
  while (powers.length < 62) powers.push(twice(powers[powers.length - 1]));
  const log = (value) => powers.indexOf(value);
  const times = (one, other) => (one && other ? powers[log(one) + log(other)] : 0);
  let plain = 0, weighted = 0;
  data.forEach((value, at) => {
    plain ^= value;
    weighted ^= times(value, powers[at]);
  });
  const rest = weighted ^ times(powers[data.length], plain);
  const last = rest ? powers[(log(rest) - log(powers[data.length] ^ powers[data.length + 1]) + 31) % 31] : 0;
  return [plain ^ last, last];
}

function twice(value) {
  const doubled = value << 1;
  return doubled & 32 ? doubled ^ 0b100101 : doubled;
}

function showReceipt(code) {
  return code.match(/.{4}/g).join("-");
}

/* Group by group, as it is read out on the telephone. */
function spellReceipt(code) {
  return code.match(/.{4}/g).map((group) => Array.from(group, (char) => tables.receipt.spelling[char]).join(" "));
}
