/* Runs the page's judging scripts outside a browser: tables and vectors on standard input, outcomes on standard output. */
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const folder = process.argv[2];
const input = JSON.parse(fs.readFileSync(0, "utf-8"));
const names = ["vendor/signature.js", "sha256.js", "seal.js", "companions.js", "strangers.js", "receipt.js"];
const source = names.map((name) => fs.readFileSync(path.join(folder, name), "utf-8")).join("\n");

const context = vm.createContext({ atob, btoa, tables: input.tables, Uint8Array, console });
vm.runInContext("const window = {};\n" + source + `
const nacl = vendored.nacl;
const blake2b = (message) => vendored.blake2b(message);
const bytes = (text) => fromBinary(atob(text));

function outcome(judge) {
  try {
    return judge() || "ok";
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.id;
  }
}

const judges = {
  sums: (vector) => { parseSums(bytes(vector.data)); },
  fingerprints: (vector) => parseFingerprint(vector.typed),
  rows: (vector) => fingerprintRows(vector.fingerprint).join(" / "),
  keys: (vector) => { parseKey(vector.key); },
  signatures: (vector) => {
    const sums = bytes(vector.sums);
    const signature = parseSignature(bytes(vector.signature));
    requireSigned(signature, sums, parseKey(vector.key));
    requireAbout(parseStatement(signature.comment), fingerprintOf(sums), parseSums(sums).size);
  },
  digests: (vector) => vector.pieces.reduce((hash, piece) => hash.update(bytes(piece)), new Sha256()).digest(),
  debris: (vector) => String(isDebris(vector.path, vector.size, new Set(vector.ours))),
  runs: (vector) => String(isRun(vector.path, bytes(vector.beginning))),
  receipts: (vector) => String(makeReceipt(vector.report, vector.nonce, vector.fingerprint, vector.word)),
  references: (vector) => showReference(vector.nonce),
  passports: (vector) => formatDriveScript(parsePassport(bytes(vector.data)), vector.signed, true),
};
this.answer = (vectors) => {
  const answers = {};
  for (const kind of Object.keys(vectors)) answers[kind] = vectors[kind].map((v) => outcome(() => judges[kind](v)));
  return answers;
};
`, context);
process.stdout.write(JSON.stringify(context.answer(input.vectors)));
