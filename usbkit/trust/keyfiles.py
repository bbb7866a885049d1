"""Key files on this computer, and the keys of ``programme.toml``: create, find, withdraw."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

from usbkit.core.errors import DeviceError, Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.small_files import read_small
from usbkit.manifest.models import Programme
from usbkit.trust.minisign import MAX_KEY_FILE, PublicKey
from usbkit.trust.secret import SENSITIVE, Cost, SecretKey
from usbkit.trust.signing import ListedKey, listed_keys

SECRET_SUFFIX = ".key"
PUBLIC_SUFFIX = ".pub"


def write_key_pair(
    key: SecretKey, folder: Path, name: str, passphrase: str, cost: Cost = SENSITIVE
) -> tuple[Path, Path]:
    """Write the secret half (readable by its owner only) and the public half; return both paths.

    Raises DeviceError if a file of that name exists: a key is never overwritten.
    """
    secret, public = folder / f"{name}{SECRET_SUFFIX}", folder / f"{name}{PUBLIC_SUFFIX}"
    if existing := next((path for path in (secret, public) if path.exists()), None):
        raise DeviceError.of(
            "key-exists",
            _("there is a key already"),
            place=Place(str(existing)),
            todo=_("Choose another name, or move the old key away. Never delete a key that has signed."),
        )
    data = key.to_file(passphrase, cost)
    folder.mkdir(0o700, parents=True, exist_ok=True)  # else somebody could put another key in its place
    descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    public.write_bytes(key.public.to_file())
    return secret, public


def read_secret_key(path: Path, passphrase: str) -> SecretKey:
    """Read the key in a secret key file. Raises InputError."""
    return SecretKey.from_file(read_small(path, MAX_KEY_FILE), passphrase)


def find_key(programme: Programme, wanted: str) -> ListedKey:
    """Return the programme's key that ``wanted`` names: by its name, its id, or its line. Raises InputError."""
    keys = listed_keys(programme)
    for key in keys:
        if wanted in (key.name, key.public.name, key.public.to_base64()):
            return key
    names = ", ".join(f"{key.name} ({key.public.name})" for key in keys) or "-"
    what = _("the programme lists no key {wanted}; it lists: {names}", wanted=wanted, names=names)
    raise InputError(Finding("key-unknown", what, Place("programme.toml", field="key")))


def withdraw_in_manifest(text: str, key: PublicKey, day: dt.date) -> str:
    """Return ``programme.toml`` with the day of withdrawal added under the key's line and nothing else changed.

    Raises InputError if the line is not found in its usual form, so that nothing is changed by guessing.
    """
    line = re.compile(rf'^([ \t]*)public[ \t]*=[ \t]*["\']{re.escape(key.to_base64())}["\'][^\n]*$', re.MULTILINE)
    if len(line.findall(text)) != 1:
        what = _("the line of the key {key} was not found exactly once", key=key.name)
        todo = _("Write withdrawn = {day} into its [[key]] table by hand.", day=day.isoformat())
        raise InputError(Finding("key-line", what, Place("programme.toml", field="key"), todo))
    return line.sub(lambda found: f"{found.group()}\n{found.group(1)}withdrawn = {day.isoformat()}", text)


def describe_withdrawal(programme: Programme, key: ListedKey, day: dt.date) -> str:
    """Return the notice for everybody whose verification letter names the key, since a drive cannot know of the
    withdrawal.
    """
    title = programme.title.get("en", programme.id)
    return str(
        _(
            "Notice about a signing key\n\n"
            "Programme: {title} ({id})\n"
            "Key: {name}, {key}\n{line}\n"
            "Withdrawn from {day} on.\n\n"
            "Do not accept a drive because it is signed with this key. A seal whose fingerprint stands in a\n"
            "verification letter that you had before that day stays what the letter says it is.\n"
            "Drives made before cannot know of this notice: their own page still names the key.\n"
            "Send this notice the way the verification letter went, never with drives.\n",
            title=title,
            id=programme.id,
            name=key.name,
            key=key.public.name,
            line=key.public.to_base64(),
            day=day.isoformat(),
        )
    )
