"""The daemon as a service of the user: started at login, watched, ended in order, and what it says of itself.

It is always a service of the user's own session. A service of the whole system (on Windows: session 0) has no MIDI
ports, no sound device and no music folder of the one who plays.
"""
