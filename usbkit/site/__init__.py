"""The pages of a bundle: its plan rendered to HTML, page data and scripts, and ``verify.html``, which checks a drive.

``render`` makes them all; ``page_cache`` remembers them, so that an unchanged country renders nothing.
"""
