/* A file's SHA-256 by streaming: the next piece is read while the last is hashed, and no more than two pieces are in
   memory whatever the file's size. Used in the worker, and on the page where no worker can be had. */

const PIECE = 4 * 1024 * 1024;

function readSlice(file, from, to) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(new Uint8Array(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsArrayBuffer(file.slice(from, to));
  });
}

/* `hasher` has update(bytes) and digest(); `tick(count)` is awaited after each piece and may reject to stop. */
async function hashFile(file, hasher, tick) {
  let next = readSlice(file, 0, PIECE);
  for (let at = 0; at < file.size; at += PIECE) {
    const bytes = await next;
    if (at + PIECE < file.size) {
      next = readSlice(file, at + PIECE, at + 2 * PIECE);
      next.catch(() => undefined); // reported when it is awaited, if it ever is
    }
    if (bytes.length !== Math.min(PIECE, file.size - at)) throw new Error("the file became shorter");
    hasher.update(bytes);
    await tick(bytes.length);
  }
  return hasher.digest();
}
