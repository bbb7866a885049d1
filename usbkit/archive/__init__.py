"""Bundles that travel as files: several independent 7z archives and an index, made and taken apart (design section 11).

Making: `source` reads the bundle, `plan` decides what goes into which archive, `packing` carries it out, `writing`
makes one archive, `parts` cuts it. Taking apart: `discovery` compares the files with the index, `sevenzip` reads an
archive's own header within `limits`, `admission` judges what it lists, `extraction` runs the unpacking of one archive
in a process of its own, `unpacking` puts the bundle in its place once its seal holds.
"""
