/* What the recipient hands over: a folder chosen in the browser's dialog, or dropped on the page. Both become a list of
   files and, where the browser shows them, of folders. Paths are relative to what was handed over, never to a folder
   in it: a genuine bundle in a corner of somebody's drive is not that drive. */

function fromChosen(list) {
  const named = Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, blob: file }));
  const files = named.filter((file) => !isItself(file.path.slice(file.path.lastIndexOf("/") + 1)));
  // The chosen folder's own name stands before every path; a drive's root has none.
  const tops = new Set(files.map((file) => file.path.slice(0, file.path.indexOf("/") + 1)));
  const root = tops.size === 1 ? files[0].path.slice(0, files[0].path.indexOf("/") + 1) : "";
  const cut = files.map((file) => ({ path: file.path.slice(root.length), blob: file.blob }));
  return settle(root.slice(0, -1), { files: cut, folders: [], unwalked: [] });
}

/* Some engines list a folder within itself; no file has such a name. */
function isItself(name) {
  return name === "." || name === "..";
}

/* Chromium hands out dropped folders of file:// pages as handles only, Firefox and old engines as entries only. What
   was dropped can be asked for while the event lasts and not after. */
async function fromDropped(items) {
  const given = Array.from(items).filter((item) => item.kind === "file");
  const wanted = given.map((item) => (item.getAsFileSystemHandle ? item.getAsFileSystemHandle() : null));
  const entries = given.map((item) => (item.webkitGetAsEntry ? item.webkitGetAsEntry() : null));
  const roots = [];
  for (let at = 0; at < given.length; at++) {
    const handle = await wanted[at];
    if (handle) roots.push(ofHandle(handle));
    else if (entries[at]) roots.push(ofEntry(entries[at]));
  }
  const found = { files: [], folders: [], unwalked: [] };
  if (roots.length === 1 && !roots[0].isFile) {
    await walkInto(roots[0], "", found, 0);
    return settle(roots[0].name, found);
  }
  for (const root of roots) await walk(root, "", found, 0);
  return settle("", found);
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

/* Folders that are not walked, for whatever reason, are kept: of what is in them nothing is known. A file that cannot
   be had stays in the list without its bytes, and is then one that cannot be read. */
async function walk(item, prefix, found, depth) {
  if (isItself(item.name)) return;
  const path = prefix + item.name;
  if (found.files.length + found.folders.length >= tables.maxEntries) {
    if (found.unwalked.length === 0) found.unwalked.push(path);
    return;
  }
  if (item.isFile) {
    found.files.push({ path, blob: await item.file().catch(() => null) });
    return;
  }
  found.folders.push(path);
  await walkInto(item, path + "/", found, depth + 1);
}

async function walkInto(folder, prefix, found, depth) {
  try {
    if (depth >= tables.maxDepth) throw new Error("too deep");
    await folder.children((child) => walk(child, prefix, found, depth));
  } catch (_error) {
    found.unwalked.push(prefix.slice(0, -1));
  }
}

function settle(name, found) {
  return {
    name: name || "/",
    files: found.files.map((file) => ({ path: file.path, size: file.blob ? file.blob.size : 0, blob: file.blob })),
    folders: found.folders,
    unwalked: found.unwalked,
  };
}

/* Folders below the one handed over that hold a seal of their own. */
function sealsBelow(files) {
  const isSeal = (path) => /\/SHA256SUMS$/.test(path);
  return files.map((file) => file.path).filter(isSeal).map((path) => path.slice(0, path.lastIndexOf("/")));
}

/* A folder's name need not be UTF-8; what cannot be decoded stays as it is. */
function decoded(address) {
  try {
    return decodeURIComponent(address);
  } catch (_error) {
    return address;
  }
}

/* Whether a page at `address` may stand in the folder `name` that was handed over; a Windows drive's root has no name. */
function isBeside(name, address) {
  const folder = decoded(address.split("/").slice(-2)[0]);
  return folder === name || (name === "/" && /^([A-Za-z]:)?$/.test(folder));
}
