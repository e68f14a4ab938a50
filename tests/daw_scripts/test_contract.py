from __future__ import annotations

import re
import tomllib
from pathlib import Path

from bridge.cli.scripts.shelf import Description
from bridge.library.deliveries import decode_delivery, encode_delivery
from bridge.triggers.wishes import Wish, read_wish

README = Path(__file__).parents[2] / "daw_scripts" / "README.md"
EXAMPLES = re.findall(r"^```\n(v\t1\n.+?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_delivery_in_the_contract_is_one_that_the_bridge_writes():
    example = EXAMPLES[0]
    assert encode_delivery(decode_delivery(example.encode())).decode() == example


def test_the_wish_in_the_contract_is_one_that_the_bridge_obeys():
    assert read_wish(EXAMPLES[1].encode()) == Wish(action="trigger", target="bass", energy=100 / 127)
    assert len(EXAMPLES) == 2


def test_the_description_in_the_contract_is_one_that_the_installer_reads():
    (example,) = re.findall(r"^```toml\n(.+?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    about = Description.model_validate(tomllib.loads(example))
    assert set(Description.model_fields) == about.model_fields_set
    assert about.made[0].names == "pads"
