/* What the recipient hands over: a folder chosen in the browser's dialog, or dropped on the page. Both become a list of
   files and, where the browser shows them, of folders; paths are relative to the folder that holds SHA256SUMS. */

function fromChosen(list) {
  return settle(Array.from(list, (file) => ({ path: file.webkitRelativePath, blob: file })), []);
}

async function fromDropped(items) {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
  const files = [];
  const folders = [];
  for (const entry of entries) await walk(entry, "", files, folders, 0);
  return settle(files, folders);
}

async function walk(entry, prefix, files, folders, depth) {
  if (depth > tables.maxDepth || files.length > tables.maxEntries) return;
  const path = prefix + entry.name;
  if (entry.isFile) {
    files.push({ path, blob: await new Promise((resolve, reject) => entry.file(resolve, reject)).catch(() => null) });
    return;
  }
  folders.push(path);
  const reader = entry.createReader();
  for (;;) {
    // A reader gives a hundred entries at a time and none at the end.
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)).catch(() => []);
    if (batch.length === 0) return;
    for (const child of batch) await walk(child, path + "/", files, folders, depth + 1);
  }
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
