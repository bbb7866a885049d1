// What every script of the pages shares: words, storage that may be absent, data files that arrive as scripts.
(function () {
  "use strict";

  // The page waits for the script that makes tabs of its panels, unless some file is missing: then all of them show.
  const page = document.documentElement.classList;
  page.add("js", "waiting");

  // The address of each script, style sheet or picture of the page that could not be loaded.
  const missing = [];
  window.addEventListener("error", function (event) {
    const address = event.target && (event.target.src || event.target.href);
    if (address && /^(SCRIPT|LINK|IMG)$/.test(event.target.tagName)) {
      page.remove("waiting");
      missing.push(address.split(/[?#]/)[0]);
    }
  }, true);

  // A folder's name need not be UTF-8; what cannot be decoded stays as it is.
  function decode(address) {
    try {
      return decodeURIComponent(address);
    } catch (_error) {
      return address;
    }
  }

  // Files of the page that did not arrive are named, by their path in the folder. What a missing video or data file
  // takes away is said where it would be, and a page needs no drive.js.
  function nameMissing() {
    const place = document.getElementById("missing");
    const top = new window.URL(data().root || ".", location.href).href;
    const names = missing.map(function (address) {
      return decode(address.indexOf(top) === 0 ? address.slice(top.length) : address);
    }).filter(function (path) {
      return !/^(drive\.js$|assets\/data\/)/.test(path);
    });
    if (names.length) {
      place.textContent = word("missing", { files: names.join(", ") }) + ". " + place.textContent;
      place.className = "notice";
    }
  }

  const taken = new Map();
  const awaited = new Map();
  let pageData = null;

  // Data files call this: over file:// a script is the only neighbour a page may read.
  function take(name, value) {
    const waiting = awaited.get(name);
    taken.set(name, value);
    if (waiting) {
      waiting.resolve(value);
    }
  }

  function load(name) {
    if (taken.has(name)) {
      return Promise.resolve(taken.get(name));
    }
    if (!awaited.has(name)) {
      const entry = {};
      entry.promise = new Promise(function (resolve, reject) {
        const script = document.createElement("script");
        entry.resolve = resolve;
        script.src = data().root + "assets/data/" + name + ".js";
        script.onload = function () {
          if (!taken.has(name)) {
            reject(new Error(name));
          }
        };
        script.onerror = function () {
          awaited.delete(name);
          reject(new Error(name));
        };
        document.head.appendChild(script);
      });
      awaited.set(name, entry);
    }
    return awaited.get(name).promise;
  }

  function data() {
    if (!pageData) {
      pageData = JSON.parse(document.getElementById("page-data").textContent);
    }
    return pageData;
  }

  function word(name, values) {
    return data().words[name].replace(/\{(\w+)\}/g, function (_match, key) {
      return values[key];
    });
  }

  function recall(key) {
    try {
      return JSON.parse(window.localStorage.getItem(data().store + key));
    } catch (_error) {
      return null;
    }
  }

  function remember(key, value) {
    try {
      window.localStorage.setItem(data().store + key, JSON.stringify(value));
    } catch (_error) {
      // Storage is a convenience: private windows and strict offices have none.
    }
  }

  function clock(ms) {
    const seconds = Math.floor(ms / 1000);
    const two = function (n) {
      return (n < 10 ? "0" : "") + n;
    };
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor((seconds % 3600) / 60);
    return (hours ? hours + ":" + two(minutes) : String(minutes)) + ":" + two(seconds % 60);
  }

  // An element with attributes and children; strings become text, never markup.
  function make(tag, attributes, children) {
    const element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      element.setAttribute(name, attributes[name]);
    });
    (children || []).forEach(function (child) {
      element.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    });
    return element;
  }

  // The values after # as an object: #t=754&sub=ru. The page's own address where none is given.
  function readHash(hash) {
    const values = {};
    (typeof hash === "string" ? hash : location.hash).replace(/^#/, "").split("&").forEach(function (part) {
      const at = part.indexOf("=");
      if (at > 0) {
        try {
          values[part.slice(0, at)] = decodeURIComponent(part.slice(at + 1));
        } catch (_error) {
          // A broken escape is no value.
        }
      }
    });
    return values;
  }

  function writeHash(hash) {
    try {
      history.replaceState(history.state, "", hash || location.pathname + location.search);
    } catch (_error) {
      // Some browsers refuse this over file://; the page works without it.
    }
  }

  function nothing() {
    // What a script that is missing would have done.
  }

  // Each script puts itself in the place of what stands in for it here, so that the others work where it is missing.
  window.usbkit = {
    take, load, data, decode, word, recall, remember, clock, make, readHash, writeHash,
    fold: function (text) { return text.toLowerCase(); },
    findMarks: function () { return []; },
    isSpaceless: function () { return false; },
    dialog: { isOpen: function () { return false; } },
    search: { leave: nothing, isClosed: function () { return true; } },
    subtitles: { show: nothing, toggle: nothing, lack: nothing, isKnown: function () { return false; } },
    marks: { clear: nothing, set: nothing },
    panel: { listeners: [], show: nothing }
  };
  window.addEventListener("load", function () {
    page.remove("waiting");
    nameMissing();
  });
}());
