"""The seal: ``SHA256SUMS``, its fingerprint and its signature; what makes a bundle checkable by anyone.

`sums` is the list and its strict reading, `minisign` and `keys` the signature, `statement` what a signature says,
`companions` whether what stands beside the seal fits it.
Nothing here reads a drive: `usbkit.verify` does, and asks here.
"""

from __future__ import annotations

from usbkit.seal.sums import fingerprint, fingerprint_rows, format_sums, parse_fingerprint, parse_sums

__all__ = ["fingerprint", "fingerprint_rows", "format_sums", "parse_fingerprint", "parse_sums"]
