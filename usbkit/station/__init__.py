"""The station: fills orders from whatever sticks are plugged in.

``state_machine`` decides (values in, actions out; a decision is in the ledger before its action is returned);
``runner`` carries out: it listens to hot-plug, workers and the operator, and updates the ``runner.Screen``.
"""
