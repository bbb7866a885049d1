"""The tables of the Python check as data for the page, so that both judge alike."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from usbkit.core import run_names
from usbkit.manifest.models import Programme
from usbkit.trust import ed25519, minisign, passport, receipt_code, references, statement, strangers, sums, tree
from usbkit.trust.companions import MAX_COMPANION
from usbkit.trust.signing import listed_keys


def judging_tables() -> dict[str, Any]:
    """Return regular expressions, limits and lists that do not depend on a programme."""
    return {
        "digest": sums.DIGEST,
        "line": sums.LINE,
        "path": sums.PATH,
        "maxSums": sums.MAX_SUMS,
        "maxPath": sums.MAX_PATH,
        "unsealed": list(sums.UNSEALED_NAMES),
        "maxSignature": minisign.MAX_SIGNATURE,
        "sealKind": statement.SEAL_KIND,
        "statement": statement.SEAL_FORM,
        "groupOrder": _little(ed25519.GROUP_ORDER),
        "fieldPrime": _little(ed25519.FIELD_PRIME),
        "smallOrder": sorted(map(_little, ed25519.SMALL_ORDER_Y)),
        "seals": [sums.SUMS_NAME, sums.SIGNATURE_NAME],
        "maxProgramme": statement.MAX_PROGRAMME,
        "maxPassport": passport.MAX_BYTES,
        "passport": {
            "format": passport.FORMAT,
            "programme": statement.PROGRAMME,
            "country": statement.COUNTRY,
            "edition": statement.EDITION,
            "date": statement.DATE,
            "route": passport.ROUTE,
            "number": passport.NUMBER,
            "nonce": passport.NONCE,
            "reference": passport.REFERENCE,
        },
        "maxCompanion": MAX_COMPANION,
        "maxDepth": tree.MAX_DEPTH,
        "maxEntries": tree.MAX_ENTRIES,
        "debris": [asdict(rule) for rule in strangers.DEBRIS],
        "debrisFolders": list(strangers.DEBRIS_FOLDERS),
        "runEndings": list(run_names.RUN_ENDINGS),
        "runNames": list(run_names.RUN_NAMES),
        "runBeginnings": list(strangers.RUN_BEGINNINGS),
        "beginning": strangers.BEGINNING,
        "receipt": {
            "alphabet": references.ALPHABET,
            "salt": receipt_code.SALT.decode(),
            "version": receipt_code.VERSION,
            "found": [*receipt_code.Found],
            "most": receipt_code.MOST_COUNTED,
            "nonce": passport.NONCE,
            "spelling": receipt_code.SPELLING,
        },
    }


def programme_tables(programme: Programme) -> dict[str, Any]:
    """Return the page's data on its programme. There is none on countries: the page is the same for all."""
    return {
        "programme": programme.id,
        "edition": programme.edition,
        "titles": dict(programme.title),
        "website": programme.website,
        "keys": [
            {
                "name": key.name,
                "public": key.public.to_base64(),
                "demo": key.is_demo,
                "withdrawn": key.withdrawn.isoformat() if key.withdrawn else None,
            }
            for key in listed_keys(programme)
        ],
    }


def _little(number: int) -> str:
    return number.to_bytes(32, "little").hex()
