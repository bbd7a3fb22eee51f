"""API reference at /docs: Swagger UI, served without external files.

The framework's own page loads its files from elsewhere and starts them by a script inside the page. Here the
files come from the installed `fastapi-swagger` package, and the page's policy lets in nothing but them.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Response

from app.errors import NotFound
from app.http.strict_route import StrictRoute

router = APIRouter(prefix="/docs", include_in_schema=False, route_class=StrictRoute)

# The styles are Swagger UI's own sheet; what it sets on single elements it sets by script, which no policy forbids.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

# No validator: Swagger UI would otherwise request a badge from the internet. Nothing typed here is stored, keys least.
_START = b"""\
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  validatorUrl: null,
  deepLinking: true,
  filter: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  tryItOutEnabled: false,
});
"""

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>strikeledger: API reference</title>
<link rel="icon" href="{favicon-32x32.png}">
<link rel="stylesheet" href="{swagger-ui.css}">
<script src="{swagger-ui-bundle.js}" defer></script>
<script src="{start.js}" defer></script>
</head>
<body>
<div id="reference"></div>
<noscript>The reference as a file: <a href="/openapi.json">/openapi.json</a>.</noscript>
</body>
</html>
"""

_TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}

# A pointer to a map of the source, which is not shipped: a browser's tools would request it in vain.
_SOURCE_MAP = re.compile(rb"/\*# sourceMappingURL=[^*]*\*/\s*$")


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the page. Its path holds a digest of its content, so it never changes under its path."""

    path: str
    media_type: str
    content: bytes


@router.get("")
async def reference() -> Response:
    """Show the reference: every operation with its parameters and responses, to try out."""
    page = _PAGE
    for name, file in _files().items():
        page = page.replace(f"{{{name}}}", f"/docs/{file.path}")
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
    return Response(page, headers=headers, media_type="text/html")


@router.get("/{digest}/{name}")
async def file_of_reference(digest: str, name: str) -> Response:
    """Return a file of the reference page."""
    file = _files().get(name)
    if file is None or file.path != f"{digest}/{name}":
        raise NotFound("there is no such file")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(file.content, headers=headers, media_type=file.media_type)


@cache
def _files() -> dict[str, _File]:
    """Return the files of the page by name. Read when the page is first requested, since few processes serve it."""
    shipped = files("fastapi_swagger.resources")
    contents = {
        "start.js": _START,
        "swagger-ui-bundle.js": shipped.joinpath("swagger-ui-bundle.js").read_bytes(),
        "swagger-ui.css": _SOURCE_MAP.sub(b"", shipped.joinpath("swagger-ui.css").read_bytes()),
        "favicon-32x32.png": shipped.joinpath("favicon-32x32.png").read_bytes(),
    }
    return {
        name: _File(
            path=f"{hashlib.blake2b(content, digest_size=8).hexdigest()}/{name}",
            media_type=_TYPES[name[name.rindex(".") :]],
            content=content,
        )
        for name, content in contents.items()
    }
