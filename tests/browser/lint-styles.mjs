// Which features of the style sheets named as arguments the browsers of 2017 lack; one line each, "none" when none.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const postcss = require("postcss");
const doiuse = require("doiuse");

const BROWSERS = ["chrome 62", "firefox 57"];

// Newer than 2017, and nothing is lost where they are unknown.
const NICETIES = [
  "css-appearance",
  "css-clip-path",
  "css-content-visibility",
  // Where it is unknown, the player of a telephone scrolls away with its menus.
  "css-display-contents",
  "css-focus-visible",
  "css-media-interaction",
  "css-overscroll-behavior",
  "css-snappoints",
  "font-family-system-ui",
  "prefers-color-scheme",
  "prefers-reduced-motion",
  "text-size-adjust",
];
// Known to those browsers in all that is used here; the tool counts other parts of the feature, or takes minmax() for
// max(), a shorthand for a longhand.
const MISTAKEN = [
  "css-math-functions",
  "css-masks",
  "css-overflow",
  "css-page-break",
  "css-placeholder",
  "css-sticky",
  "font-unicode-range",
  "font-variant-numeric",
  "mdn-text-decoration-color",
  "mdn-text-decoration-shorthand",
  "text-decoration",
  "wordwrap",
];
const findings = [];
for (const path of process.argv.slice(2)) {
  const judge = doiuse({
    browsers: BROWSERS,
    ignore: [...NICETIES, ...MISTAKEN],
    onFeatureUsage: (usage) => findings.push(`${path}:${usage.usage.source.start.line}: ${usage.feature}`),
  });
  await postcss([judge]).process(readFileSync(path, "utf8"), { from: path });
}
console.log(findings.length ? findings.join("\n") : "none");
