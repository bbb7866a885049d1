"""The station: fills orders from whatever sticks are plugged in.

`state_machine` decides (values in, actions out; what it decides is in the ledger before the action is returned),
`runner` carries out: it listens to hot-plug, workers and the operator, and lets `runner.Screen`s tell.
"""
