"""How does a program's author get the Python client? From the instance it talks to: one wheel, made of `sdk/`."""

import base64
import hashlib
import io
import zipfile
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from sdk import pilotage_client

VERSION = pilotage_client.__version__
NAME = f"pilotage_client-{VERSION}-py3-none-any.whl"
_PACKAGE = Path(pilotage_client.__file__).parent
_INFO = f"pilotage_client-{VERSION}.dist-info"
_METADATA = f"""Metadata-Version: 2.1
Name: pilotage-client
Version: {VERSION}
Summary: {(pilotage_client.__doc__ or "").splitlines()[0]}
License: Apache-2.0
Requires-Python: >=3.9
"""
_WHEEL = """Wheel-Version: 1.0
Generator: pilotage
Root-Is-Purelib: true
Tag: py3-none-any
"""


@cache
def wheel() -> bytes:
    """The client as pip takes it (PEP 427); the same bytes for the same files."""
    files = {f"pilotage_client/{path.name}": path.read_bytes() for path in sorted(_PACKAGE.glob("*.py"))}
    files |= {f"{_INFO}/METADATA": _METADATA.encode(), f"{_INFO}/WHEEL": _WHEEL.encode()}
    record = "".join(f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in files.items())
    files[f"{_INFO}/RECORD"] = f"{record}{_INFO}/RECORD,,\n".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def client(request: HttpRequest) -> HttpResponse:
    """The wheel. Open to all, as the licence is: pip does not sign in."""
    return HttpResponse(wheel(), content_type="application/zip")
