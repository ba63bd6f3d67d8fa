"""A delivery as one signed HTTP request; the other side knows the key and does it once.

The signature is HMAC-SHA256 over the timestamp, a dot and the raw body. Whoever checks it should
also refuse a timestamp more than five minutes away.
"""

import hmac
import json
import ssl
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx2

from tools.channels.checks import check, day_of
from tools.channels.contract import NotNow, Receipt, Unsure
from tools.channels.deadline import deadline
from tools.channels.hosts import checked_address, read_target, system_resolve
from tools.channels.replies import check_status, receipt_of
from tools.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from tools.channels.contract import Delivery, Effect
    from tools.channels.deadline import Watch
    from tools.channels.hosts import Resolve

LONGEST_REPLY = 64 * 1024
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


def direct_transport(context: ssl.SSLContext | None = None) -> httpx2.BaseTransport:
    """Real connections, each for one request, past any proxy of the environment."""
    return httpx2.HTTPTransport(verify=context or _tls(), trust_env=False)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()  # reads every certificate authority; once is enough


class WebhookChannel:
    """Posts deliveries to one address of ours or of the customer's.

    `timeout` bounds the whole exchange. `loopback_hosts` are names on this machine, for trials.
    """

    effect: "Effect" = "keyed"
    leaves = True

    def __init__(
        self,
        url: str,
        secret: bytes,
        *,
        allowed_hosts: "Collection[str]",
        clock: "Callable[[], datetime]",
        resolve: "Resolve" = system_resolve,
        transport: "Callable[[], httpx2.BaseTransport]" = direct_transport,
        timeout: float = 10.0,
        loopback_hosts: "Collection[str]" = (),
        name: str = "webhook",
    ) -> None:
        if not secret:
            raise BadInput(f"channel {name}: the secret is empty; anybody could sign")
        self.name = name
        self._target = read_target(url, allowed_hosts, loopback_hosts)
        self._secret, self._clock, self._resolve = secret, clock, resolve
        self._transport, self._timeout = transport, timeout
        self._loopback = frozenset(loopback_hosts)

    def __repr__(self) -> str:
        return f"WebhookChannel({self._target.host!r})"

    def deliver(self, delivery: "Delivery") -> Receipt:
        """Post it once; the other side answers 2xx, or 409 when it knows the key.

        Raises:
            Refused: when it will never be taken, or would go where it may not.
            NotNow: when it was not sent, or they ask to come back.
            Denied: when they do not accept the signature.
            Unsure: when it was sent and no clear answer came.
        """
        check(delivery)
        content = payload(delivery)
        address = checked_address(self._target.host, self._resolve, self._loopback)
        client = httpx2.Client(transport=self._transport(), timeout=self._timeout, trust_env=False)
        with client, deadline(self._timeout) as watch:
            request = client.build_request(
                "POST",
                self._target.at(address),
                content=content,
                headers=self._headers(delivery.key, content),
                extensions={"sni_hostname": self._target.host, "trace": _watcher(watch)},
            )
            return self._exchange(client, request, delivery.key, watch)

    def find(self, key: str) -> Receipt | None:  # noqa: ARG002 - repeating the key is the question
        """Nothing: the way to ask is to repeat the call with the same key."""
        return None

    def _headers(self, key: str, content: bytes) -> dict[str, str]:
        timestamp = str(int(self._clock().timestamp()))
        return {
            "Host": self._target.authority,
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "lifecycle-agent",
            "Idempotency-Key": key,
            "X-Lifecycle-Timestamp": timestamp,
            "X-Lifecycle-Signature": signature(self._secret, timestamp, content),
        }

    def _exchange(
        self, client: httpx2.Client, request: httpx2.Request, key: str, watch: "Watch"
    ) -> Receipt:
        try:
            reply = client.send(request, stream=True, follow_redirects=False)
            try:
                check_status(reply.status_code, reply.headers, self._clock())
                return receipt_of(reply.status_code, self._read(reply, watch), key)
            finally:
                reply.close()
        except _NOT_SENT as error:
            raise NotNow(f"channel {self.name}: not reached ({type(error).__name__})") from error
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            raise Unsure(f"channel {self.name}: no answer ({type(error).__name__})") from error

    def _read(self, reply: httpx2.Response, watch: "Watch") -> bytes:
        """The first 64 KB as they came: nothing is unpacked, so no bomb goes off.

        An answer without a length ends where the line does, so the watch says whether we cut it.
        """
        body = b""
        for chunk in reply.iter_raw():
            body += chunk
            if len(body) > LONGEST_REPLY or watch.over:
                break
        if watch.over:
            raise Unsure(f"channel {self.name}: the answer took too long")
        return body[:LONGEST_REPLY]  # the status has said it; the rest is not wanted


def payload(delivery: "Delivery") -> bytes:
    """The body of the request: one JSON text for one delivery, with sorted keys."""
    values = {**asdict(delivery), "day": day_of(delivery).isoformat(), "format": 1}
    values["tags"] = dict(delivery.tags)
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def signature(secret: bytes, timestamp: str, content: bytes) -> str:
    """The value of X-Lifecycle-Signature."""
    return "v1=" + hmac.new(secret, timestamp.encode() + b"." + content, sha256).hexdigest()


def _watcher(watch: "Callable[[Any], None]") -> "Callable[[str, dict[str, Any]], None]":
    def trace(event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            watch(info["return_value"].get_extra_info("socket"))

    return trace
