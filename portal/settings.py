"""The settings of an operator: environment variables, or a .env file, which has lower precedence.

An unknown PORTAL_ name or a bad value prevents the start, with one sentence each.
"""

import os
from functools import cached_property
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from portal.errors import Misconfigured

PREFIX = "PORTAL_"


class Settings(BaseSettings):
    """All settings. The variable of a field is PORTAL_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field("sqlite:///./var/parley.db", description="sqlite:///path or postgresql://…")
    redis_url: str | None = Field(
        None, description="doorbell and presence between processes; unset = in process"
    )
    secret_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="signing keys, newest last, comma-separated"
    )
    public_url: str = Field("http://127.0.0.1:8000", description="every link in mail is built from this")
    smtp_url: str | None = Field(
        None, description="smtp://user:pass@host:587; unset = mail stays in the outbox"
    )
    mail_figures: bool = Field(
        False, description="mail about a revision tells its figures, two minutes later"
    )
    seal_key: str | None = Field(
        None, description="Ed25519 key that seals receipts; made beside the data when unset"
    )
    timezone: str = Field("UTC", description="the seller's time zone, IANA name")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="addresses or networks, comma-separated"
    )
    message_rate: int = Field(30, gt=0, le=100_000, description="messages a second per person and deal")
    mail_from: str = Field("Parley <no-reply@localhost>", description="sender of every mail")
    files_dir: Path = Field(Path("./var/files"), description="folder for files")
    log_format: Literal["console", "json"] = Field("console", description="console or json")
    environment: Literal["demo", "production"] = Field("production", description="demo or production")

    @field_validator("secret_keys", "trusted_proxies", mode="before")
    @classmethod
    def _split_list(cls, value: Any) -> Any:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("secret_keys")
    @classmethod
    def _check_key_length(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(key) < 16 for key in value):
            raise ValueError("each key needs at least 16 characters; `portal keys new` makes one")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _check_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            ip_network(address, strict=False)
        return value

    @field_validator("timezone")
    @classmethod
    def _check_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is not a time zone such as Europe/Berlin")
        return value

    @field_validator("public_url")
    @classmethod
    def _check_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.path.strip("/")
            or parts.query
        ):
            raise ValueError("needs an address such as https://deals.example.com, without a path")
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def secure(self) -> bool:
        """Whether cookies are `__Host-` and Secure."""
        return self.public_url.startswith("https://")

    def trusts(self, address: str) -> bool:
        """Whether the forwarded headers of this peer are trusted."""
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        return any(peer in ip_network(known, strict=False) for known in self.trusted_proxies)


def load(**overrides: Any) -> Settings:
    """Load the settings from the environment and .env; Misconfigured with a sentence for each problem."""
    names = {*os.environ, *dotenv_values(".env")}
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    sentences = [
        f"{name} is not a setting." for name in sorted(names) if name.startswith(PREFIX) and name not in known
    ]
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        sentences += [
            f"{PREFIX}{str(problem['loc'][0]).upper()}: {problem['msg'].removeprefix('Value error, ')}."
            for problem in error.errors()
        ]
    if sentences:
        raise Misconfigured(" ".join(sentences))
    return settings
