/* Origin: what comes from outside the drive against what was read (usbkit/verify/origin.py). The page's own keys count
   once the page was checked by the letter's line. Everything must agree: one refusal refuses. */

/* `letter` says what comparing with the verification letter found: isSame, differs. A reason is a word's name with its
   values, "" for the fingerprint itself. */
function judgeOrigin(verdict, letter) {
  if (verdict.fingerprint === null) return judgeWithoutSeal(verdict);
  const reasons = letter.differs ? [{ word: "" }, ...refusalsOf(verdict)] : refusalsOf(verdict);
  if (reasons.length > 0) return { origin: "refused", reasons };
  return { origin: letter.isSame ? "proven" : "not checked", reasons };
}

/* A file in the seal's place that is none fits no key; where there is no seal at all, nothing is from anybody. */
function judgeWithoutSeal({ troubles, isSigned }) {
  const isThere = troubles.some((trouble) => trouble.path === "SHA256SUMS" && trouble.trouble === "damaged");
  if (!isThere || tables.keys.length === 0) return { origin: "not checked", reasons: [] };
  return { origin: "refused", reasons: [{ word: isSigned ? "signature-bad" : "refused-unsigned" }] };
}

function refusalsOf(verdict) {
  const { isSigned, signature, statement, signedBy } = verdict.companions;
  if (verdict.claims && verdict.claims.programme !== tables.programme) {
    return [{ word: "refused-programme", programme: verdict.claims.programme }];
  }
  if (tables.keys.length === 0) return [];
  // Whoever changes a drive can take its signature away.
  if (!isSigned) return [{ word: "refused-unsigned" }];
  if (signature === null || statement === null) return [{ word: "signature-bad" }];
  if (signedBy === null) return [{ word: "refused-key" }];
  return signedBy.withdrawn ? [{ word: "refused-withdrawn", date: signedBy.withdrawn }] : [];
}
