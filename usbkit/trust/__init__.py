"""Trust: what makes a bundle checkable by anyone, and the words in which a check answers.

`sums` is the seal (``SHA256SUMS``) and its strict reading, `minisign` and `keyfiles` the signature, `statement` what a
signature says, `companions` whether what stands beside the seal fits it, `strangers` what does not belong to it;
`passport`, `verdict` and `receipt_code` are what a drive says, what a check answers and what the far end sends back.
Nothing here reads a drive: `usbkit.verify` does, and asks here.
"""
