"""THE INSECURE DEMO KEY. Its secret half is in this file: anybody can sign with it, and it proves nothing.

It lets the demo show a signed drive without a passphrase, with the same bytes every time. ``usbkit seal sign`` uses it
only for a programme whose ``programme.toml`` lists it as ``insecure_demo``; nothing else may.
"""

from __future__ import annotations

import hashlib

from usbkit.trust.minisign import PublicKey
from usbkit.trust.secret import SecretKey

DEMO_NAME = "INSECURE DEMO KEY"

_SEED = hashlib.sha256(b"usbkit: this insecure demo key is public, anybody can sign with it").digest()

#: Hex digits that make minisign print the key's id as DE300000DE300000.
_KEY_ID = bytes.fromhex("000030de000030de")


def demo_key() -> SecretKey:
    """The insecure demo key."""
    return SecretKey(_KEY_ID, _SEED)


def demo_key_table() -> str:
    """Return the ``[[key]]`` table for a demo's ``programme.toml``, and for no other."""
    public = demo_key().public.to_base64()
    return f'\n[[key]]\nname = "{DEMO_NAME}"\npublic = "{public}"\ninsecure_demo = true\n'


def is_demo_key(key: PublicKey) -> bool:
    """Whether ``key`` is the demo's, under any id."""
    return key.key == demo_key().public.key
