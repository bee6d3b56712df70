"""Every setting of the product: typed, with its unit, read once from the environment and handed down."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

_DATABASE = re.compile(r"postgresql(\+psycopg)?://")
_BROKER = re.compile(r"(rediss?|redis\+socket|amqps?)://")
_WEB = re.compile(r"https?://[^/\s]+")
_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]{1,5})?")
_MAP = ("map_tiles_url", "map_attribution", "map_approval_no")
_MAP_SYSTEMS = ("wgs84", "gcj02")
_IDENTITY = (
    "identity_name",
    "identity_label",
    "identity_authorize_url",
    "identity_token_url",
    "identity_userinfo_url",
    "identity_client_id",
    "identity_client_secret",
)


class BadSetting(Exception):
    """A setting is missing or cannot be understood; the message names it."""


@dataclass(frozen=True)
class Settings:
    """The whole configuration. Production names every host it may talk to; nothing is discovered."""

    database_url: str
    database_owner_url: str  # runs migrations; owns the tables that the application may only insert into
    broker_url: str
    media_dir: Path
    key_file: Path
    public_url: str  # how clients reach this server, without a trailing slash
    proxy_hops: int = 0  # how many proxies of ours stand before us, each adding to X-Forwarded-For; 0: that header is a lie
    demo: bool = False  # every code is 000000 and the demo accounts are listed; production refuses it
    client_dir: Path = Path(__file__).parent / "web" / "dist"  # the built web client
    metrics_dir: Path | None = None  # where the processes of one server add up what they count; None: each counts alone

    # The base map under what staff see on a map; all empty where there is none. Without its 审图号 no map is shown.
    map_tiles_url: str = ""  # a template, https://t{s}.example/{z}/{x}/{y}.png: the page may load pictures from that host
    map_attribution: str = ""
    map_approval_no: str = ""
    map_crs: str = "wgs84"  # what its tiles are drawn in: wgs84 (CGCS2000, 天地图) or gcj02

    # The unified identity provider (OAuth 2 authorization code); all empty where there is none.
    identity_name: str = ""
    identity_label: str = ""
    identity_authorize_url: str = ""
    identity_token_url: str = ""
    identity_userinfo_url: str = ""
    identity_client_id: str = ""
    identity_client_secret: str = ""

    # The regional data platform's catalogue of units; both empty where there is none.
    unit_catalogue_url: str = ""
    unit_catalogue_key: str = ""

    # The 12345 hotline's interface; both empty where its orders come by file.
    hotline_url: str = ""
    hotline_key: str = ""

    # The operator's service for official seals (电子印章); both empty where there is none.
    seal_url: str = ""
    seal_key: str = ""

    # Whom webhooks of partners may be sent to: hosts, each with its port where it is not 443. None: no webhooks.
    webhook_hosts: frozenset[str] = frozenset()

    access_token_lifetime: timedelta = timedelta(minutes=10)
    refresh_token_lifetime: timedelta = timedelta(days=30)
    drain_lifetime: timedelta = timedelta(days=30)  # how long a removed person may still hand in work
    lease_lifetime: timedelta = timedelta(days=7)  # what a device held at its last pull it may still do
    sms_code_lifetime: timedelta = timedelta(minutes=5)

    max_body_bytes: int = 1_048_576
    max_json_depth: int = 32
    push_mutations: int = 200
    push_bytes: int = 262_144
    push_chunk_mutations: int = 25
    push_chunk_seconds: float = 0.15
    pull_bytes: int = 524_288
    line_bytes: int = 65_536
    poll_seconds: int = 300
    small_push_bytes: int = 32_768  # about a chunk; what is larger waits while much is under way
    # How many requests may be under way in a web process (of 8 threads), itself included, for these to be taken up.
    room_for_pulls: int = 7
    room_for_large_pushes: int = 6
    room_for_bootstraps: int = 5
    room_for_media: int = 4
    snapshot_rows: int = 2000  # a scope with more living rows is bootstrapped from a snapshot

    max_photo_bytes: int = 20_971_520
    max_photos: int = 9
    max_photo_pixels: int = 60_000_000
    upload_lifetime: timedelta = timedelta(days=7)
    upload_allowance_bytes: int = 2 * 1024**3  # of one account within 24 hours
    unattached_photo_lifetime: timedelta = timedelta(days=7)  # a photo that no record has named is removed after this

    database_pool_size: int = 8
    statement_timeout_ms: int = 15_000
    lock_timeout_ms: int = 5_000

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read the environment once. Raises BadSetting with the name of what is missing or wrong."""

        def need(name: str) -> str:
            value = env.get(name, "").strip()
            if not value:
                raise BadSetting(f"{name} is not set (README, section 'Settings')")
            return value

        def address(name: str, value: str, like: re.Pattern[str], example: str) -> str:
            if not like.match(value):  # the value is not repeated: it may hold a password
                raise BadSetting(f"{name} is no address that can be used: it looks like {example}")
            return value

        def switch(name: str) -> bool:
            value = env.get(name, "").strip()
            if value not in ("", "0", "1"):
                raise BadSetting(f"{name}={value}: it is 1 or 0")
            return value == "1"

        demo = switch("DEMO")
        if switch("PRODUCTION") and demo:
            raise BadSetting("DEMO=1 is refused in production: every code would be 000000")
        database_url = address("DATABASE_URL", need("DATABASE_URL"), _DATABASE, "postgresql://role:password@host/database")
        owner_url = env.get("DATABASE_OWNER_URL", "").strip() or database_url
        metrics_dir = env.get("PROMETHEUS_MULTIPROC_DIR", "").strip()
        public_url = env.get("PUBLIC_URL", "").strip().rstrip("/") or "http://127.0.0.1:8000"
        return cls(
            database_url=database_url,
            database_owner_url=address("DATABASE_OWNER_URL", owner_url, _DATABASE, "postgresql://role:password@host/database"),
            broker_url=address("BROKER_URL", need("BROKER_URL"), _BROKER, "redis://host:6379/0"),
            media_dir=Path(need("MEDIA_DIR")),
            key_file=Path(need("KEY_FILE")),
            public_url=address("PUBLIC_URL", public_url, _WEB, "https://fire.example"),
            proxy_hops=_whole_number(env, "PROXY_HOPS"),
            demo=demo,
            metrics_dir=Path(metrics_dir) if metrics_dir else None,
            **_base_map(env),
            **_identity(env),
            **_neighbour(env, "unit_catalogue", "catalogue of units"),
            **_neighbour(env, "hotline", "12345 hotline"),
            **_neighbour(env, "seal", "seal service"),
            webhook_hosts=_hosts(env, "WEBHOOK_HOSTS"),
        )


def _base_map(env: Mapping[str, str]) -> dict[str, Any]:
    """The base map's settings. Raises BadSetting unless all or none are there, of a system that the client can draw in."""
    said = {name: env.get(name.upper(), "").strip() for name in _MAP}
    missing = [name.upper() for name, value in said.items() if not value]
    if missing and len(missing) < len(_MAP):
        raise BadSetting(f"the base map is half configured: set {', '.join(missing)} too, or none of MAP_*")
    url = said["map_tiles_url"]
    if url and not (_WEB.match(url) and all(part in url for part in ("{x}", "{y}", "{z}"))):
        raise BadSetting("MAP_TILES_URL is no template of tiles: it looks like https://tiles.example/{z}/{x}/{y}.png")
    crs = env.get("MAP_CRS", "").strip() or _MAP_SYSTEMS[0]
    if crs not in _MAP_SYSTEMS:
        raise BadSetting(f"MAP_CRS={crs}: it is {' or '.join(_MAP_SYSTEMS)}")
    return {**said, "map_crs": crs}


def _identity(env: Mapping[str, str]) -> dict[str, Any]:
    """The provider's settings. Raises BadSetting unless all or none are there and its addresses are some."""
    identity = {name: env.get(name.upper(), "").strip() for name in _IDENTITY}
    missing = [name.upper() for name, value in identity.items() if not value]
    if missing and len(missing) < len(_IDENTITY):
        raise BadSetting(f"the identity provider is half configured: set {', '.join(missing)} too, or none of IDENTITY_*")
    for name in [name for name in _IDENTITY if name.endswith("_url") and not missing]:
        if not _WEB.match(identity[name]):
            raise BadSetting(f"{name.upper()} is no web address: {identity[name]}")
    return identity


def _neighbour(env: Mapping[str, str], name: str, what: str) -> dict[str, Any]:
    """Address and key of a system around us. Raises BadSetting unless both or none are there."""
    names = [f"{name}_url", f"{name}_key"]
    url, key = (env.get(each.upper(), "").strip() for each in names)
    if bool(url) != bool(key):
        raise BadSetting(f"the {what} is half configured: set {names[0].upper()} and {names[1].upper()}, or neither")
    if url and not _WEB.match(url):
        raise BadSetting(f"{names[0].upper()} is no web address: it looks like https://neighbour.example/path")
    return dict(zip(names, (url, key), strict=True))


def _hosts(env: Mapping[str, str], name: str) -> frozenset[str]:
    """Hosts with commas between them. Raises BadSetting for what is none."""
    listed = frozenset(host.strip().lower() for host in env.get(name, "").split(",") if host.strip())
    for host in sorted(listed):
        if not _HOST.fullmatch(host):
            raise BadSetting(f"{name}: {host} is no host; it looks like partner.example or partner.example:8443")
    return listed


def _whole_number(env: Mapping[str, str], name: str) -> int:
    """0 if it is not set. Raises BadSetting."""
    value = env.get(name, "").strip() or "0"
    if not value.isdecimal():
        raise BadSetting(f"{name} should be a whole number")
    return int(value)
