"""The scripts that run inside hosts: which there are, where they go, and what was put there.

`shelf` reads what travels with the bridge, `places` knows each system's folders, `startup` adds a line to a host's own
start-up file, `receipt` remembers what was installed, `plan` decides what is to be done, and `installing` does it.
"""
