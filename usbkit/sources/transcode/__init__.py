"""Videos made smaller, or made to play: from a source to H.264 and AAC in MP4, in pieces that survive a kill.

What to make is decided first (`usbkit.sources.transcode.decision`, pure); making it reads the source and writes beside
the cache. A transcode is a derived input: encoders differ from one version and processor to the next, so it is known by
its digest and never made again in silence.
"""
