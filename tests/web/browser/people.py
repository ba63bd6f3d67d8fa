"""People in front of browsers, and everything their browsers do that they should not."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.web.auth.doors import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

    from tests.web.browser.served import House
    from tools.store.people import Role

INERT = ("data:", "about:")


@dataclass
class Seen:
    """What a browser did: dialogs, requests to others, errors of scripts and of the policy."""

    home: str
    dialogs: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)

    def watch(self, page: "Page") -> None:
        """Note everything a page does from now on."""
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("framenavigated", lambda frame: self.moved.append(frame.url))

    def nothing(self) -> bool:
        """Whether nothing happened that should not."""
        return not (self.dialogs or self.strangers or self.complaints)

    def _dialog(self, dialog: "Dialog") -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _request(self, request: "Request") -> None:
        if not request.url.startswith((f"{self.home}/", *INERT)):
            self.strangers.append(request.url)

    def _console(self, message: "ConsoleMessage") -> None:
        # The browser itself writes an error for every answer that is one; 4xx pages are ours.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


class Profile:
    """One person's browser: a page to act on, and what it was seen doing."""

    def __init__(self, context: "BrowserContext", house: "House", secret: str) -> None:
        self.context, self.house, self.secret = context, house, secret
        self.seen = Seen(house.base_url)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.seen.watch(self.page)

    def open(self, path: str) -> "Page":
        """Go to a page of the inbox."""
        self.page.goto(self.house.base_url + path)
        return self.page

    def press(self, *keys: str) -> None:
        """Press keys one after the other, once the page that is shown listens to them."""
        self.page.wait_for_load_state("load")
        for key in keys:
            self.page.keyboard.press(key)

    def at(self, path: str) -> None:
        """Wait until the browser shows a page, whatever its query."""
        self.page.wait_for_url(lambda url: urlsplit(url).path == path)

    def sign_in(self, mailbox: str) -> None:
        """Fill the sign-in form in and send it."""
        self.page.fill("#mailbox", mailbox)
        self.page.fill("#password", PASSWORD)
        self.page.press("#password", "Enter")


class People:
    """Opens browsers for people of a house."""

    def __init__(self, browser: "Browser", house: "House") -> None:
        self.browser, self.house = browser, house
        self.opened: list[BrowserContext] = []

    def enter(self, role: "Role" = "reviewer", name: str = "", **options: Any) -> Profile:
        """Somebody of a role who is signed in."""
        context = self.browser.new_context(**options)
        self.opened.append(context)
        secret = self.house.cookie(role, name)
        cookie = self.house.auth.settings.cookie("lifecycle")
        context.add_cookies(
            [
                {
                    "name": cookie,
                    "value": secret,
                    "url": self.house.base_url,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )
        return Profile(context, self.house, secret)

    def leave(self) -> None:
        """Close everything."""
        for context in self.opened:
            context.close()
