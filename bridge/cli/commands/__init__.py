"""The commands: each reads its arguments, asks a session, and shows the answer."""
