"""Mutants: what our code becomes by one small change, and whether a test notices.

``make mutants MODULES=usbkit/drives/safety.py,templates/assets/fold.js`` prints for each file how many of a seeded
sample were killed and how many survived, with the difference that each survivor is.

The changes to Python are cosmic-ray's. Its way of running them is not used: it changes the files of the work tree in
place, runs one command for every mutant and takes no sample. mutmut runs functions from a rewritten copy within one
process, which our tests, most of which start ``usbkit`` as a user does, never enter. So what is here chooses the sample
(`python`, `scripts`), learns which tests reach which line, in whatever process (`reach`), and runs only those against a
copy of the tree (`run`).
"""
