"""The memory of the bridge: jobs, calls, takes, samples, pads, deliveries and events in one SQLite file.

`database` opens it and runs transactions; every other module here is a set of functions of a connection, so that
whoever composes them decides what belongs into one transaction.
"""
