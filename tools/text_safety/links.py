"""Everything in a text that a mail client may turn into a way out: links, addresses, numbers.

Bare domains and addresses are found by `linkify-it-py` with the list of top-level domains, numbers
by `phonenumbers`; what they do not look for (other schemes, numbers as hosts, brackets around a
dot) is found here.
"""

import ipaddress
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import idna
from linkify_it import LinkifyIt
from linkify_it.tlds import TLDS
from phonenumbers import Leniency, PhoneNumberMatcher
from publicsuffixlist import PublicSuffixList

from tools.text_safety.characters import folded, latin

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMES = (
    "mailto", "tel", "sms", "smsto", "mms", "callto", "skype", "sip", "sips", "facetime",
    "whatsapp", "tg", "viber", "javascript", "vbscript", "data", "blob", "file", "intent", "geo",
    "market", "maps", "webcal", "magnet", "ftp", "ftps", "sftp", "ssh", "git", "ws", "wss",
    "hxxp", "hxxps", "http", "https", "htp", "ttp", "about", "chrome", "ms-word", "ms-excel",
    "news", "irc", "ldap",
)  # fmt: skip
MOST_TRIES = 300
REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "AT", "CH", "IN", "AU")
_END = ".,;:!?)]}>\"'"
_SCHEME = re.compile(
    rf"(?i)(?<![\w.+-])(?:[a-z][a-z0-9+.-]{{1,20}}:(?://|\\\\|\S{{0,200}}@)|(?:{'|'.join(SCHEMES)}):)\S+"
)
_WWW = re.compile(r"(?i)(?<![\w.-])www\.\S+")
_SLASHES = re.compile(r"(?<![\w:/\\])//[\w-]+\.\S+")
_IP = re.compile(
    r"(?i)(?<![\w.])(?<!\bv)(?<!version )(?<!release )"
    r"(?:0x[0-9a-f]{1,8}|\d{1,4})(?:\.(?:0x[0-9a-f]{1,4}|\d{1,4})){3}(?![\w.]?\w)(?:[:/]\S*)?"
)
_NUMBER_HOST = re.compile(r"(?i)(?<![\w.])(?:0x[0-9a-f]{7,8}(?!\w)(?:[:/]\S*)?|\d{8,10}/\S+)")
_V6 = re.compile(r"(?i)\[[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*\]\S*")
_TOP = "com|net|org|io|info|biz|co|ru|cn|xyz|top|shop|site|online|de|uk|eu|app|dev"
_OWN_TOP = re.compile(r"(?<![\w.-])(?:[\w-]{1,63}\.){1,9}([^\W\d_a-zA-Z]{2,})(?![\w-])(?:[:/]\S*)?")
_BRACKETS = re.compile(
    r"(?i)([a-z0-9-])\s*[\[({<]\s*(?:\.|dot|punkt|point|punto|punt)\s*[\])}>]\s*([a-z])"
)
_SPELLED = re.compile(
    rf"(?i)\b(?!(?:the|a|an|this|that|of|early|late|and|or|old)\s)([a-z0-9-]{{1,63}})\s+"
    rf"(?:dot|\.)\s*({_TOP})\b(?!\s+(?:bubble|boom|era|company|companies))"
)


@dataclass(frozen=True)
class FoundLink:
    """A way out of a text as it is written, and as a program may read it."""

    text: str
    target: str


@cache
def _linkify() -> LinkifyIt:
    options = {"fuzzy_link": True, "fuzzy_email": True, "fuzzy_ip": False}
    return LinkifyIt(options=options).tlds(list(TLDS))


def links_in(text: str) -> tuple[str, ...]:
    """Every link and address of a text as it is read, each once, in order."""
    return tuple(dict.fromkeys(found.target for found in find_links(text)))


@lru_cache(maxsize=512)
def find_links(text: str) -> tuple[FoundLink, ...]:
    """Every link and address of a text, in disguise or not, in order of its plain readings.

    What is seen only in a reading (another width, look-alike letters, a dot in brackets) is
    there once more, as that reading has it.
    """
    found: dict[str, FoundLink] = {}
    for reading in dict.fromkeys((text, folded(text), latin(text), undone(latin(text)))):
        for link in _raw_links(reading):
            if not any(_within(link, known) for known in found):
                found[link] = FoundLink(link, link)
    return tuple(found.values())


def undone(text: str) -> str:
    """The text with dots that were spelled or put into brackets as dots."""
    plain = _BRACKETS.sub(r"\1.\2", text)
    return _SPELLED.sub(r"\1.\2", plain)


def _within(link: str, known: str) -> bool:
    return link == known or latin(known) == link or f"{link}/" == known


def _raw_links(text: str) -> "Iterator[str]":
    spans = sorted(_spans(text), key=lambda span: (span[0], -span[1]))
    end = -1
    for start, stop in spans:
        if start >= end:
            end = stop
            yield text[start:stop]


def _spans(text: str) -> "Iterator[tuple[int, int]]":
    for pattern in (_SCHEME, _WWW, _SLASHES, _IP, _NUMBER_HOST, _V6):
        for match in pattern.finditer(text):
            found = match[0].rstrip(_END) if pattern is not _V6 else match[0].rstrip(".,;:!?)>\"'")
            if found.endswith(":") or (pattern is _IP and not _is_address(found)):
                continue
            yield match.start(), match.start() + len(found)
    for match in _OWN_TOP.finditer(text):
        if _is_top(match[1]):
            yield match.span()
    for link in _linkify().match(text) or ():
        if not _is_abbreviation(link.raw):
            yield link.index, link.last_index


@cache
def _suffixes() -> PublicSuffixList:
    """The public suffixes as the library ships them; nothing is fetched."""
    return PublicSuffixList(accept_unknown=False)


def _is_top(label: str) -> bool:
    """Whether a label in other letters is a top-level domain."""
    return _suffixes().publicsuffix(f"a.{label.lower()}") is not None


def _is_address(text: str) -> bool:
    """Whether four numbers can be an address at all, and are no date or version."""
    parts = re.split(r"[:/]", text)[0].split(".")
    values = [int(p, 16) if p[:2].lower() == "0x" else int(p) for p in parts]
    return all(value < 256 for value in values)


def _is_abbreviation(text: str) -> bool:
    """Whether it is letters with dots between, as in `U.S.A`."""
    return bool(re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}", text)) and "/" not in text


def phones_in(text: str) -> tuple[str, ...]:
    """The telephone numbers of a text as they are written, each once."""
    flat = folded(text)
    if sum(c.isdigit() for c in flat) < 7:
        return ()
    found: dict[int, str] = {}
    for region in REGIONS:
        for match in PhoneNumberMatcher(flat, region, Leniency.VALID, MOST_TRIES):
            if _is_dialled(match.raw_string):
                found.setdefault(match.start, match.raw_string)
    return tuple(dict.fromkeys(found[start] for start in sorted(found)))


def _is_dialled(text: str) -> bool:
    """Whether it is written as a number to call, and not as a date, a sum or a reference."""
    if re.fullmatch(r"\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}.*|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}.*", text):
        return False
    return text.startswith(("+", "0", "(")) or bool(re.search(r"\d[-. ()/]+\d", text))


def host_of(link: str) -> str:
    """The host an https link leads to, without credentials or port; '' for anything else."""
    try:
        parts = urlsplit(link)
        plain = parts.scheme.lower() == "https" and parts.netloc == parts.hostname
        return (parts.hostname or "") if plain and link.isascii() else ""
    except ValueError:
        return ""


def mail_host_of(link: str) -> str:
    """The domain of a bare mail address; '' for anything else."""
    local, at, host = link.rpartition("@")
    bare = at and local and re.fullmatch(r"[A-Za-z0-9._%+-]+", local) and link.isascii()
    return host.lower() if bare and ":" not in link else ""


def unreadable_links(text: str) -> tuple[str, ...]:
    """The links with a scheme that lead nowhere because they cannot be read as an address."""
    return tuple(link for link in links_in(text) if "://" in link and not is_readable(link))


def is_readable(link: str) -> bool:
    """Whether a link with a scheme has a host that can be one."""
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname or "", parts.port
        if not host:
            return False
        if "[" in parts.netloc or host.replace(".", "").isdecimal():
            ipaddress.ip_address(host)
            return True
        idna.encode(host.rstrip("."), uts46=True, std3_rules=True)
    except (ValueError, UnicodeError):
        return bool(re.fullmatch(r"\d{1,10}|0x[0-9a-f]{1,8}", _number_host(link), re.IGNORECASE))
    return True


def _number_host(link: str) -> str:
    return re.split(r"[/:?#]", link.split("://", 1)[1])[0]
