"""Mutants: our code with one small change each, and whether a test notices.

``make mutants MODULES=usbkit/drives/safety.py,templates/assets/fold.js`` prints for each file how many of a seeded
sample were killed and how many survived, with the diff of each survivor.

The changes to Python are cosmic-ray's. Its runner is not used: it changes the work tree in place, runs one command for
every mutant and takes no sample. mutmut runs functions from a rewritten copy within one process, which most of our
tests, since they start ``usbkit`` as a user does, never enter. So the modules here choose the sample (``python``,
``scripts``), learn which tests reach which line, in any process (``reach``), and run only those against a copy of the
tree (``run``).
"""
