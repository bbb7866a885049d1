#!/usr/bin/env bash
# Makes the vendored files of this folder anew from the npm registry. Needs node and npm; run it after changing a version
# below, look at the difference, run the tests, commit. Nothing of this runs when pages are made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts \
  hash-wasm@4.13.0 tweetnacl@1.0.3 blakejs@1.2.1 qrcode-generator@2.0.4 esbuild@0.28.2

# Classic scripts that Chromium 69 reads: one global each, no modules, no BigInt.
bundle() { npx esbuild "$1" --bundle --minify --format=iife --target=es2017 --legal-comments=none --log-level=warning "${@:2}"; }
echo 'module.exports = { createSHA256: require("hash-wasm/dist/sha256.umd.min.js").createSHA256 };' >wasm.js
bundle wasm.js --global-name=hashwasm --banner:js='/* hash-wasm 4.13.0, MIT: LICENSE.hash-wasm.txt */' >"$here/hash-wasm.js"
cat >signature.js <<'JS'
module.exports = { nacl: require("tweetnacl/nacl-fast.js"), blake2b: require("blakejs/blake2b.js").blake2b };
JS
echo >no-crypto.js # nothing here signs, so no randomness is needed
bundle signature.js --global-name=vendored --alias:crypto=./no-crypto.js \
  --banner:js='/* tweetnacl 1.0.3, Unlicense: LICENSE.tweetnacl.txt; blakejs 1.2.1, MIT: LICENSE.blakejs.txt */' >"$here/signature.js"
cat >qrcode.js <<'JS'
const make = require("qrcode-generator");
exports.make = (text) => {
  const qr = make(0, "M");
  qr.addData(text, "Alphanumeric");
  qr.make();
  const at = Array.from({ length: qr.getModuleCount() }, (_none, n) => n);
  return at.map((y) => at.map((x) => qr.isDark(y, x)));
};
JS
bundle qrcode.js --global-name=vendoredQr --banner:js='/* qrcode-generator 2.0.4, MIT: LICENSE.qrcode-generator.txt */' >"$here/qrcode.js"
# The package has no file of its licence, only these lines; the text is the MIT licence's, as beside blakejs.
{
  sed -n '3,10s#^// \{0,1\}##p' node_modules/qrcode-generator/dist/qrcode.js
  sed -n '2,$s/^ //p' node_modules/blakejs/LICENSE
} >"$here/LICENSE.qrcode-generator.txt"
cp node_modules/hash-wasm/LICENSE "$here/LICENSE.hash-wasm.txt"
cp node_modules/tweetnacl/LICENSE "$here/LICENSE.tweetnacl.txt"
cp node_modules/blakejs/LICENSE "$here/LICENSE.blakejs.txt"
sha256sum "$here"/*.js
