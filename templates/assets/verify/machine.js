/* Who hashes: a worker made from this page's own text, or the page itself where the browser allows no worker. */

class Stop extends Error {
  constructor() {
    super("stopped");
    this.isStop = true;
  }
}

class WorkerMachine {
  constructor(worker, onBytes) {
    this.worker = worker;
    this.job = null;
    worker.onmessage = (event) => {
      const said = event.data;
      if (said.done !== undefined) onBytes(said.done);
      else if (this.job && said.digest !== undefined) this.job.resolve(said.digest);
      else if (this.job && said.failed !== undefined) this.job.reject(new Error(said.failed));
    };
  }

  hash(file) {
    return new Promise((resolve, reject) => {
      this.job = { resolve, reject };
      this.worker.postMessage({ file });
    });
  }

  pause(isPaused) {
    this.worker.postMessage({ pause: isPaused });
  }

  stop() {
    this.worker.terminate();
    if (this.job) this.job.reject(new Stop());
  }
}

class PageMachine {
  constructor(onBytes) {
    this.onBytes = onBytes;
    this.waiting = null;
    this.isStopped = false;
  }

  hash(file) {
    return hashFile(file, new Sha256(), async (count) => {
      this.onBytes(count);
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets the page be drawn and clicked
      await this.waiting;
      if (this.isStopped) throw new Stop();
    });
  }

  pause(isPaused) {
    if (isPaused && !this.waiting) this.waiting = new Promise((resolve) => (this.goOn = resolve));
    if (!isPaused && this.waiting) {
      this.waiting = null;
      this.goOn();
    }
  }

  stop() {
    this.isStopped = true;
    this.pause(false);
  }
}

/* Resolves to a machine and how it works: "wasm", "worker" or "page". */
function newMachine(source, onBytes) {
  return new Promise((resolve) => {
    const onPage = () => resolve({ machine: new PageMachine(onBytes), how: "page" });
    let worker;
    try {
      worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    } catch (_error) {
      onPage();
      return;
    }
    worker.onerror = onPage; // refused after all, before it said anything
    worker.onmessage = (event) => {
      if (event.data.ready) {
        resolve({ machine: new WorkerMachine(worker, onBytes), how: event.data.wasm ? "wasm" : "worker" });
      }
    };
  });
}
