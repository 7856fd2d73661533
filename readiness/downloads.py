"""How does a file leave the house? As a download of a listed type, in a sandbox, never shown inline."""

import hashlib

from django.http import FileResponse

from portfolio.rules import NotVisible, Reason, Refused
from readiness.models import Evidence
from readiness.rules import files

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


def attachment(row: Evidence) -> FileResponse:
    """The stored file of evidence that the caller already saw. `NotVisible` for a link, or when the file is gone.

    Refused (`evidence_broken`) when it is not, byte for byte, what was attached: decisions stood on that.
    """
    if not row.file:
        raise NotVisible
    try:
        opened = row.file.open("rb")
    except FileNotFoundError:
        raise NotVisible from None
    if hashlib.file_digest(opened, "sha256").hexdigest() != row.sha256:  # type: ignore[arg-type]
        opened.close()
        text = f"{row.name} is not the file that was attached: it was changed or damaged where it is stored."
        raise Refused([Reason("evidence_broken", f"{text} Attach it again.", str(row.id))])
    opened.seek(0)
    served = {kind for kind, _ in files.TYPES.values()}
    kind = row.content_type if row.content_type in served else "application/octet-stream"
    answer = FileResponse(opened, as_attachment=True, filename=row.name, content_type=kind)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = SANDBOX
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "no-store"
    return answer
