"""Django Channels with Redis, messages stored through the ORM; served by uvicorn."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - Django first
from chat.consumers import Chat  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.urls import path  # noqa: E402

call_command("migrate", run_syncdb=True, verbosity=0)
application = ProtocolTypeRouter(
    {"http": pages, "websocket": URLRouter([path("rooms/<str:room>", Chat.as_asgi())])}
)
