"""Limits the requests of each address and account, by class of route."""

import hashlib
import threading
from http.cookies import CookieError, SimpleCookie

from cachetools import TTLCache
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import RateLimited, problem_response, status_for
from api.http.route_label import set_label
from api.rate_limiter import RateLimiter
from geo.accounts.networks import network_of
from geo.rate_limits import RateLimits, RouteClass

RATE_LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")
_SIGN_IN_PATHS = {"/login", "/login/password"}
_VERIFIED_FOR_S = 300.0
_MAX_VERIFIED = 10_000


class VerifiedCredentials:
    """The accounts of credentials that were verified a moment ago. Thread-safe.

    It only selects whose limit a request counts against. Credentials that were not verified count
    against their address, so that random ones gain nothing.
    """

    def __init__(self) -> None:
        self._accounts: TTLCache[bytes, int] = TTLCache(_MAX_VERIFIED, _VERIFIED_FOR_S)
        self._lock = threading.Lock()

    def add(self, secret: str, account_id: int) -> None:
        """Remember that a token or the cookie of a session belongs to an account."""
        with self._lock:
            self._accounts[_hash(secret)] = account_id

    def find(self, secret: str) -> int | None:
        """Return the account of a credential, None if it was not verified lately."""
        with self._lock:
            return self._accounts.get(_hash(secret))


class RateLimiting:
    """ASGI middleware: counts requests, declares limits in headers, and answers 429 beyond them.

    Each worker process counts on its own.
    """

    def __init__(
        self, app: ASGIApp, limits: RateLimits, cookie: str, verified: VerifiedCredentials
    ) -> None:
        self.app = app
        self.cookie = cookie
        self.verified = verified
        self._limits = limits
        self._limiter = RateLimiter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        name = classify(scope["method"], scope["path"]) if scope["type"] == "http" else None
        rate = None if name is None else self._limits.get(name)
        if name is None or rate is None:
            await self.app(scope, receive, send)
            return
        decision = self._limiter.hit((name, self._caller(scope)), rate)
        headers = {
            "RateLimit-Policy": f'"{name}";q={rate.requests};w={rate.window_s}',
            "RateLimit": f'"{name}";r={decision.remaining};t={decision.reset_s}',
        }
        if not decision.is_allowed:
            set_label(scope, f"({name})")
            error = RateLimited(name, max(1, decision.reset_s))
            await self._refuse(error, headers)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message["headers"]).update(headers)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _caller(self, scope: Scope) -> str:
        """Return whose requests are counted: a verified account, or else a network."""
        secret = self._credential(Headers(scope=scope))
        account_id = None if secret is None else self.verified.find(secret)
        if account_id is not None:
            return f"account {account_id}"
        client = scope.get("client")
        return f"address {network_of(client[0]) if client else 'unknown'}"

    def _credential(self, headers: Headers) -> str | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return token.strip()
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return None
        return None if morsel is None else morsel.value

    def _refuse(self, error: RateLimited, headers: dict[str, str]) -> ASGIApp:
        return problem_response(
            status_for(error),
            error.code,
            error.message,
            hint=error.hint,
            headers=headers | {"Retry-After": str(error.retry_after_s)},
        )


def classify(method: str, path: str) -> RouteClass | None:
    """Return the class of a request; None for health, metrics, assets and documentation."""
    if path == "/v1/lookup":
        return RouteClass.BATCHES if method == "POST" else RouteClass.LOOKUPS
    if path.startswith("/tiles/"):
        return RouteClass.TILES
    if method == "POST":
        if path in _SIGN_IN_PATHS:
            return RouteClass.SIGN_IN
        if path == "/v1/accounts" or (
            path.startswith("/v1/accounts/") and path.endswith("/tokens")
        ):
            return RouteClass.TOKENS
    return RouteClass.REPORTS if path.startswith(("/v1/", "/maps/", "/redraw")) else None


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
