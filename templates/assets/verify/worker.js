/* The worker: hashes one file after another as the page asks, says how far it is, pauses when told. Prefers
   WebAssembly; where the browser refuses it, plain JavaScript gives the same digests more slowly. */

let goOn = null; // while paused: resolves the wait
let waiting = null;

function waitWhilePaused(count) {
  postMessage({ done: count });
  return waiting;
}

async function newHasher() {
  try {
    const wasm = await hashwasm.createSHA256();
    return () => wasm.init();
  } catch (_error) {
    return () => new Sha256();
  }
}

const hasher = newHasher();

onmessage = async (event) => {
  const asked = event.data;
  if (asked.pause === true && waiting === null) {
    waiting = new Promise((resolve) => (goOn = resolve));
  } else if (asked.pause === false && waiting !== null) {
    waiting = null;
    goOn();
  } else if (asked.file) {
    try {
      const make = await hasher;
      postMessage({ digest: await hashFile(asked.file, make(), waitWhilePaused) });
    } catch (error) {
      postMessage({ failed: String(error && error.message) });
    }
  }
};

hasher.then((make) => postMessage({ ready: true, wasm: !(make() instanceof Sha256) }));
