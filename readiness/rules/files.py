"""Which files may be evidence? A short list, judged by name and by first bytes; never run, never shown inline."""

from portfolio.rules import Reason, Verdict

MOST_BYTES = 20 * 1024 * 1024
MOST_NAME = 200  # characters
# ending → (content type it is served as, what the file begins with; empty: plain text, checked as such)
TYPES: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", (b"PK\x03\x04",)),
    "odt": ("application/vnd.oasis.opendocument.text", (b"PK\x03\x04",)),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", (b"PK\x03\x04",)),
    "csv": ("text/csv", ()),
    "txt": ("text/plain", ()),
    "md": ("text/markdown", ()),
}


def ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def clean_name(name: str) -> str:
    """What a person may see as the file's name: no path, no control or direction marks, not too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in last if char.isprintable() and char not in '"<>|:*?')
    kept = kept.strip(" .") or "file"
    if len(kept) > MOST_NAME:
        kept = kept[: MOST_NAME - 10].rstrip(" .") + "." + ending(kept)[:8]
    return kept


def may_attach(name: str, size: int, head: bytes) -> Verdict:
    """May a file of this name, size (bytes) and first bytes be kept as evidence?"""
    reasons = []
    known = TYPES.get(ending(name))
    if known is None:
        reasons.append(Reason("file_type", f"Evidence may be {', '.join(TYPES)}.", "file"))
    elif known[1] and not head.startswith(known[1]):
        reasons.append(Reason("file_type", f"This file is not what .{ending(name)} says.", "file"))
    elif not known[1] and b"\x00" in head:
        reasons.append(Reason("file_type", "This file is not plain text.", "file"))
    if size > MOST_BYTES:
        reasons.append(Reason("file_too_large", f"A file may have {MOST_BYTES // 2**20} MiB.", "file"))
    if size == 0:
        reasons.append(Reason("file_empty", "The file is empty.", "file"))
    return Verdict(tuple(reasons))


def may_link(url: str) -> Verdict:
    """Only links that a browser opens as a page."""
    lowered = url.strip().lower()
    if not lowered.startswith(("https://", "http://")) or any(not c.isprintable() or c.isspace() for c in url.strip()):
        return Verdict((Reason("link_type", "A link begins with https:// or http://.", "url"),))
    return Verdict()
