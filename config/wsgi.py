"""The door for gunicorn.

A client that writes head and body apart, with Nagle's algorithm on, holds the body back until the head is acknowledged;
the kernel delays that by 40 ms once the connection has been answered. Acknowledged at once, such a client waits 2 ms.
"""

import os
import socket
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
_django = get_wsgi_application()
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)  # Linux
_INTERNET = (socket.AF_INET, socket.AF_INET6)


def application(environ: dict[str, Any], start_response: Any) -> Any:
    line = environ.get("gunicorn.socket")
    if _QUICKACK and line is not None and line.family in _INTERNET and environ.get("CONTENT_LENGTH", "0") != "0":
        line.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
    return _django(environ, start_response)
