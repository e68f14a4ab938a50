"""The catalogue: a row for each model, and what follows from a row alone.

    rows       the rows that come with the bridge, joined with the user's
    inputs     a brief becomes a model's inputs, checked before anything is sent
    rules      what inputs of one call must agree on
    outputs    where the sounds are in an answer of any shape
    takes      files become takes (in a worker process)
    price      what a call will cost at most, and what it did cost
    base       what every model of a row has in common, whoever provides it

Nothing here talks to anybody: the providers beside this folder do.
"""
