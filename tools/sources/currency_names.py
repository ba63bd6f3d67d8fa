"""Which currencies a written amount may be in, by the code or sign that stands in it."""

from functools import cache

from iso4217 import Currency

from tools.currencies import DIGITS, UNKNOWN
from tools.sources.raw import quoted

# A sign with the words in the names of the currencies that are written with it.
_SIGNS = {
    "$": ("Dollar", "Peso", "Real", "Cordoba", "Pataca", "Escudo"), "£": ("Pound",),
    "¥": ("Yen", "Yuan"), "€": ("Euro",), "₹": ("Indian Rupee",), "₩": ("Won",), "₫": ("Dong",),
    "₺": ("Turkish Lira",), "₪": ("Sheqel",), "₽": ("Russian Ruble",), "₴": ("Hryvnia",),
    "₦": ("Naira",), "₱": ("Philippine Peso",), "฿": ("Baht",), "₸": ("Tenge",),
    "₡": ("Costa Rican",), "₵": ("Ghana Cedi",), "₮": ("Tugrik",), "kr": ("Kron",),
    "zł": ("Zloty",), "kč": ("Czech",), "ft": ("Forint",), "fr": ("Franc",),
}  # fmt: skip
# Letters before a sign that say whose it is; other letters before it say nothing.
_WHOSE = {"us$": "USD", "ca$": "CAD", "c$": "CAD NIO", "can$": "CAD", "au$": "AUD", "a$": "AUD",
          "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "r$": "BRL", "mx$": "MXN", "nt$": "TWD",
          "cn¥": "CNY", "jp¥": "JPY"}  # fmt: skip


@cache
def _signs() -> str:
    """SQL: a map of each sign to the currencies it may stand for."""
    named = {one.code: one.currency_name for one in Currency}
    withdrawn = [code for code in DIGITS if code not in named]
    found = {
        sign: [c for c, name in named.items() if any(w in name for w in words)] + withdrawn
        for sign, words in _SIGNS.items()
    }
    found |= {sign: [code] for sign, code in _WHOSE.items()}
    pairs = (f"{quoted(sign)}: {quoted(' '.join(codes))}" for sign, codes in found.items())
    return f"MAP {{{', '.join(pairs)}}}"


def names_other_sql(text: str, code: "str | None", own: str) -> str:
    """SQL: whether a text names a currency that its row, else the mapping, is not in."""
    known = own not in {"", UNKNOWN}
    if code is None and not known:
        return "false"
    said = quoted(own) if code is None else f"upper({code})"
    if code is not None:
        said = f"coalesce({said}, {quoted(own)})" if known else said
        said = f"nullif({said}, {quoted(UNKNOWN)})"
    found = f"regexp_extract_all({text}, currency_pattern())"
    return " OR ".join(f"coalesce({_other(f'{found}[{n}]', said)}, false)" for n in (1, 2))


def _other(name: str, row: str) -> str:
    """SQL: a code comes first, then a sign with whose it is, then the sign alone."""
    three = f"upper(left({name}, 3))"
    code = f"CASE WHEN {three} IN ({', '.join(map(quoted, DIGITS))}) THEN {three} END"
    signs = [f"{_signs()}[{sign}]" for sign in (f"rtrim(lower({name}), '.')", f"right({name}, 1)")]
    return f"NOT contains(coalesce({code}, {', '.join(signs)}), {row})"
