"""Settings, read from the environment (`GRIDWARD_*`) and from a `.env` file beside the project."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Language(StrEnum):
    """A language that pages and maps are written in."""

    ZH = "zh"
    EN = "en"


def default_home() -> Path:
    """Where the private database and uploads live unless `GRIDWARD_HOME` says otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/gridward")
    return Path(platformdirs.user_data_dir("gridward"))


class Settings(BaseSettings):
    """Everything that can be set from outside; `.env.example` lists it with a word on each."""

    model_config = SettingsConfigDict(
        env_prefix="GRIDWARD_", env_file=".env", extra="ignore", frozen=True
    )

    home: Path = Field(default_factory=default_home)
    database_url: str | None = None
    pg_bin: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    basemap: str = "none"
    language: Language = Language.ZH
    timezone: str = "Asia/Shanghai"
    """The city's clock: it decides which day a moment belongs to."""
    open_issue_intake: bool = False
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ("*",)
    """Who may read answers from a browser page of their own; by commas."""
    page_limit: int = Field(1000, ge=1)
    """The most features a list answers with at once; more come by its `next` link."""
    batch_limit: int = Field(1_000_000, ge=1)
    """The most points one JSON lookup may ask about."""
    batch_megabytes: int = Field(256, ge=1)
    """The largest body of a lookup as CSV or Arrow."""
    body_megabytes: int = Field(8, ge=1)
    """The largest body of any other request."""
    index_memory_mb: int = Field(2048, ge=1)
    """The most memory that the grids in force may take as an index, and again those of the past."""
    tile_cache_mb: int = Field(512, ge=0)
    """The most that drawn tiles may take on disk; 0 keeps none."""

    sign_in_hours: int = Field(12, ge=1)
    """How long a sign-in on the pages lasts."""
    trusted_proxies: str = ""
    """Whose word on a caller's address and scheme counts: addresses by commas; * is anybody's."""

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _by_commas(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @property
    def address(self) -> str:
        """Where somebody on this machine opens the service, without a final slash."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
