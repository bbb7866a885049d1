"""The hub: a PostgreSQL database that gives stations numbers of one order and each other's entries.

The logic is in PostgreSQL (``schema.sql``, ``functions.sql``, ``numbers.sql``): stations call functions and have no
right on any table, and no process of ours coordinates. Each computer keeps its own chain in a local file and folds its
state from verified entries; the hub is trusted about two things only: who has which number, and the role in which each
computer is adopted.
"""
