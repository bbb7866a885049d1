"""Manifests, written by staff. ``models`` declares the fields, ``load`` reads files and reports every mistake."""
