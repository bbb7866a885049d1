/* Signature, passport and drive.js: what stands beside the seal must fit it and each other (usbkit/trust/companions.py). */

const PASSPORT_KEYS = [
  "format", "programme", "country", "edition", "date", "route", "drive", "fingerprint", "metadata", "nonce",
];

/* The passport's values. Throws Refusal unless the bytes are what usbkit writes for them. */
function parsePassport(bytes) {
  if (bytes.length > tables.maxPassport) throw new Refusal("passport-unreadable");
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

/* Each field is of the form that the seal's statement has for it. */
function isPassport(values) {
  if (values === null || typeof values !== "object") return false;
  const forms = tables.passport;
  const isText = (value, form) => typeof value === "string" && whole(form).test(value);
  const isWhole = (value, form) => Number.isSafeInteger(value) && whole(form).test(String(value));
  const isMaybe = (value, form) => value === null || isText(value, form);
  const { drive } = values;
  return (
    values.format === forms.format &&
    isText(values.programme, forms.programme) && values.programme.length <= tables.maxProgramme &&
    isText(values.country, forms.country) && isWhole(values.edition, forms.edition) &&
    isText(values.date, forms.date) && isDay(values.date) && isMaybe(values.route, forms.route) &&
    (drive === null ||
      (typeof drive === "object" && isWhole(drive.number, forms.number) && isWhole(drive.of, forms.number) &&
        drive.number <= drive.of &&
        (drive.replaces === undefined || isText(drive.replaces, forms.reference)))) &&
    isText(values.fingerprint, tables.digest) && isMaybe(values.metadata, tables.digest) &&
    isMaybe(values.nonce, forms.nonce)
  );
}

/* passport.json as Python's json.dumps(…, indent=2) writes it. */
function formatPassport(values) {
  const plain = {};
  for (const key of PASSPORT_KEYS) plain[key] = values[key];
  if (values.drive !== null) plain.drive = formatNumber(values.drive);
  return JSON.stringify(plain, null, 2) + "\n";
}

/* A drive's number in its order; what replaces nothing does not speak of it. */
function formatNumber(drive) {
  const plain = { number: drive.number, of: drive.of };
  if (drive.replaces !== undefined) plain.replaces = drive.replaces;
  return plain;
}

/* drive.js as Python's json.dumps(…) writes it, for passport and signature; with the drive's reference, or as it was
   written before drives told theirs. */
function formatDriveScript(passport, isSigned, withReference) {
  const quote = JSON.stringify;
  const { drive } = passport;
  const replaces = drive && drive.replaces !== undefined ? `, "replaces": ${quote(drive.replaces)}` : "";
  const number = drive && `{"number": ${drive.number}, "of": ${drive.of}${replaces}}`;
  return (
    `window.usbkitDrive = {"programme": ${quote(passport.programme)}, "country": ${quote(passport.country)}, ` +
    `"edition": ${passport.edition}, "date": ${quote(passport.date)}, "route": ${quote(passport.route)}, ` +
    `"drive": ${number}, "fingerprint": ${quote(passport.fingerprint)}, "signed": ${isSigned}` +
    (withReference && passport.nonce !== null ? `, "reference": ${quote(showReference(passport.nonce))}};\n` : "};\n")
  );
}

function isDriveScript(script, passport, isSigned) {
  return [true, false].some((withReference) => script === formatDriveScript(passport, isSigned, withReference));
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
  } else if (!passport || !isDriveScript(toBinary(given.driveScript), passport, given.signature !== null)) {
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
