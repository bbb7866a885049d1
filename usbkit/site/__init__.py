"""The pages of a bundle: what the recipient opens.

`render_site` takes a `Plan` and gives the files to put beside what the plan holds already: a page for the index and
one a recording in each language of the country, the scripts, styles, fonts and data they need, ``README.txt``, and
``verify.html``. Same plan and templates, same bytes: every date comes from the edition.
"""

from usbkit.site.render import render_site

__all__ = ["render_site"]
