// verify.html's scripts are one function made of several files, so names are looked for in the whole of them.
import base from "./eslint.config.mjs";

const browser = [
  "atob", "btoa", "navigator", "setTimeout", "Blob", "FileReader", "Intl", "URL", "Worker",
  "WebAssembly", "self", "postMessage", "onmessage", "TextEncoder", "console",
];

export default [
  ...base,
  {
    languageOptions: { globals: Object.fromEntries(browser.map((name) => [name, "writable"])) },
    // Asked for before use, never required: what newer engines have is used where it is there.
    rules: {
      "es-x/no-intl-displaynames": "off",
      "es-x/no-intl-displaynames-prototype-of": "off",
      // Takes tweetnacl's sign.detached for an ArrayBuffer's.
      "es-x/no-arraybuffer-prototype-transfer": "off",
    },
  },
];
