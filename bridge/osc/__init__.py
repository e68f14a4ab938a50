"""OSC: the address table, the codec and the list of who listens. No sockets: the door above lends its own."""
