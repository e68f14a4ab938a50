"""The families of sounds, one row each: the words that name it and what is usual for it.

A row feeds every place that treats a kick differently from a bell: prompts, judging, shaping, mapping, names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from bridge.domain.text import folded

Mapping = Literal["drum", "keys"]
"""`drum`: one key, played as recorded. `keys`: over the keyboard, by varispeed from its root."""

DEFAULT_FAMILY = "fx"

LANGUAGES = ("en", "de", "fr", "es", "pt", "ja")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Says what is usual for a kind of sound.

    `things` are what it holds, each with its names in the order of `LANGUAGES`, behind bars; the first English one
    stands for the thing. `hints` are things whose names count only where no other is named: machines, and words that
    mean "low" as well. Plurals in -s and -n need no name of their own; a space may be a hyphen, or left out. `tonal`
    sounds are tuned to a semitone. `register` is the usual root, lowest and highest MIDI note. `usual`, `shortest` and
    `longest` are seconds of the finished sample. `reach` is how many semitones a zone goes up and down from its root.
    `pad_note` is its key in a General MIDI drum kit. Members of one `choke` group cut each other off (0: none). What
    `swells` may begin slowly; in any other family a slow beginning is noise before the hit.
    """

    name: str
    things: tuple[str, ...]
    hints: tuple[str, ...] = ()
    mapping: Mapping
    tonal: bool
    register: tuple[int, int]
    usual: float
    shortest: float
    longest: float
    reach: int = 6
    pad_note: int = 60
    choke: int = 0
    swells: bool = False


FAMILIES: dict[str, Family] = {
    row.name: row
    for row in (
        Family(name="kick", things=(
                   "kick, kickdrum, bd | | | | | キック",
                   "bass drum | basstrommel, große trommel | grosse caisse | bombo | bumbo, bombo |"
                   " バスドラム, バスドラ, 大太鼓",
               ), mapping="drum", tonal=False, register=(24, 43), usual=0.6, shortest=0.1, longest=1.5, pad_note=36),
        Family(name="snare", things=(
                   "snare, snare drum, sd | kleine trommel | caisse claire | caja, redoblante, tarola | caixa |"
                   " スネア, スネアドラム, 小太鼓",
               ), mapping="drum", tonal=False, register=(50, 62), usual=0.5, shortest=0.1, longest=2.0, pad_note=38),
        Family(name="clap", things=(
                   "clap, hand clap | klatschen, klatscher, händeklatschen | claquement de mains | palmas, palmada |"
                   " palmas | クラップ, ハンドクラップ, 手拍子, 拍手",
                   "finger snap, snap | fingerschnippen, schnippen | claquement de doigts | chasquido |"
                   " estalo de dedos | フィンガースナップ, 指パッチン",
               ), mapping="drum", tonal=False, register=(60, 84), usual=0.5, shortest=0.1, longest=2.0, pad_note=39),
        Family(name="hat", things=(
                   "hat, hi hat, hh | | charleston, charley | charles | chimbal | ハイハット, ハット",
                   "closed hat, closed hi hat | geschlossene hi hat | hi hat fermé, charleston fermé |"
                   " hi hat cerrado, charles cerrado | hi hat fechado, chimbal fechado |"
                   " クローズドハイハット, クローズハイハット, クローズハット",
               ), mapping="drum", tonal=False, register=(72, 96), usual=0.12, shortest=0.05, longest=1.5, pad_note=42,
               choke=1),
        Family(name="open-hat", things=(
                   "open hat, open hi hat, oh | offene hi hat | hi hat ouvert, hi hat ouverte, charleston ouvert,"
                   " charley ouvert | hi hat abierto, charles abierto | hi hat aberto, chimbal aberto |"
                   " オープンハイハット, オープンハット",
               ), mapping="drum", tonal=False, register=(72, 96), usual=0.6, shortest=0.15, longest=2.0, pad_note=46,
               choke=1),
        Family(name="cymbal", things=(
                   "cymbal | becken, zimbel | cymbale | platillo | prato | シンバル",
                   "crash | crashbecken | | | | クラッシュ", "ride | ridebecken | | | | ライドシンバル, ライド",
                   "splash | | | | | スプラッシュ", "china | | | | | チャイナシンバル",
               ), mapping="drum", tonal=False, register=(60, 96), usual=2.0, shortest=0.3, longest=6.0, pad_note=49,
               swells=True),
        Family(name="tom", things=("tom, tom tom | | | | | タムタム, タム", "floor tom | standtom | | | | フロアタム"),
               mapping="drum", tonal=False, register=(36, 57), usual=0.7, shortest=0.1, longest=2.0, pad_note=45),
        Family(name="perc", things=(
                   "percussion, perc | perkussion | | percusión | percussão | パーカッション, 打楽器",
                   "rim, rim shot, side stick | | | | | リムショット, リム",
                   "conga | | | | | コンガ", "bongo | | | bongó | bongô | ボンゴ",
                   "cowbell, cow bell | kuhglocke | cloche à vache | cencerro | | カウベル",
                   "shaker | rassel | | maraca | chocalho, maraca | シェイカー, シェーカー, マラカス",
                   "tambourine | tamburin, schellenkranz | tambourin | pandereta | pandeiro, pandeireta | タンバリン",
                   "clave | klanghölzer | | | | クラベス, 拍子木",
                   "woodblock, wood block, block | holzblock | bloc de bois | caja china | bloco sonoro |"
                   " ウッドブロック",
               ), mapping="drum", tonal=False, register=(48, 84), usual=0.4, shortest=0.05, longest=2.0, pad_note=37),
        Family(name="808", things=(), hints=(
                   "808, tr 808, 808 bass, 808 sub",
                   "sub, sub bass | | sub basse | subgrave | subbaixo, subgrave | サブベース, サブ",
               ), mapping="keys", tonal=True, register=(24, 46), usual=1.5, shortest=0.4, longest=4.0, reach=12,
               pad_note=35),
        Family(name="bass", things=(
                   "bass, bass line | basslauf | ligne de basse | línea de bajo | linha de baixo |"
                   " ベースライン, ベース",
                   "synth bass | synthesizerbass | basse synthé | bajo sintetizado | baixo sintetizado | シンセベース",
                   "reese | | | | | リース",
               ), hints=("303, tb 303", "acid | | acide | ácido | ácido | アシッド", "bass | | basse | bajo | baixo"),
               mapping="keys", tonal=True, register=(28, 52), usual=1.0, shortest=0.2, longest=4.0, reach=7,
               pad_note=48),
        Family(name="pluck", things=(
                   "pluck, plucked, string pluck | gezupft, gezupfte, zupfklang | pincé | punteado, pulsado |"
                   " dedilhado | プラック",
                   "guitar | gitarre | guitare | guitarra | guitarra, violão | ギター",
                   "harp | harfe | harpe | arpa | harpa | ハープ, 竪琴", "koto | | | | | コト, 琴, 箏",
               ), mapping="keys", tonal=True, register=(48, 84), usual=1.0, shortest=0.2, longest=4.0, pad_note=50),
        Family(name="mallet", things=(
                   "mallet | schlägel | | | | マレット", "marimba | | | | | マリンバ",
                   "xylophone | xylophon | | xilófono | xilofone | シロフォン, 木琴",
                   "vibraphone | vibraphon | | vibráfono | vibrafone | ビブラフォン, ヴィブラフォン",
                   "kalimba | | | | | カリンバ", "glockenspiel | | | | | グロッケンシュピール, グロッケン, 鉄琴",
               ), mapping="keys", tonal=True, register=(48, 96), usual=1.5, shortest=0.2, longest=4.0, pad_note=52),
        Family(name="bell", things=(
                   "bell | glocke | cloche | campana | sino | ベル, 鐘, 鈴",
                   "church bell | kirchenglocke | cloche d'église | campana de iglesia | sino de igreja | 教会の鐘",
                   "glass bell | glasglocke | cloche de verre | campana de cristal | sino de vidro | グラスベル",
                   "hand bell | handglocke | clochette | campanilla | sineta | ハンドベル",
                   "chime | | carillon | carrillón | carrilhão | ウィンドチャイム, チャイム",
                   "tubular bell | röhrenglocke | cloche tubulaire | campana tubular | sino tubular | チューブラーベル",
                   "gong | | | | | ゴング, 銅鑼",
               ), mapping="keys", tonal=True, register=(60, 96), usual=2.0, shortest=0.4, longest=6.0, pad_note=53),
        Family(name="lead", things=(
                   "lead, synth lead | leadsynth | | | | シンセリード, リード", "saw lead | | | | | ソーリード",
                   "stab | | | | | スタブ", "chord stab | akkordstab | | | | コードスタブ",
               ), mapping="keys", tonal=True, register=(48, 84), usual=1.0, shortest=0.2, longest=4.0, reach=7,
               pad_note=55),
        Family(name="pad-synth", things=(
                   "pad, synth pad, pad synth, ambient pad | fläche, klangfläche, flächenklang | nappe | colchón | |"
                   " シンセパッド, パッド",
                   "strings | streicher | cordes | cuerdas | cordas | ストリングス, 弦楽",
                   "choir | chor, chöre | chœur, choeur | coro | coro | クワイア, 合唱",
                   "drone | bordun | bourdon | | | ドローン",
               ), mapping="keys", tonal=True, register=(36, 84), usual=3.0, shortest=1.0, longest=12.0, reach=7,
               pad_note=57, swells=True),
        Family(name="fx", things=(
                   "fx, sfx | effekt, klangeffekt | effet | efecto | efeito | 効果音, エフェクト",
                   "riser | | | | | ライザー", "impact | einschlag | | impacto | impacto | インパクト",
                   "sweep | | balayage | barrido | varredura | スウィープ, スイープ", "whoosh | | | | | ウーシュ",
                   "noise | rauschen | bruit | ruido | ruído | ノイズ, 雑音",
                   "texture | textur | | textura | textura | テクスチャー, テクスチャ", "glitch | | | | | グリッチ",
                   "foley | | | | | フォーリー", "zap | | | | | ザップ", "laser | | | láser | | レーザー",
               ), mapping="drum", tonal=False, register=(36, 96), usual=1.5, shortest=0.1, longest=12.0, pad_note=59,
               swells=True),
        Family(name="loop", things=(
                   "loop, drum loop, breakbeat, groove | schleife | boucle | bucle | | ループ, ブレイクビーツ",
               ), mapping="drum", tonal=False, register=(36, 96), usual=4.0, shortest=0.5, longest=30.0, pad_note=60,
               swells=True),
    )
}

JAPANESE = "\u3005\u3041-\u30ff\u3400-\u9fff"
"""The letters of Japanese, as they stand in the brackets of a regular expression; it has no spaces between words."""
_KATAKANA = "\u30a1-\u30ff"
_SHORT = 2
"""Kana or less make a name that only begins a word: ベル is a bell, but not in レベル."""
_BASSES = frozenset({"808", "bass"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """Holds one name of a thing: `thing` is its first name in English, `hint` says that it counts only alone.

    `languages` are those that call it so.
    """

    family: str
    thing: str
    languages: tuple[str, ...]
    hint: bool


def _names() -> dict[str, Name]:
    found: dict[str, Name] = {}
    rows = [(row, thing, hint) for row in FAMILIES.values() for things, hint in ((row.hints, True), (row.things, False))
            for thing in things]  # fmt: skip
    for row, thing, hint in rows:
        for language, names in zip(LANGUAGES, thing.split("|"), strict=False):
            for name in filter(None, (folded(name.strip()) for name in names.split(","))):
                known = found.get(name)
                languages = (*known.languages, language) if known and not known.hint else (language,)
                found[name] = Name(family=row.name, thing=thing.partition(",")[0].partition(" |")[0],
                                   languages=languages, hint=hint)  # fmt: skip
    return found


NAMES = _names()
"""Every name of every thing, folded (`bridge.domain.text`)."""


@cache
def _pattern() -> re.Pattern[str]:
    """Returns what finds names; made when it is needed, for it takes longer than everything else here."""
    longest = sorted(NAMES, key=len, reverse=True)
    spaced = "|".join(re.escape(name).replace(r"\ ", "[ -]?") for name in longest if not _is_japanese(name))
    joined = "|".join(
        (rf"(?<![{_KATAKANA}])" if len(name) <= _SHORT else "") + name for name in longest if _is_japanese(name)
    )
    letter = rf"[^\W{JAPANESE}]"  # in 808キック the 808 ends where the Japanese begins
    return re.compile(rf"(?<!{letter})(?<!-)({spaced})(?:s|(?<=e)n)?(?!{letter}|-)|({joined})")


def _is_japanese(name: str) -> bool:
    return re.search(f"[{JAPANESE}]", name) is not None


_JOINED = {re.sub("[ -]", "", name): said for name, said in NAMES.items()}


def names_in(prompt: str) -> list[Name]:
    """Returns the things that a prompt names in their order, of names in one another the longest."""
    text = folded(prompt).replace("\u2019", "'")
    return [_JOINED[re.sub("[ -]", "", match.group(1) or match.group(2))] for match in _pattern().finditer(text)]


def family_of(prompt: str) -> str | None:
    """Returns the family that a prompt's words name, or None where no word names one.

    The longest words win (`open hat` over `hat`), then the first named. `808` beside another drum is the machine
    that made it (`808 snare` is a snare); alone, or beside bass words, it is the family.
    """
    found = names_in(prompt)
    named = [name.family for name in found if not name.hint]
    hinted = [name.family for name in found if name.hint]
    if "808" in hinted and set(named) <= _BASSES:
        return "808"
    return next(iter([*named, *hinted]), None)
