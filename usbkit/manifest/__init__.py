"""Manifests: what staff write. `models` declares the fields, `load` reads files and reports every mistake at once."""
