"""The small words: how much, not, without, or; and those that say nothing themselves but tell a language."""

from __future__ import annotations

DEGREES: dict[str, dict[str, float]] = {
    "en": {
        "very": 1.6, "really": 1.6, "super": 1.6, "heavily": 1.6, "extra": 1.6, "so": 1.3, "more": 1.3, "pretty": 1.0,
        "extremely": 2.0, "ultra": 2.0, "insanely": 2.0, "slightly": 0.5, "a bit": 0.5, "a little": 0.5, "bit": 0.5,
        "little": 0.5, "somewhat": 0.6, "subtly": 0.5, "subtle": 0.5, "fairly": 0.8, "quite": 1.0, "much": 1.3,
    },
    "de": {
        "sehr": 1.6, "wirklich": 1.6, "richtig": 1.6, "besonders": 1.6, "super": 1.6, "total": 1.6, "mega": 2.0,
        "ultra": 2.0, "extrem": 2.0, "äußerst": 2.0,
        "mehr": 1.3, "so": 1.3, "ziemlich": 1.0, "recht": 0.8, "etwas": 0.5,
        "ein bisschen": 0.5, "ein wenig": 0.5, "leicht": 0.5, "viel": 1.3, "eher": 0.8,
    },
    "fr": {
        "très": 1.6, "vraiment": 1.6, "super": 1.6, "bien": 1.3, "plus": 1.3, "extrêmement": 2.0, "ultra": 2.0,
        "hyper": 2.0, "assez": 0.8, "plutôt": 0.8, "un peu": 0.5, "légèrement": 0.5, "beaucoup": 1.3, "si": 1.3,
    },
    "es": {
        "muy": 1.6, "súper": 1.6, "realmente": 1.6, "más": 1.3, "tan": 1.3, "extremadamente": 2.0, "ultra": 2.0,
        "bastante": 1.0, "algo": 0.5, "un poco": 0.5, "ligeramente": 0.5, "levemente": 0.5, "mucho": 1.3, "mucha": 1.3,
    },
    "pt": {
        "muito": 1.6, "super": 1.6, "realmente": 1.6, "bem": 1.3, "mais": 1.3, "tão": 1.3, "extremamente": 2.0,
        "ultra": 2.0, "bastante": 1.0, "um pouco": 0.5, "um pouquinho": 0.5, "ligeiramente": 0.5, "levemente": 0.5,
        "meio": 0.6, "muita": 1.3,
    },
    "ja": {
        "とても": 1.6, "すごく": 1.6, "凄く": 1.6, "非常に": 1.6, "超": 2.0, "めちゃくちゃ": 2.0, "めっちゃ": 2.0,
        "極めて": 2.0, "かなり": 1.3, "もっと": 1.3, "より": 1.3, "少し": 0.5, "すこし": 0.5, "ちょっと": 0.5,
        "やや": 0.5, "若干": 0.5,
    },
}  # fmt: skip
"""How many times what a plain word means."""

NOT = {
    "en": "not, no, non, never, isn't, less, don't, hardly, neither",
    "de": "nicht, kein, keine, keinen, keinem, keiner, nie, niemals, kaum, wenig, weniger, weder",
    "fr": "pas, ne, jamais, guère, aucun, aucune, moins, peu, ni",
    "es": "no, nunca, jamás, nada, ningún, ninguna, menos, poco, poca, ni",
    "pt": "não, nunca, jamais, nada, nenhum, nenhuma, menos, pouco, pouca, nem",
}
WITHOUT = {"en": "without", "de": "ohne", "fr": "sans", "es": "sin", "pt": "sem"}
"""Behind a "not" they take it back: "not without reverb"."""
OR = {"en": "or, nor", "de": "oder, noch", "fr": "ou", "es": "o, u", "pt": "ou"}
"""What follows them is meant like what came before them: "not bright or long"."""
SMALL = {
    "en": "a, an, the, too, be, make, it, any, of, sounding, with, and, from, for, in, on, that, this, is,"
          " like, my, some, sound, drum, at, to, but",
    "de": "der, die, das, den, dem, des, ein, eine, einen, einem, einer, eines, zu, allzu, und, mit, von, vom,"
          " für, im, am, aus, klingend, klingt, klang, sein, soll, bitte, aber, wie, auf, ist, ganz, gar",
    "fr": "le, la, les, un, une, des, du, de, d, l, trop, et, avec, pour, dans, qui, mais, sur, son, est, du"
          " tout, c'est",
    "es": "el, la, los, las, un, una, unos, unas, de, del, demasiado, y, con, para, que, pero, en, sonido, es,"
          " tan solo",
    "pt": "o, a, os, as, um, uma, uns, umas, de, do, da, dos, das, demais, e, com, para, que, mas, em, no, na,"
          " som, é",
}
"""Words that say nothing themselves: a "not" or a "very" before them is meant for what follows."""

ENGLISH = frozenset((
    "hell", "alt", "alter", "die", "fin", "fine", "plus", "net", "fort", "matter", "grand", "base", "bases", "pass",
    "passes", "modules"
))
"""Words that English has too, with no meaning for a sound: where nothing tells the language of a prompt, they are
English."""
RARELY_ENGLISH = frozenset((
    "grave", "sin", "sale", "court", "mat", "mate", "dur", "bas", "gross", "eng", "rein", "brut", "mince", "sec",
    "dick", "messing", "fern"
))
"""The same of words that prompts in English hardly have: they are English only in an English prompt."""
