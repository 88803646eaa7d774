"""What every handler is given as `services: Services`: the parts of the installation, and rendering."""

from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.datastructures import State

from portal.database.database import Database
from portal.rendering.templating import Templates
from portal.request import HttpRequest, language_of
from portal.settings import Settings
from realtime.hub.hub import Hub
from realtime.hub.rate import Rate
from realtime.sockets.frames import Frames

HTML = "text/html"


@dataclass(frozen=True)
class Services:
    """Lives on `app.state.services`. `hub` wakes sockets, `frames` renders what they send."""

    settings: Settings
    database: Database
    templates: Templates
    hub: Hub
    frames: Frames
    link_requests: Rate

    def page(
        self,
        name: str,
        request: HttpRequest,
        /,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        language: str | None = None,
        **context: Any,
    ) -> Response[str]:
        """Return a page, or a fragment for htmx. Templates also get `csrf`, `language`, `demo` and `request_id`."""
        tag = language or language_of(request)
        context = {
            "csrf": request.scope.get("csrf", ""),
            "language": tag,
            "demo": self.settings.environment == "demo",
            "request_id": request.scope.get("request_id", ""),
            **context,
        }
        content = self.templates.render(name, tag, **context)
        return Response(
            content, status_code=status, media_type=HTML, headers={**(headers or {}), "Content-Language": tag}
        )

    def partial(self, name: str, language: str, /, **context: Any) -> str:
        """Return a fragment as a string, for replies put together from several."""
        return self.templates.render(name, language, language=language, **context)


def provide_services(state: State) -> Services:
    services: Services = state.services
    return services
