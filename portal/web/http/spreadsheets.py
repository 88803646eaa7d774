"""Spreadsheets over HTTP: how one is handed out, and how an uploaded one is read."""

from litestar import Response

from portal.outbound.export import Export
from portal.request import HttpRequest


def kind_of(request: HttpRequest) -> str:
    """ "csv" or "xlsx", as the address ends."""
    return request.url.path.rpartition(".")[2]


def attachment(file: Export) -> Response[bytes]:
    """A file to keep; `name` is safe in a header."""
    disposition = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.media_type, headers=disposition)
