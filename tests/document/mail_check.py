"""What mail clients let pass, checked strictly: tags, attributes, styles, size, nesting.

The lists hold what the large clients (Gmail, Outlook, Apple Mail, Yahoo) show alike; Gmail cuts a
mail after 102 KB and strips scripts, forms, frames and whatever it would have to fetch.
"""

import re
from html.parser import HTMLParser

MOST_BYTES = 102 * 1024
MOST_STYLE = 8192  # Gmail drops a style block that is longer
VOID = frozenset({"meta", "img", "br"})
TAGS = frozenset({
    "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th", "h1", "h2", "h3",
    "p", "span", "b", "br", "img", "a",
})  # fmt: skip
ATTRIBUTES = frozenset({
    "lang", "charset", "name", "content", "style", "class", "role", "width", "height", "align",
    "valign", "bgcolor", "cellpadding", "cellspacing", "border", "scope", "src", "alt", "href",
    "data-figure", "data-end", "data-behind", "data-hidden",
})  # fmt: skip
STYLES = frozenset({
    "font-family", "font-size", "font-weight", "line-height", "color", "background", "margin",
    "padding", "padding-top", "border", "border-top", "border-bottom", "border-collapse", "width",
    "max-width", "height", "display", "white-space", "padding-left", "border-color",
})  # fmt: skip
_SOURCE = re.compile(r"(cid:[\w.-]+@report|data:image/png;base64,[A-Za-z0-9+/=]+)\Z")


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in TAGS:
            self.wrong.append(f"tag {tag}")
        self.wrong += [f"attribute {name} of {tag}" for name in given if name not in ATTRIBUTES]
        self._styles(given.get("style") or "")
        if tag == "img":
            self._image(given)
        if tag == "table" and "role" not in given and self.open[-1:] != ["td"]:
            self.wrong.append("a table outside of the layout")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def _styles(self, text: str) -> None:
        for rule in filter(None, (part.strip() for part in text.split(";"))):
            name, _, value = rule.partition(":")
            if name.strip() not in STYLES:
                self.wrong.append(f"style {name}")
            if "url(" in value or "expression" in value or not value.strip():
                self.wrong.append(f"style {rule}")

    def _image(self, given: dict[str, str | None]) -> None:
        if not (given.get("alt") or "").strip():
            self.wrong.append("a picture without words")
        if not (given.get("width") or "").isdigit():
            self.wrong.append("a picture without a width")
        if not _SOURCE.match(given.get("src") or ""):
            self.wrong.append(f"a picture from {(given.get('src') or '')[:40]}")


def _sheet_faults(sheet: str) -> list[str]:
    """Rules of the style sheet that a client would not follow."""
    wrong = [f"style sheet of {len(sheet)} characters"] if len(sheet) > MOST_STYLE else []
    rules = re.findall(r"([\w-]+):\s*[^;{}]+;", re.sub(r"@media[^{]+", "", sheet))
    wrong += [f"style {name}" for name in rules if name not in STYLES]
    return wrong + [f"style sheet fetches: {one}" for one in re.findall(r"@import|url\(", sheet)]


def mail_faults(page: str) -> list[str]:
    """Everything a strict client would not show as meant; empty when there is nothing."""
    checker = _Checker()
    checker.feed(page)
    checker.close()
    wrong = [*checker.wrong, *(f"<{tag}> is never closed" for tag in checker.open)]
    without = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "cid:x@report", page)
    size = len(without.encode())
    sheet = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    wrong += _sheet_faults(sheet[1]) if sheet else []
    if size > MOST_BYTES:
        wrong.append(f"{size:,} bytes: Gmail cuts a mail after {MOST_BYTES:,}")
    if not page.startswith("<!doctype html>"):
        wrong.append("no doctype at the start")
    return wrong
