"""Trust: the data that lets anyone check a bundle, and the terms of a check's result.

``sums`` is the seal (``SHA256SUMS``) and its strict parser, ``minisign`` and ``keyfiles`` the signature, ``statement``
what a signature says, ``companions`` checks the files beside the seal, ``strangers`` lists files that do not belong to
it; ``passport``, ``verdict`` and ``receipt_code`` are what a drive says, what a check answers and what the recipient
sends back. Nothing here reads a drive: ``usbkit.verify`` does.
"""
