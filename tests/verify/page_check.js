/* Runs the page's whole check outside a browser: tables and cases on standard input, one answer a line on standard
   output. A case has files (path to base64, null where it cannot be read), folders, and the letter's fingerprint. */
"use strict";
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const folder = process.argv[2];
const input = JSON.parse(fs.readFileSync(0, "utf-8"));
const names = [
  "vendor/signature.js", "sha256.js", "seal.js", "companions.js", "strangers.js", "receipt.js", "check.js", "origin.js", "folder.js",
];
const source = names.map((name) => fs.readFileSync(path.join(folder, name), "utf-8")).join("\n");

const context = vm.createContext({ atob, btoa, tables: input.tables, Uint8Array, console });
vm.runInContext("const window = {};\n" + source + `
// Most drives of a corpus share a few signatures: each is verified once.
const known = new Map();
const nacl = { sign: { detached: { verify(message, signature, key) {
  const name = [message, signature, key].map(toHex).join(" ");
  if (!known.has(name)) known.set(name, vendored.nacl.sign.detached.verify(message, signature, key));
  return known.get(name);
} } } };
const blake2b = (message) => vendored.blake2b(message);
this.check = checkFiles;
this.judge = judgeOrigin;
this.drop = fromDropped;
this.choose = fromChosen;
this.below = sealsBelow;
this.beside = isBeside;
`, context);

const hooks = {
  begin() {},
  async read(file, length) {
    if (file.blob === null || file.blob.bytes === null) throw new Error("unreadable");
    return Uint8Array.from(file.blob.bytes.subarray(0, length));
  },
  async hash(file) {
    if (file.blob === null || file.blob.bytes === null) throw new Error("unreadable");
    return crypto.createHash("sha256").update(file.blob.bytes).digest("hex");
  },
};

function toBlob(data) {
  const bytes = data === null ? null : Buffer.from(data, "base64");
  return { bytes, size: bytes === null ? 3 : bytes.length };
}

/* As a browser's dialog hands it over: the chosen folder's name before every path, if it has one, and no folders. */
function asChosen(one) {
  const list = Object.keys(one.files).map((name) =>
    Object.assign(toBlob(one.files[name]), { webkitRelativePath: one.chosen + name }));
  return context.choose(list);
}

/* As a browser hands over a dropped folder: entries, a few at a time. Closed folders do not open. */
function asDropped(one) {
  const closed = new Set(one.closed || []);
  const root = new Map();
  const folderAt = (names) => names.reduce((above, name) => {
    if (!above.has(name)) above.set(name, new Map());
    return above.get(name);
  }, root);
  one.folders.forEach((folder) => folderAt(folder.split("/")));
  for (const name of Object.keys(one.files)) {
    const names = name.split("/");
    folderAt(names.slice(0, -1)).set(names[names.length - 1], toBlob(one.files[name]));
  }
  const entryOf = (name, place, what) => ({
    name,
    isFile: !(what instanceof Map),
    file: (resolve, reject) => (what.bytes === null ? reject(new Error("unreadable")) : resolve(what)),
    createReader() {
      const left = what instanceof Map ? Array.from(what.keys()) : [];
      return {
        readEntries(resolve, reject) {
          if (closed.has(place)) reject(new Error("closed"));
          else resolve(left.splice(0, 3).map((child) => entryOf(child, place ? place + "/" + child : child, what.get(child))));
        },
      };
    },
  });
  // As newer engines do, which give no entries to pages of file://.
  const handleOf = (name, place, what) => (what instanceof Map
    ? {
      name,
      kind: "directory",
      async *values() {
        if (closed.has(place)) throw new Error("closed");
        for (const child of what.keys()) yield handleOf(child, place ? place + "/" + child : child, what.get(child));
      },
    }
    : {
      name,
      kind: "file",
      async getFile() {
        if (what.bytes === null) throw new Error("unreadable");
        return what;
      },
    });
  if (one.handles) {
    const named = one.loose ? Array.from(root.keys()).map((name) => [name, name, root.get(name)]) : [["drive", "", root]];
    return context.drop(named.map((top) => ({ kind: "file", getAsFileSystemHandle: async () => handleOf(...top) })));
  }
  const tops = one.loose ? Array.from(root.keys()).map((name) => entryOf(name, name, root.get(name))) : [entryOf("drive", "", root)];
  return context.drop(tops.map((entry) => ({ kind: "file", webkitGetAsEntry: () => entry })));
}

async function answer(one) {
  const drive = one.chosen !== undefined ? asChosen(one) : await asDropped(one);
  // What the check asks for: the files and bytes that it foresees, and how much it reads of a file at most.
  const asked = { begun: null, read: {} };
  const verdict = await context.check(drive, {
    ...hooks,
    begin(bytes) { asked.begun = bytes; },
    read(file, length) {
      asked.read[file.path] = Math.max(asked.read[file.path] || 0, length);
      return hooks.read(file, length);
    },
  });
  const judge = (letter) => context.judge(verdict, letter).origin;
  const isSame = verdict.fingerprint === one.letter;
  return {
    name: drive.name,
    ...asked,
    below: context.below(drive.files),
    beside: context.beside(...(one.beside || [drive.name, ""])),
    content: verdict.content,
    fingerprint: verdict.fingerprint,
    files: verdict.files,
    bytes: verdict.bytes,
    troubles: verdict.troubles.map((t) => [t.path, t.trouble, Boolean(t.runs)]),
    details: Object.fromEntries(verdict.troubles.map((t) => [t.path, t.original || t.detail])),
    debris: verdict.debris,
    claims: verdict.claims,
    origin: judge({ isSame, differs: !isSame }),
    withoutLetter: judge({ isSame: false, differs: false }),
  };
}

(async () => {
  for (const one of input.cases) process.stdout.write(JSON.stringify(await answer(one)) + "\n");
})();
