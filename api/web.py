"""The web client: the files of its build, and its page under every address that is neither a file nor the API's."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response as AnyResponse

from api.routes import owns_transactions
from problems import NotFound
from settings import Settings

routes = Blueprint("web", __name__)

PAGE = "index.html"
_CODINGS = {"br": ".br", "gzip": ".gz"}  # made by the build, the better one first
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_NOT_BUILT = """\
<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>草原消防</title>
<h1>网页端尚未构建</h1>
<p>服务正在运行,接口文档在 <a href="/api/v1/docs/">/api/v1/docs</a>。火警请拨打 <a href="tel:119">119</a>。</p>
<p lang="en">The server runs, but its web client is not built. Build it with <code>make client</code>, then start the
server again.</p>
</html>
"""


@dataclass(frozen=True)
class File:
    """One file of the build: its bytes as they are, and as they are sent to whoever accepts a content coding."""

    content_type: str
    digest: str
    is_immutable: bool  # its name holds a digest of its content
    bodies: dict[str, bytes]


class ClientPath(BaseConverter):
    """Whatever is not the server's own: an unknown path there stays a problem document, with any method."""

    part_isolating = False
    regex = r"(?!(?:api|livez|readyz|metrics)(?:/|$)).+"


def read_client(directory: Path) -> dict[str, File]:
    """The files of a build by path. Read once: a process serves one version, whatever is built meanwhile."""
    files = {}
    for path in directory.rglob("*"):
        name = path.relative_to(directory).as_posix()
        if path.suffix in _TYPES and path.is_file() and not name.startswith("."):
            plain = path.read_bytes()
            coded = {coding: path.with_name(path.name + suffix) for coding, suffix in _CODINGS.items()}
            files[name] = File(
                content_type=_TYPES[path.suffix],
                digest=hashlib.sha256(plain).hexdigest()[:32],
                is_immutable=name.startswith("assets/"),
                bodies={**{coding: file.read_bytes() for coding, file in coded.items() if file.exists()}, "": plain},
            )
    return files


def content_security_policy(map_tiles_url: str) -> str:
    """Scripts and styles of our own files alone; pictures also from the map's host. Data URLs hold the icons' font."""
    sources = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": " ".join(filter(None, ["'self' blob: data:", _host_of(map_tiles_url)])),
        "media-src": "'self' blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{directive} {allowed}" for directive, allowed in sources.items())


def _host_of(map_tiles_url: str) -> str:
    """Scheme and host of a template of tiles; `t{s}` stands for several hosts, which a policy can only call `*`."""
    if not map_tiles_url:
        return ""
    address = urlsplit(map_tiles_url)
    return f"{address.scheme}://{re.sub(r'^[^.]*{s}[^.]*', '*', address.netloc)}"


@routes.get("/")
@routes.get("/<client:path>")
@owns_transactions
def show(path: str = "") -> AnyResponse:
    """A file; the page for what may be an address of the client, which has a page of its own for what it does not know."""
    files = cast(dict[str, File], current_app.extensions["client"])
    file = files.get(path)
    if file is None and ("." in path.rpartition("/")[2] or path.startswith("assets/")):
        raise NotFound
    file = file or files.get(PAGE)
    if file is None:
        return Response(_NOT_BUILT, status=503, content_type=_TYPES[".html"], headers={"Cache-Control": "no-store"})
    return _answer(file)


def _answer(file: File) -> AnyResponse:
    coding = next(coding for coding in file.bodies if not coding or request.accept_encodings[coding] > 0)
    response = Response(file.bodies[coding], content_type=file.content_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if file.is_immutable else "no-cache"
    response.vary.add("Accept-Encoding")
    if coding:
        response.headers["Content-Encoding"] = coding
    response.set_etag(f"{file.digest}-{coding}" if coding else file.digest)
    return response.make_conditional(request)


def install(app: Flask, settings: Settings) -> None:
    """Serve the build that is there now. Every answer of the server, whoever gives it, is what its type says."""
    policy = content_security_policy(settings.map_tiles_url)
    headers = {
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=(), serial=()",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Service-Worker-Allowed": "/",
    }

    def of_the_client(response: Response) -> Response:
        response.headers.update(headers)
        return response

    def of_all(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    app.extensions["client"] = read_client(settings.client_dir)
    app.url_map.converters["client"] = ClientPath
    app.after_request(of_all)
    app.after_request_funcs.setdefault(routes.name, []).append(of_the_client)
    app.register_blueprint(routes)
