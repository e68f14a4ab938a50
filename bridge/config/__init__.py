"""The configuration: one TOML file, its schema, its problems in sentences, and where things lie on each OS."""
