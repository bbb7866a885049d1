/* Files that are not ours: an operating system's debris by exact name, place and size, and what a computer may run or
   obey (usbkit/trust/strangers.py, whose tables these functions read). */

function isDebris(path, size, ours) {
  return tables.debris.some((rule) => {
    const match = whole(rule.path).exec(path);
    if (match === null || size < rule.least || size > rule.most) return false;
    const groups = match.slice(1);
    if (rule.beside && !ours.has(groups.join(""))) return false;
    return !groups[0] || ours.has(groups[0].replace(/\/+$/, ""));
  });
}

function isDebrisFolder(path) {
  return tables.debrisFolders.some((rule) => whole(rule).test(path));
}

/* Whether a computer may run, obey or open as a page the file at `path`; `beginning` are its first bytes. */
function isRun(path, beginning) {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/[. ]+$/, "").toLowerCase();
  const ending = name.slice(name.lastIndexOf(".") + 1);
  if (tables.runNames.indexOf(name) >= 0 || tables.runEndings.indexOf(ending) >= 0) return true;
  const start = lowerAscii(toBinary(beginning).replace(/^[\xef\xbb\xbf \t\r\n]+/, ""));
  return tables.runBeginnings.some((mark) => start.indexOf(lowerAscii(mark)) === 0);
}

/* As Python lowers bytes: A to Z only. */
function lowerAscii(text) {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
