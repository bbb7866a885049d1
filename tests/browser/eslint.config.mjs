// The pages' scripts use the language and library of 2017, so that a browser of 2018 runs them.
import esX from "eslint-plugin-es-x";

// Told by the method's name alone, these take an array's forEach for an iterator's.
const guesses = Object.keys(esX.configs["flat/restrict-to-es2017"].rules).filter((rule) =>
  rule.startsWith("es-x/no-iterator-prototype-")
);

export default [
  {
    ...esX.configs["flat/restrict-to-es2017"],
    settings: { "es-x": { aggressive: true } },
  },
  {
    languageOptions: { ecmaVersion: 2017, sourceType: "script" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...Object.fromEntries(guesses.map((rule) => [rule, "off"])),
      "no-undef": "error",
      "no-unused-vars": ["error", { caughtErrorsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
      eqeqeq: "error",
      "no-implicit-globals": "error",
      "prefer-const": "error",
    },
  },
  {
    languageOptions: {
      globals: Object.fromEntries(
        ["window", "document", "location", "history", "VTTCue"].map((name) => [name, "readonly"])
      ),
    },
  },
];
