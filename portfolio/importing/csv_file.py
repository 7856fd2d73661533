"""How is a CSV file read whose encoding, delimiter and quoting nobody told us?"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from portfolio.importing.faults import ImportFault, Limits, Note

DELIMITERS = (",", ";", "\t", "|")
_CONTROLS = dict.fromkeys(set(range(1, 9)) | set(range(0x0E, 0x1A)))  # nobody types them; NUL is reported by itself
_MOST_CONTROLS = 2  # a stray one in a pasted text is harmless
_CHUNK = 1 << 20
_SNIFF = 1 << 18
_END = "\ue000end of file\ue000"  # a line of our own: if it comes back inside a cell, a quotation mark never closed
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with BOM"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
csv.field_size_limit(max(csv.field_size_limit(), 1 << 28))  # the file's size is limited before; never lower a host's


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Decode the bytes that are not UTF-8 as Windows-1252 (Latin-1 for its five holes)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(_windows(byte) for byte in bad), error.end


def _windows(byte: int) -> str:
    try:
        return bytes([byte]).decode("windows-1252")
    except UnicodeDecodeError:
        return chr(byte)


codecs.register_error("pilotage-windows", _as_windows)


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` is what people read, `codec` and `errors` what Python decodes with."""

    name: str
    codec: str
    errors: str = "strict"


def find_encoding(stream: BinaryIO) -> Encoding:
    """BOM, else UTF-16 by its zero bytes, else UTF-8, else Windows-1252; a UTF-8 file with strays is said to be mixed."""
    stream.seek(0)
    head = stream.read(4096)
    for bom, codec, name in _BOMS:
        if head.startswith(bom):
            return Encoding(name, codec, "pilotage-windows" if codec == "utf-8-sig" else "replace")
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > 0.3 * len(head) / 2 and min(even, odd) < 0.05 * len(head) / 2 + 1:
        codec = "utf-16-le" if odd > even else "utf-16-be"
        return Encoding("UTF-16", codec, "replace")
    good, bad = _utf8_evidence(stream)
    if bad == 0:
        return Encoding("UTF-8", "utf-8")
    if good > 3 * bad:
        return Encoding("UTF-8 with Windows-1252 strays", "utf-8", "pilotage-windows")
    return Encoding("Windows-1252", "windows-1252", "pilotage-windows")


def _utf8_evidence(stream: BinaryIO) -> tuple[int, int]:
    """(characters of several bytes that decode as UTF-8, places that do not), over the whole file in chunks."""
    strays = 0

    def count(error: UnicodeError) -> tuple[str, int]:
        nonlocal strays
        strays += 1
        assert isinstance(error, UnicodeDecodeError)
        return "", error.end

    codecs.register_error("pilotage-count", count)
    decoder = codecs.getincrementaldecoder("utf-8")("pilotage-count")
    stream.seek(0)
    wide = 0
    while chunk := stream.read(_CHUNK):
        text = decoder.decode(chunk)
        wide += len(text) - len(text.encode("ascii", "ignore"))
        if strays > 1000 and strays > wide:
            break
    decoder.decode(b"", final=True)
    return wide, strays


def find_delimiter(text: str) -> str:
    """The mark that cuts the most records of the sample into the same number (> 1) of cells."""
    first = text.split("\n", 1)[0].strip().strip('"')
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            records = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(r)][:-1][:200]
        except csv.Error:
            continue
        records = records or [text.split(delimiter)]
        widths = Counter(len(record) for record in records)
        width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        score = (width > 1) * (count / len(records)) * (1 + min(width, 40) / 40)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _is_noise(text: str) -> bool:
    """Control characters where words would be: some other kind of file, whatever its name says."""
    controls = len(text) - len(text.translate(_CONTROLS))
    return controls > _MOST_CONTROLS and controls > len(text) / 100


class CsvFile:
    """A CSV file that can be read again and again, one record at a time."""

    format = "csv"
    sheet: str | None = None

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._encoding = find_encoding(stream)
        self.encoding = self._encoding.name
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(self._encoding.codec)(self._encoding.errors)
        sample = decoder.decode(stream.read(_SNIFF)).replace("\x00", "")
        if _is_noise(sample):
            raise ImportFault("unknown_format", "This file holds no text. Choose a CSV, XLSX or JSON file.")
        self.delimiter = find_delimiter(sample)
        self.warnings: list[Note] = []
        if "strays" in self.encoding:
            self.warnings.append(
                Note(0, "mixed_encoding", "The file is UTF-8 with some Windows-1252 characters; both were read.")
            )

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """(row, cells): rows are counted as a spreadsheet counts them, 1-based, line breaks inside a cell not counted.

        Raises ImportFault `unclosed_quote` or `broken_csv`.
        """
        self._stream.seek(0)
        text = io.TextIOWrapper(self._stream, encoding=self._encoding.codec, errors=self._encoding.errors, newline="")
        reader = csv.reader(_and_end(text), delimiter=self.delimiter)
        number = 0
        try:
            for number, record in enumerate(reader, start=1):
                if record and _END in record[-1]:
                    if record != [_END]:
                        raise ImportFault(
                            "unclosed_quote",
                            f"A quotation mark opens in row {number} and is never closed, so the rows after it cannot be "
                            "told apart. Close it, or save the file again from a spreadsheet.",
                        )
                    return
                yield number, record
        except csv.Error as error:
            raise ImportFault("broken_csv", f"The file cannot be read as CSV after row {number}: {error}.") from error
        finally:
            text.detach()  # the stream is ours and is read again


def _and_end(text: Iterable[str]) -> Iterator[str]:
    last = "\n"
    for line in text:
        last = line
        yield line
    yield _END if last.endswith(("\n", "\r")) else "\n"
    if not last.endswith(("\n", "\r")):
        yield _END
