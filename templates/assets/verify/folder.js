/* What the recipient hands over: a folder chosen in the browser's dialog, or dropped on the page. Both become a list of
   files and, where the browser shows them, of folders; paths are relative to the folder that holds SHA256SUMS. */

function fromChosen(list) {
  return settle(Array.from(list, (file) => ({ path: file.webkitRelativePath, blob: file })), []);
}

/* Chromium hands out dropped folders of file:// pages as handles only, Firefox and old engines as entries only. What
   was dropped can be asked for while the event lasts and not after. */
async function fromDropped(items) {
  const given = Array.from(items).filter((item) => item.kind === "file");
  const wanted = given.map((item) => (item.getAsFileSystemHandle ? item.getAsFileSystemHandle() : null));
  const entries = given.map((item) => (item.webkitGetAsEntry ? item.webkitGetAsEntry() : null));
  const found = { files: [], folders: [] };
  for (let at = 0; at < given.length; at++) {
    const handle = await wanted[at];
    const root = handle ? ofHandle(handle) : entries[at] && ofEntry(entries[at]);
    if (root) await walk(root, "", found, 0);
  }
  return settle(found.files, found.folders);
}

/* Handles and entries alike: a name, and file() or children(), which rejects where the browser does not let us in. */
function ofHandle(handle) {
  return {
    name: handle.name,
    isFile: handle.kind === "file",
    file: () => handle.getFile(),
    async children(take) {
      const names = handle.values();
      for (let next = await names.next(); !next.done; next = await names.next()) await take(ofHandle(next.value));
    },
  };
}

function ofEntry(entry) {
  return {
    name: entry.name,
    isFile: entry.isFile,
    file: () => new Promise((resolve, reject) => entry.file(resolve, reject)),
    async children(take) {
      const reader = entry.createReader();
      for (;;) {
        // A reader gives a hundred entries at a time and none at the end.
        const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (batch.length === 0) return;
        for (const child of batch) await take(ofEntry(child));
      }
    },
  };
}

/* A file that cannot be had stays in the list without its bytes, and is then one that cannot be read. */
async function walk(item, prefix, found, depth) {
  if (depth > tables.maxDepth || found.files.length > tables.maxEntries) return;
  const path = prefix + item.name;
  if (item.isFile) {
    found.files.push({ path, blob: await item.file().catch(() => null) });
    return;
  }
  found.folders.push(path);
  await item.children((child) => walk(child, path + "/", found, depth + 1));
}

/* Cut all paths at the drive's own folder: the nearest one that holds a seal, else the folder handed over. */
function settle(files, folders) {
  const depth = (path) => path.split("/").length;
  const seals = files.map((file) => file.path).filter((path) => /(?:^|\/)SHA256SUMS$/.test(path));
  seals.sort((one, other) => depth(one) - depth(other));
  const top = files.length > 0 ? files[0].path.slice(0, files[0].path.indexOf("/") + 1) : "";
  const root = seals.length > 0 ? seals[0].slice(0, -"SHA256SUMS".length) : top;
  // Some engines list a folder within itself as "."; no file has that name.
  const isInside = (path) => path.indexOf(root) === 0 && path.length > root.length && !/(?:^|\/)\.\.?$/.test(path);
  return {
    name: root.replace(/\/+$/, "").split("/").pop(),
    files: files
      .filter((file) => isInside(file.path))
      .map((file) => ({ path: file.path.slice(root.length), size: file.blob ? file.blob.size : 0, blob: file.blob })),
    folders: folders.filter(isInside).map((path) => path.slice(root.length)),
    outside: files.filter((file) => file.path.indexOf(root) !== 0).length,
  };
}
