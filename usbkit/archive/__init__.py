"""Bundles as files: several independent 7z archives and an index, packed and unpacked (design section 11).

Packing: ``source`` reads the bundle, ``plan`` decides what goes into which archive, ``packing`` carries it out,
``writing`` makes one archive, ``parts`` cuts it. Unpacking: ``discovery`` compares the files with the index,
``sevenzip`` reads an archive's own header within ``limits``, ``admission`` judges what it lists, ``extraction`` unpacks
one archive in a separate process, ``unpacking`` puts the bundle in its place once its seal holds.
"""
