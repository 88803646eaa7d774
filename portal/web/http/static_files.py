"""Style sheets, scripts and pictures over HTTP, cached by browsers for ever under the hash of their content."""

from litestar import Response, get
from litestar.response import Redirect

from portal.errors import NotFound
from portal.request import HttpRequest

FOREVER = "public, max-age=31536000, immutable"


@get("/static/{digest:str}/{name:str}", opt={"audience": "public"})
async def static_file(request: HttpRequest, digest: str, name: str) -> Response[bytes]:
    file = request.app.state.static.files.get(name)
    if file is None:
        raise NotFound("There is no such file.")
    # A page from before an update asks for the former name: it gets the present file, and asks again next time.
    headers = {"Cache-Control": FOREVER if digest == file.digest else "no-cache", "Vary": "Accept-Encoding"}
    packed = "gzip" in request.headers.get("accept-encoding", "")
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(file.packed if packed else file.content, media_type=file.media_type, headers=headers)


@get("/favicon.ico", opt={"audience": "public"})
async def favicon(request: HttpRequest) -> Redirect:
    """Asked for by browsers that show something else than our pages, such as a PDF."""
    return Redirect(request.app.state.static.url("favicon.svg"))


routes = [static_file, favicon]
