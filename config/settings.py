"""Settings, read once by the wiring: defaults, `lifecycle.yaml` in the home, then LIFECYCLE_*."""

from difflib import get_close_matches
from os import environ
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import (
    SettingsError as UnreadableSetting,
)

from config.settings_file import SettingsError, read_settings_file

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "LIFECYCLE_"
PLACEHOLDER = "change-me: replace by 32 random bytes or more"
SHORTEST_SECRET = 32
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
DELIVER = MappingProxyType(
    {"email": "outbox", "meeting": "outbox", "call": "tasks", "task": "tasks"}
)
NOT_KNOWN = "there is no such setting"
PACKAGE = Path(__file__).resolve().parent


class Settings(BaseSettings):
    """What one installation is told; a misspelt key refuses to start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path = Path(".lifecycle/home")
    """Where facts, database and logs live."""
    database_url: str = ""
    """SQLAlchemy address; empty means SQLite in the home."""
    mapping: Path | None = None
    """The YAML mapping of the company's files."""
    data: Path | None = None
    """The folder of the company's files."""
    policies: Path | None = None
    """A folder with stages.yaml, plays.yaml, limits.yaml and segments.yaml; empty: the shipped."""
    economics: Path | None = None
    """The economics of the tenant; empty means the shipped assumptions."""
    identity: Path | None = None
    """The tenant's identity rules (lists, deletion, which records are one); empty: the shipped."""
    company: str = ""
    """Whose customers these are, as reports and pages name it."""
    report_to: list[str] = Field(default_factory=list)
    """The addresses of our own people who get the weekly and the monthly report."""
    log_level: str = "INFO"
    crash_at: str = ""
    """The name of a crash point, for the tests that kill the process there."""
    secret: SecretStr = SecretStr(PLACEHOLDER)
    """Key of every keyed hash: suppressed addresses, approvals, the audit chain, unsubscribing."""
    clock_shift_seconds: int = 0
    """By how much the demo's clock differs from ours, so that its mornings are today's."""
    live: bool = False
    """Whether anything may leave the building; a dry run writes files in the home instead."""
    base_url: str = "http://127.0.0.1:8765"
    """Where people open the inbox, and recipients the page to unsubscribe."""
    deliver: dict[str, str] = Field(default_factory=lambda: dict(DELIVER))
    """Which outlet carries out a channel: outbox, smtp, tasks or webhook; the rest as shipped."""
    sender_name: str = "Lifecycle Agent"
    """Who mails are from."""
    sender_address: str = "lifecycle@example.com"
    """The address mails are from."""
    postal_address: str = "1 Example Street, Example Town"
    """The postal address below every mail, as the law asks."""
    smtp_host: str = ""
    """The mail server; empty: there is none."""
    smtp_port: int = 587
    """Its port."""
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    """How the connection to it is secured."""
    smtp_user: str = ""
    """The user there; empty: without a password."""
    smtp_password: SecretStr = SecretStr("")
    """Their password."""
    webhook_url: str = ""
    """Where the webhook outlet posts to; empty: there is none."""
    webhook_secret: SecretStr = SecretStr("")
    """The key of its signatures."""
    oidc_issuer: str = ""
    """The address of the provider of sign-ins; empty: mailbox and password."""
    oidc_client: str = ""
    """Our name there."""
    oidc_secret: SecretStr = SecretStr("")
    """Our secret there."""
    token: SecretStr = SecretStr("")
    """The API token by which the command line decides."""
    proxies: list[str] = Field(default_factory=list)
    """Addresses or networks of our own reverse proxies, whose X-Forwarded-For is believed."""
    connections: int = Field(default=1_000, ge=16, le=50_000)
    """How many connections the web server holds open at once."""
    connections_of_address: int = Field(default=250, ge=8)
    """How many of them one network address may have; a proxy of ours may have all."""

    @property
    def outlets(self) -> dict[str, str]:
        """The outlet of every channel: those of `deliver`, and for the rest those we ship."""
        return {**DELIVER, **self.deliver}

    @property
    def database(self) -> str:
        """The address of the store."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'lifecycle.db'}"

    @property
    def database_name(self) -> str:
        """The address of the store without its password, for messages."""
        scheme, _, rest = self.database.partition("://")
        return f"database {scheme}://{rest.rpartition('@')[2]}"

    @property
    def secrets(self) -> frozenset[str]:
        """What no log may show: the key of the hashes, and the password of the database."""
        fields = (
            self.secret,
            self.smtp_password,
            self.webhook_secret,
            self.oidc_secret,
            self.token,
        )
        address = self.database.split("://", 1)[-1].rpartition("@")[0]
        known = {field.get_secret_value() for field in fields} | {address.partition(":")[2]}
        return frozenset(known) - {PLACEHOLDER, ""}

    def answering_at(self, port: int) -> Self:
        """The same with the port at which the inbox really answers.

        Another port than that of a `base_url` others can reach is the one its proxy asks.
        """
        parts = urlsplit(self.base_url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            return self
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        moved = parts._replace(netloc=f"{host}:{port}").geturl()
        return self.model_copy(update={"base_url": moved})

    @model_validator(mode="after")
    def _check_live(self) -> Self:
        """Going live is one explicit setting, and refused with what everybody could guess."""
        host = urlsplit(self.base_url).hostname
        exposed = self.live or host not in LOOPBACK
        key = self.secret.get_secret_value()
        if exposed and (key == PLACEHOLDER or len(key.encode()) < SHORTEST_SECRET):
            raise ValueError(
                "secret: live, or with a base_url that others can reach, it must be your own, "
                f"{SHORTEST_SECRET} bytes or more"
            )
        if self.live and "example.com" in self.sender_address:
            raise ValueError("sender_address: live, it must be your own")
        if self.live and self.clock_shift_seconds:
            raise ValueError("clock_shift_seconds: live, the clock is the clock")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before environment before the file in the home."""
        del dotenv_settings, file_secret_settings
        home = init_settings().get("home") or env_settings().get("home") or ".lifecycle/home"
        file = InitSettingsSource(settings_cls, read_settings_file(Path(home) / "lifecycle.yaml"))
        return init_settings, env_settings, file


def read_settings(**given: object) -> Settings:
    """Read the settings once; what is not given on the command line is left out.

    Raises:
        SettingsError: with one line per wrong or unknown setting.
    """
    _refuse_unknown(name for name in environ if name.startswith(PREFIX))
    try:
        return Settings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]  # pydantic checks
    except ValidationError as error:
        raise SettingsError("; ".join(_line(dict(e)) for e in error.errors())) from error
    except UnreadableSetting as error:
        raise SettingsError(f"setting {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0]


def _line(error: dict[str, Any]) -> str:
    """One wrong setting, without its value: it may be a secret."""
    name = ".".join(map(str, error["loc"])) or "live"
    hint = f"{NOT_KNOWN}; {_nearest(name)}" if error["type"] == "extra_forbidden" else error["msg"]
    return f"setting {name}: {hint}"


def _refuse_unknown(names: "Iterable[str]") -> None:
    """A misspelt variable would be a setting that silently is not there."""
    for name in names:
        key = name.removeprefix(PREFIX).lower()
        if key not in Settings.model_fields:
            raise SettingsError(f"setting {name}: {NOT_KNOWN}; {_nearest(key)}")


def _nearest(name: str) -> str:
    close = get_close_matches(name, Settings.model_fields, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(Settings.model_fields)}"
