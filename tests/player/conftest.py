from support.engine import engine  # noqa: F401 - a fixture of this folder
