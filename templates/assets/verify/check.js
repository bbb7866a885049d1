/* The check itself (usbkit/verify/content.py): what was handed over in, a verdict of the same shape as `usbkit verify
   --json` out. `read(file, length)` gives a file's first bytes, `hash(file)` its SHA-256; both may reject, which makes the file
   unreadable. Nothing here knows the page. */

async function checkFiles({ files, folders, unwalked }, hooks) {
  const byPath = new Map(files.map((file) => [file.path, file]));
  // A folder in a file's place is there, and is not that file.
  const note = (folder) => byPath.has(folder) || byPath.set(folder, { path: folder, size: 0, isFolder: true });
  folders.forEach(note);
  files.forEach((file) => parents(file.path).forEach(note));
  const verdict = {
    content: "no seal", structure: "not checked", origin: "not checked", fingerprint: null,
    files: 0, bytes: 0, troubles: [], debris: [], claims: null, companions: null,
    isSigned: byPath.has("SHA256SUMS.minisig"),
  };
  const sums = await readWhole(byPath.get("SHA256SUMS"), tables.maxSums, hooks);
  if (sums === null) return withTrouble(verdict, { path: "SHA256SUMS", trouble: "missing", detail: "" });
  let digests;
  try {
    digests = parseSums(sums);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return withTrouble(verdict, { path: "SHA256SUMS", trouble: "damaged", detail: error.id });
  }
  verdict.fingerprint = fingerprintOf(sums);
  const given = {
    signature: await readWhole(byPath.get("SHA256SUMS.minisig"), tables.maxCompanion, hooks),
    passport: await readWhole(byPath.get("passport.json"), tables.maxCompanion, hooks),
    driveScript: await readWhole(byPath.get("drive.js"), tables.maxCompanion, hooks),
  };
  verdict.companions = checkCompanions(given, sums, verdict.fingerprint, digests);
  verdict.claims = claimsOf(verdict.companions);
  await checkSealed(verdict, byPath, digests, hooks);
  verdict.troubles.push(...verdict.companions.troubles);
  await checkStrangers(verdict, files, folders, unwalked, digests, hooks);
  for (const path of unwalked) verdict.troubles.push({ path: path + "/", trouble: "unreadable", detail: "not-walked" });
  verdict.troubles.sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
  verdict.content = judgeContent(verdict.troubles);
  return verdict;
}

function withTrouble(verdict, trouble) {
  verdict.troubles.push(trouble);
  return verdict;
}

/* A small file's bytes, null where there is none; one that is too large or unreadable is as good as garbage. */
async function readWhole(file, most, hooks) {
  if (file === undefined) return null;
  if (file.isFolder || file.size > most) return new Uint8Array(0);
  return (await orNull(hooks.read(file, file.size))) || new Uint8Array(0);
}

/* What is promised, or null where it cannot be read; whoever stops the check stops all of it. */
async function orNull(promised) {
  try {
    return await promised;
  } catch (error) {
    if (error && error.isStop) throw error;
    return null;
  }
}

async function checkSealed(verdict, byPath, digests, hooks) {
  const present = Array.from(digests.keys()).filter((path) => byPath.has(path));
  hooks.begin(present.reduce((total, path) => total + byPath.get(path).size, 0));
  for (const path of present) {
    const file = byPath.get(path);
    if (file.isFolder) {
      verdict.troubles.push({ path, trouble: "damaged", detail: "" });
      continue;
    }
    const digest = await orNull(hooks.hash(file));
    if (digest === digests.get(path)) {
      verdict.files += 1;
      verdict.bytes += file.size;
    } else {
      const isRead = digest !== null;
      verdict.troubles.push({ path, trouble: isRead ? "damaged" : "unreadable", detail: "" });
    }
  }
  for (const path of digests.keys()) {
    if (!byPath.has(path)) verdict.troubles.push({ path, trouble: "missing", detail: "" });
  }
}

async function checkStrangers(verdict, files, folders, unwalked, digests, hooks) {
  const ourFolders = new Set([""]);
  for (const path of digests.keys()) parents(path).forEach((folder) => ourFolders.add(folder));
  const ourFiles = new Set([...digests.keys(), ...tables.unsealed]);
  const ours = new Set([...ourFiles, ...ourFolders]);
  const lost = new Map(verdict.troubles.filter((t) => t.trouble === "missing").map((t) => [digests.get(t.path), t.path]));
  for (const file of files) {
    if (ourFiles.has(file.path)) continue;
    const trouble = await judgeStranger(file, ours, lost, hooks);
    if (trouble === null) verdict.debris.push(file.path);
    else verdict.troubles.push(trouble);
  }
  const used = new Set(unwalked); // of these nobody knows whether they are empty
  files.forEach((file) => parents(file.path).forEach((folder) => used.add(folder)));
  folders.forEach((folder) => parents(folder).forEach((above) => used.add(above)));
  for (const folder of folders) {
    if (ours.has(folder) || used.has(folder)) continue;
    if (isDebrisFolder(folder)) verdict.debris.push(folder);
    else verdict.troubles.push({ path: folder + "/", trouble: "extra", detail: "empty-folder" });
  }
}

async function judgeStranger(file, ours, lost, hooks) {
  const beginning = await orNull(hooks.read(file, Math.min(file.size, tables.beginning)));
  if (beginning === null) {
    return { path: file.path, trouble: "extra", detail: "", runs: isRun(file.path, new Uint8Array(0)) };
  }
  if (isRun(file.path, beginning)) return { path: file.path, trouble: "extra", detail: "runs", runs: true };
  if (isDebris(file.path, file.size, ours)) return null;
  const original = lost.size > 0 ? lost.get(await orNull(hooks.hash(file))) : undefined;
  return { path: file.path, trouble: "extra", detail: original ? "renamed" : "", original };
}

/* The worst that the troubles say (usbkit/trust/verdict.py). */
function judgeContent(troubles) {
  const has = (kind) => troubles.some((trouble) => trouble.trouble === kind);
  if (has("damaged") || has("unreadable")) return "damaged";
  if (has("missing")) return "incomplete";
  return troubles.length > 0 ? "added to" : "whole";
}
