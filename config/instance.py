"""What an operator decides about an instance: environment variables become one typed object.

Everything has a safe default, so that nothing needs to be set to try Causerie. Whoever sets
`CAUSERIE_MODE=production` must say who they are (`PUBLIC_URL`, `SECRET_KEY`); what would be
unsafe there is refused with the variable's name, before anything is started.
"""

import hashlib
import ipaddress
import secrets
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ

from media.endpoint import advertised


class SettingError(Exception):
    """A setting that cannot be used; the text names the variable and says what to write."""


class Mode(StrEnum):
    TRIAL = "trial"
    PRODUCTION = "production"


@dataclass(frozen=True)
class Instance:
    """One instance's settings. Ports are UDP or TCP port numbers; paths are absolute."""

    mode: Mode
    debug: bool
    name: str
    secret_key: str
    public_url: str
    host: str
    port: int
    tls: bool
    demo: bool
    database: Mapping[str, Any]
    redis_url: str
    redis_is_ours: bool
    email: Mapping[str, Any] | None
    email_from: str
    relay_host: str
    relay_port: int
    relay_addresses: tuple[str, ...]
    trusted_proxies: int
    visitors_per_address: int
    language: str
    var: Path

    @property
    def is_trial(self) -> bool:
        return self.mode is Mode.TRIAL

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def hostname(self) -> str:
        return urlsplit(self.public_url).hostname or "localhost"

    @cached_property
    def hosts(self) -> list[str]:
        """What a request may call us, as ALLOWED_HOSTS has it. A trial has no name of its own, so it
        is reached by this machine's addresses; by any name at all it could be reached by a foreign
        page whose name leads here for a moment (DNS rebinding)."""
        if not self.is_trial:
            return [self.hostname]
        addresses = {*advertised((), socket.AF_INET6), *self.relay_addresses, self.host, "::1"}
        numbers = {f"[{name}]" if ":" in name else name for name in addresses}
        return [".localhost", self.hostname, *sorted(numbers)]

    @property
    def redis_socket(self) -> Path | None:
        """Where our own Redis listens; None when an operator's is used."""
        return Path(self.redis_url.removeprefix("unix://")) if self.redis_is_ours else None

    @property
    def celery_broker(self) -> str:
        """Celery's spelling of the Redis address: a socket's path follows `redis+socket://`."""
        if self.redis_url.startswith("unix://"):
            return "redis+socket://" + self.redis_url.removeprefix("unix://")
        return self.redis_url


def read(environment: Mapping[str, str], base: Path) -> Instance:
    """Read and check the settings. `base` is the project's folder. Raises SettingError."""
    get = _Reader(environment)
    mode = get.mode()
    var = Path(get.text("CAUSERIE_VAR", str(base / "var"))).resolve()
    tls = get.flag("TLS", default=False)
    host = get.text("HOST", "0.0.0.0" if tls else "127.0.0.1")  # noqa: S104 a phone must reach it
    port = get.port("PORT", 8000)
    scheme = "https" if tls else "http"
    redis_url = get.text("REDIS_URL", "")
    instance = Instance(
        mode=mode,
        debug=get.flag("DEBUG", default=False),
        name=get.text("INSTANCE_NAME", "Causerie"),
        secret_key=get.text("SECRET_KEY", "") or _kept_secret(mode, var),
        public_url=get.url("PUBLIC_URL", f"{scheme}://localhost:{port}"),
        host=host,
        port=port,
        tls=tls,
        demo=get.flag("DEMO", default=True) and mode is Mode.TRIAL,
        database=get.database("DATABASE_URL", var / "causerie.sqlite3"),
        redis_url=redis_url or f"unix://{_socket_folder(var) / 'redis.sock'}",
        redis_is_ours=not redis_url,
        email=get.email("EMAIL_URL"),
        email_from=get.text("EMAIL_FROM", "Causerie <causerie@localhost>"),
        relay_host=get.text("RELAY_HOST", ""),
        relay_port=get.port("RELAY_PORT", 0 if mode is Mode.TRIAL else 40000),
        relay_addresses=get.addresses("RELAY_ADDRESSES"),
        trusted_proxies=get.number("TRUSTED_PROXIES", 0),
        visitors_per_address=get.number("VISITORS_PER_ADDRESS", 100),
        language=get.choice("LANGUAGE_CODE", "en", ("en", "fr")),
        var=var,
    )
    _refuse_unsafe(instance, environment)
    return instance


def _socket_folder(var: Path) -> Path:
    """`var/run`, or a short stand-in: a Unix socket's path holds at most 107 bytes (unix(7))."""
    folder = var / "run"
    if len(str(folder / "redis.sock").encode()) <= 100 and " " not in str(folder):
        return folder
    mark = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"causerie-{mark}"


def _refuse_unsafe(instance: Instance, environment: Mapping[str, str]) -> None:
    """Production starts only as an instance that may be shown to the world."""
    if instance.is_trial:
        return
    if not environment.get("PUBLIC_URL"):
        raise SettingError("PUBLIC_URL must say where people reach the site: https://example.org")
    if not instance.is_https:
        raise SettingError("PUBLIC_URL must start with https:// in production: browsers give "
                           "the microphone only to secure pages")
    if not environment.get("SECRET_KEY"):
        raise SettingError("SECRET_KEY must be set in production: 50 random characters")
    if len(instance.secret_key) < 32 or instance.secret_key == _trial_secret(instance.var):
        raise SettingError("SECRET_KEY is too short, or is the trial's: make 50 random characters")
    if instance.debug:
        raise SettingError("DEBUG must not be set in production: it shows settings to strangers")
    if environment.get("PAYMENTS", "") == "sandbox":
        raise SettingError("PAYMENTS=sandbox is for trials: remove it in production")


def _trial_secret(var: Path) -> str:
    kept = var / "secret"
    return kept.read_text().strip() if kept.exists() else ""


def _kept_secret(mode: Mode, var: Path) -> str:
    """The trial's own secret, made once and kept in `var/`, so that sign-ins outlive a restart."""
    if mode is Mode.PRODUCTION:
        return ""
    if not _trial_secret(var):
        var.mkdir(parents=True, exist_ok=True, mode=0o700)  # addresses and messages are in it
        kept = var / "secret"
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return _trial_secret(var)


class _Reader:
    """Typed look-ups in the environment; every complaint names its variable."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str, default: str) -> str:
        return self._environment.get(name, "").strip() or default

    def mode(self) -> Mode:
        return Mode(self.choice("CAUSERIE_MODE", Mode.TRIAL, tuple(Mode)))

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in choices:
            raise SettingError(f"{name} is {value!r}; it must be one of {', '.join(choices)}")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, "1" if default else "0").lower()
        if value not in {"0", "1", "true", "false", "yes", "no", "on", "off"}:
            raise SettingError(f"{name} is {value!r}; write 1 or 0")
        return value in {"1", "true", "yes", "on"}

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal():
            raise SettingError(f"{name} is {value!r}; it must be a whole number, 0 or more")
        return int(value)

    def port(self, name: str, default: int) -> int:
        value = self.number(name, default)
        if value > 65535:
            raise SettingError(f"{name} is {value}; a port is at most 65535")
        return value

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
            raise SettingError(f"{name} is {value!r}; write it like https://example.org")
        return value

    def addresses(self, name: str) -> tuple[str, ...]:
        values = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip())
        for value in values:
            try:
                ipaddress.ip_address(value)
            except ValueError as error:
                raise SettingError(f"{name}: {value!r} is no IP address") from error
        return values

    def database(self, name: str, default: Path) -> dict[str, Any]:
        value = self.text(name, f"sqlite:///{default}")
        if urlsplit(value).scheme not in {"sqlite", "postgres", "postgresql"}:
            raise SettingError(f"{name} must be a postgres:// or sqlite:/// address")
        try:
            found = dict(environ.Env.db_url_config(value))
        except Exception as error:
            raise SettingError(f"{name} must look like postgres://user:password@host/name") from error
        if found.get("HOST"):  # a Unix socket's folder is written with %2F
            found["HOST"] = unquote(found["HOST"])
        return found

    def email(self, name: str) -> dict[str, Any] | None:
        value = self.text(name, "")
        return dict(environ.Env.email_url_config(value)) if value else None
