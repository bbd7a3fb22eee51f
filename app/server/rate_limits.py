"""Rate limits per address and key, if STRIKELEDGER_RATE_LIMITS=on.

Requests with a valid key are counted by key, all others by address. A key counts only once the database confirms
that it is valid: otherwise every invented key would have its own budget.
"""

import ipaddress
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus

from cachetools import TTLCache
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.problems import problem
from app.server.counters import Counters
from app.vocabulary.text_cache import cached_by_text


@dataclass(frozen=True, slots=True)
class Policy:
    """The requests per window of a minute, and the name of the rule in responses."""

    name: str
    item: RateLimitItem

    @property
    def header(self) -> bytes:
        """The policy as the value of RateLimit-Policy."""
        return f'"{self.name}";q={self.item.amount};w={self.item.get_expiry()}'.encode()


ANONYMOUS = Policy("anonymous", RateLimitItemPerMinute(120))
READS = Policy("key-reads", RateLimitItemPerMinute(1_200))
WRITES = Policy("key-writes", RateLimitItemPerMinute(120))

# How often an address may send keys that were not seen to be valid; beyond, they are as good as none.
UNPROVEN = RateLimitItemPerMinute(60)

# Requests of one address at once, without a key; streams and downloads count until they end.
MOST_AT_ONCE = 10

# Connections of one address at once.
MOST_CONNECTIONS = 50

# Seconds for which a key that is valid counts as one without asking the database again. It opens nothing:
# the scopes of a key are checked at every use.
PROVEN_SECONDS = 60
_MOST_PROVEN = 10_000

# The counters' name in the state that the application's lifespan hands to the server, which counts connections.
COUNTERS = "counters"

# An orchestrator requests these all the time.
FREE = {"/healthz", "/readyz"}

_READING = {"GET", "HEAD", "OPTIONS"}

# Letters of what is no address that are counted as one.
_LONGEST_ADDRESS = 100

# Seconds after which one of the requests of the moment may have ended.
_A_MOMENT = 1


class RateLimits:
    """Count, and refuse what is over a limit before anything else is done for it."""

    def __init__(self, app: ASGIApp, counters: Counters, is_key: Callable[[str], Awaitable[bool]]) -> None:
        self._app = app
        self._counters = counters
        self._windows = FixedWindowRateLimiter(counters)
        self._is_key = is_key
        self._proven: TTLCache[str, None] = TTLCache(_MOST_PROVEN, PROVEN_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 429."""
        if scope["type"] != "http" or scope["path"] in FREE:
            await self._app(scope, receive, send)
            return
        address = network(scope["client"][0] if scope.get("client") else "")
        policy, who = ANONYMOUS, address
        key = await self._key(scope, address)
        if key is not None:
            policy, who = READS if scope["method"] in _READING else WRITES, key
        allowed = self._windows.hit(policy.item, who)
        stands = self._windows.get_window_stats(policy.item, who)
        rest = max(1, math.ceil(stands.reset_time - time.monotonic()))
        headers = [
            (b"ratelimit-policy", policy.header),
            (b"ratelimit", f'"{policy.name}";r={stands.remaining};t={rest}'.encode()),
        ]

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *headers]}
            await send(message)

        if not allowed:
            detail = f"more than {policy.item.amount} requests a minute; retry in {rest} s"
            await _refuse(scope, receive, send_with_limits, detail, rest)
        elif key is not None:
            await self._app(scope, receive, send_with_limits)
        elif not self._counters.enter(f"requests {address}", MOST_AT_ONCE):
            detail = f"more than {MOST_AT_ONCE} concurrent requests without a key"
            await _refuse(scope, receive, send_with_limits, detail, _A_MOMENT)
        else:
            try:
                await self._app(scope, receive, send_with_limits)
            finally:
                self._counters.leave(f"requests {address}")

    async def _key(self, scope: Scope, address: str) -> str | None:
        """Return the name under which a valid key of the request is counted, or None where it has none."""
        sent = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, key = sent.partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        name = sha256(key).hexdigest()
        if name in self._proven:
            return name
        if not self._windows.hit(UNPROVEN, address) or not await self._is_key(key.decode("latin-1")):
            return None
        self._proven[name] = None
        return name


@cached_by_text(4096)
def network(address: str) -> str:
    """Return what counts as one address: of IPv6 the /64, since one subscriber has all of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        # Whatever a proxy passed on.
        return address[:_LONGEST_ADDRESS]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


@lru_cache(maxsize=4096)
def is_within(address: str, networks: tuple[str, ...]) -> bool:
    """Return whether an address is one of these networks'."""
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(network) for network in networks)


async def _refuse(scope: Scope, receive: Receive, send: Send, detail: str, seconds: int) -> None:
    headers = {"Retry-After": str(seconds)}
    refused = problem(scope, HTTPStatus.TOO_MANY_REQUESTS, "rate-limited", detail, headers=headers)
    await refused(scope, receive, send)
