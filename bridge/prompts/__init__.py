"""Writers of prompts: how a brief's words become a model's words. Pure; the engine makes the calls to chat models.

`rules` always works; `answers` reads what chat models say; `pictures` turns a picture into words by way of a
scene and a style; `chain` says step by step what is to be asked next.
"""
