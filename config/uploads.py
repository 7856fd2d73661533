"""How large may an uploaded file be? Counted as it arrives, so that nothing larger ever reaches the disk whole."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

_FRAME = 64 * 1024  # bytes of multipart headers and small fields beside the file


class Limited(FileUploadHandler):
    """Stands before the handlers that store; refuses what is larger than LARGEST_UPLOAD."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None) -> None:
        if content_length > settings.LARGEST_UPLOAD + _FRAME:
            raise RequestDataTooBig("The upload is larger than this instance takes.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > settings.LARGEST_UPLOAD:
            raise RequestDataTooBig("The file is larger than this instance takes.")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
