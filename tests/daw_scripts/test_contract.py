from __future__ import annotations

import re
from pathlib import Path

from bridge.library.deliveries import decode_delivery, encode_delivery

README = Path(__file__).parents[2] / "daw_scripts" / "README.md"


def test_the_delivery_in_the_contract_is_one_that_the_bridge_writes():
    (example,) = re.findall(r"^```\n(v\t1\n.+?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert encode_delivery(decode_delivery(example.encode())).decode() == example
