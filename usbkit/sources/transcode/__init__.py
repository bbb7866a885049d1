"""Transcode videos to H.264 and AAC in MP4, smaller or playable, in pieces that survive a kill.

The decision comes first (``usbkit.sources.transcode.decision``, pure); the work reads the source and writes beside the
cache. A transcode is a derived input: encoders differ between versions and processors, so it is identified by its
digest and never silently made again.
"""
