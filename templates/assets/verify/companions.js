/* Signature, passport and drive.js: what stands beside the seal must fit it and each other (usbkit/trust/companions.py). */

const PASSPORT_KEYS = [
  "format", "programme", "country", "edition", "date", "route", "drive", "fingerprint", "metadata", "nonce",
];

/* The passport's values. Throws Refusal unless the bytes are what usbkit writes for them. */
function parsePassport(bytes) {
  const text = toBinary(bytes);
  let values;
  try {
    values = JSON.parse(text);
  } catch (_error) {
    throw new Refusal("passport-unreadable");
  }
  if (!isPassport(values)) throw new Refusal("passport-unreadable");
  if (formatPassport(values) !== text) throw new Refusal("passport-form");
  return values;
}

function isPassport(values) {
  const isText = (value) => typeof value === "string" && /^[ -~]*$/.test(value);
  const isWhole = (value) => Number.isSafeInteger(value) && value >= 0;
  const isDigest = (value) => isText(value) && whole(tables.digest).test(value);
  return (
    values !== null && typeof values === "object" && values.format === tables.passportFormat &&
    isText(values.programme) && isText(values.country) && isWhole(values.edition) &&
    isText(values.date) && /^\d{4}-\d\d-\d\d$/.test(values.date) && isDay(values.date) &&
    (values.route === null || isText(values.route)) &&
    (values.drive === null || (values.drive && isWhole(values.drive.number) && isWhole(values.drive.of))) &&
    isDigest(values.fingerprint) && (values.metadata === null || isDigest(values.metadata)) &&
    (values.nonce === null || isText(values.nonce))
  );
}

/* passport.json as Python's json.dumps(…, indent=2) writes it. */
function formatPassport(values) {
  const plain = {};
  for (const key of PASSPORT_KEYS) plain[key] = values[key];
  if (values.drive !== null) plain.drive = { number: values.drive.number, of: values.drive.of };
  return JSON.stringify(plain, null, 2) + "\n";
}

/* drive.js as Python's json.dumps(…) writes it, for passport and signature. */
function formatDriveScript(passport, isSigned) {
  const quote = JSON.stringify;
  const drive = passport.drive && `{"number": ${passport.drive.number}, "of": ${passport.drive.of}}`;
  return (
    `window.usbkitDrive = {"programme": ${quote(passport.programme)}, "country": ${quote(passport.country)}, ` +
    `"edition": ${passport.edition}, "date": ${quote(passport.date)}, "route": ${quote(passport.route)}, ` +
    `"drive": ${drive}, "fingerprint": ${quote(passport.fingerprint)}, "signed": ${isSigned}};\n`
  );
}

/* What the companions say and what is wrong with them. `given` holds bytes, null where a file is missing. */
function checkCompanions(given, sums, fingerprint, digests) {
  const troubles = [];
  const read = (name, source, parse) => {
    if (source === null) return null;
    try {
      return parse(source);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      troubles.push({ path: name, trouble: "damaged", detail: error.id });
      return null;
    }
  };
  const signature = read("SHA256SUMS.minisig", given.signature, parseSignature);
  const statement = read("SHA256SUMS.minisig", signature, () => {
    const said = parseStatement(signature.comment);
    requireAbout(said, fingerprint, digests.size);
    return said;
  });
  const passport = read("passport.json", given.passport, parsePassport);
  if (given.passport === null) troubles.push({ path: "passport.json", trouble: "missing", detail: "" });
  const odd = passport && comparePassport(passport, statement, fingerprint);
  if (odd) troubles.push({ path: "passport.json", trouble: "damaged", detail: odd });
  if (given.driveScript === null) {
    troubles.push({ path: "drive.js", trouble: "missing", detail: "" });
  } else if (!passport || toBinary(given.driveScript) !== formatDriveScript(passport, given.signature !== null)) {
    troubles.push({ path: "drive.js", trouble: "damaged", detail: "drive-script", runs: true });
  }
  return {
    isSigned: given.signature !== null,
    signature, statement, passport, troubles,
    signedBy: signature && signedBy(signature, sums),
  };
}

/* Whose key among those in this page made the signature: its entry, or null. */
function signedBy(signature, sums) {
  for (const entry of tables.keys) {
    try {
      requireSigned(signature, sums, parseKey(entry.public));
      return entry;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return null;
}

function comparePassport(passport, statement, fingerprint) {
  if (passport.fingerprint !== fingerprint) return "passport-other";
  const isSame = (fact) => passport[fact] === statement[fact];
  if (statement && !["programme", "country", "edition", "date"].every(isSame)) return "passport-statement";
  return null;
}

/* What the drive says it is: by its statement where there is one, else by its passport. */
function claimsOf(companions) {
  const says = companions.statement || companions.passport;
  return says && {
    programme: says.programme,
    country: says.country,
    edition: says.edition,
    date: says.date,
    signed: companions.statement !== null,
  };
}
