"""The catalogue: AI models as rows of one table, and what every provider needs to call them.

`catalogue.toml` holds the rows that come with the bridge; `rows` joins them with the user's. `inputs` turns a brief
into a model's inputs, `outputs` finds the sound in its answer whatever its shape, `takes` cuts that into takes, `price`
knows what it costs, `base` is the part of a model that a row is enough for.
"""
