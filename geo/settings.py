"""Settings, read from environment variables (`GRIDWARD_*`) and a `.env` file."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geo.rate_limits import DEFAULT_LIMITS, RateLimits, parse_limits


class Language(StrEnum):
    """A language of pages and maps."""

    ZH = "zh"
    EN = "en"


class LogFormat(StrEnum):
    """The format of a line of the log."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The severity of an event in the log."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def default_home() -> Path:
    """Return the folder of the embedded database and of uploads unless `GRIDWARD_HOME` is set."""
    if os.geteuid() == 0:
        return Path("/var/lib/gridward")
    return Path(platformdirs.user_data_dir("gridward"))


def _require_http_url(url: str | None) -> str | None:
    """Return a URL without a trailing slash, None for none. Raises ValueError if it is relative."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("should be an absolute URL such as https://grids.example")
    return url.rstrip("/")


class Settings(BaseSettings):
    """All settings. `.env.example` lists and explains them."""

    model_config = SettingsConfigDict(
        env_prefix="GRIDWARD_", env_file=".env", extra="ignore", frozen=True
    )

    home: Path = Field(default_factory=default_home)
    database_url: str | None = None
    pg_bin: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    basemap: str = "none"
    basemap_datum: str = "auto"
    """The datum of the basemap: `auto` is that of the provider, WGS 84 for an unknown one."""
    language: Language = Language.ZH
    timezone: str = "Asia/Shanghai"
    """The city's time zone: it determines the date of a timestamp."""
    open_issue_intake: bool = False
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ("*",)
    """Origins whose pages may read responses (CORS), separated by commas."""
    page_limit: int = Field(1000, ge=1)
    """The most features in one page of a list; the `next` link leads to the rest."""
    batch_limit: int = Field(2_000_000, ge=1)
    """The most rows of one batch lookup, in every format."""
    batch_megabytes: int = Field(256, ge=1)
    """The most bytes of one batch lookup, in every format, counted after decompression."""
    body_megabytes: int = Field(8, ge=1)
    """The largest body of any other request."""
    index_memory_mb: int = Field(2048, ge=1)
    """The most memory for the index of the grids in force, and the same again for past grids."""
    tile_cache_mb: int = Field(512, ge=0)
    """The largest size of the tile cache on disk; 0 disables it."""

    concurrent_requests: int = Field(4, ge=1)
    """How many requests of each class a worker runs at once: lookups with details, single objects,
    reports, exports, changes, batches."""
    queued_requests: int = Field(64, ge=0)
    """How many more of each class wait; a request beyond that is rejected at once with a 503."""
    queue_seconds: float = Field(5, ge=0)
    """How long a request waits before it is rejected with a 503."""
    object_statement_seconds: float = Field(5, ge=0)
    """How long a query of a lookup or of a single object may take; 0 is no limit."""
    report_statement_seconds: float = Field(30, ge=0)
    """The same for lists, figures, differences, batches and tiles."""
    change_statement_seconds: float = Field(120, ge=0)
    """The same for changes, such as the publication of a plan."""
    lock_seconds: float = Field(5, ge=0)
    """How long any query waits for a lock; 0 is no limit."""

    log_format: LogFormat = LogFormat.TEXT
    log_level: LogLevel = LogLevel.INFO
    """The lowest level that `gridward serve` logs; requests are `info`, health checks `debug`."""
    sign_in_hours: int = Field(12, ge=1)
    """How long a browser session lasts after signing in."""
    public_url: Annotated[str | None, AfterValidator(_require_http_url)] = None
    """The URL of the service as clients see it, without a trailing slash; links start with it."""
    trusted_proxies: str = ""
    """Proxies whose X-Forwarded headers are trusted: comma-separated addresses, or * for all."""

    rate_limits: str = ",".join(
        f"{name}={rate.requests}/minute" for name, rate in DEFAULT_LIMITS.items()
    )
    """How many requests of each class an address or account may send to a worker; or `off`."""

    @field_validator("rate_limits")
    @classmethod
    def _valid_rate_limits(cls, value: str) -> str:
        parse_limits(value)
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _by_commas(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @property
    def parsed_rate_limits(self) -> RateLimits:
        """The rate limit of each class of routes; empty if they are off."""
        return parse_limits(self.rate_limits)

    @property
    def base_url(self) -> str:
        """The URL of the service as seen from this machine, without a trailing slash."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
