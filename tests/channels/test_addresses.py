"""One plain address, or none."""

import pytest

from tools.channels.addresses import plain_address
from tools.channels.contract import Refused

PLAIN = [
    ("ann@globex.example", "ann@globex.example"),
    ("Ann.O'Lee+x@Globex.Example", "Ann.O'Lee+x@Globex.Example"),
    ("ann@bücher.example", "ann@xn--bcher-kva.example"),
    ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
    ("ann@straße.example", "ann@xn--strae-oqa.example"),
    ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
]
NOT_PLAIN = [
    None, "", " ", "ann", "@globex.example", "ann@", "ann@@globex.example", "ann@localhost",
    "ann@127.0.0.1", "ann@[127.0.0.1]", "ann@globex.example ", " ann@globex.example",
    "ann@globex.example,eve@evil.example", "ann@globex.example;eve@evil.example",
    "Ann <ann@globex.example>", "<ann@globex.example>", '"ann"@globex.example', "a(b)@c.example",
    "ann@globex.example\r\nBcc: eve@evil.example", "ann@globex.example\n", "ann@glob\0ex.example",
    ".ann@globex.example", "a..n@globex.example", "änn@globex.example", "ann@-x.example",
    "ann@x_y.example", "ann@globex..example", "x" * 65 + "@a.example",
    "x" * 64 + "@" + ("y" * 60 + ".") * 3 + "example", "a@" + "x." * 130 + "example",
    "ann@\u202egl.example", "ann@＠evil.example", "ann@a\u3002b.example ", "ann@\ud800.example",
]  # fmt: skip


@pytest.mark.parametrize(("given", "sent"), PLAIN)
def test_a_plain_address_travels_in_ascii(given: str, sent: str) -> None:
    assert plain_address(given, "recipient") == sent


@pytest.mark.parametrize("given", NOT_PLAIN)
def test_anything_else_is_refused_without_repeating_it(given: str | None) -> None:
    with pytest.raises(Refused, match=r"^recipient: ") as refused:
        plain_address(given, "recipient")
    assert not given or len(given) < 4 or given not in str(refused.value)
