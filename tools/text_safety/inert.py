"""What somebody else wrote, in a form that no mail program makes a link or a call of."""

import re

from tools.text_safety.characters import folded, latin
from tools.text_safety.links import links_in, phones_in, undone

NUMBER_OUT = "…"
_JOINTS = re.compile(r"[.:/\\@。．｡․＠：／\[\](){}<>?#&=]+")


def inert(text: str) -> str:
    """The text with its links taken apart and its numbers to call taken out.

    The signs that make a link are replaced by spaces, so that what is left can be read and leads
    nowhere; a text without any is as it was. What is only a link in another reading (another
    width, look-alike letters, a spelled dot) is taken apart as a whole.
    """
    if not links_in(text) and not phones_in(text):
        return text
    for number in phones_in(text):
        text = (text if number in text else folded(text)).replace(number, NUMBER_OUT)
    for link in links_in(text):
        text = _apart(text, link)
    if links_in(text) or phones_in(text):
        text = " ".join(_JOINTS.sub(" ", undone(latin(text))).split())
    if links_in(text) or phones_in(text):
        text = " ".join(re.sub(r"[^\w ]|\d", " ", text).split())
    return text


def _apart(text: str, link: str) -> str:
    return " ".join(text.replace(link, _JOINTS.sub(" ", link)).split())
