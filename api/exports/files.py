"""Responses that contain exports, and the parameters of all exports."""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedRandom
from types import MappingProxyType
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.deps import LanguageDep, SessionDep, SettingsDep
from api.exports.subjects import Export, ExportLanguage
from api.exports.writer import ExportFormat, ExportWriter, ascii_file_name
from api.http.etag import NOT_MODIFIED, cacheable_response, find_match

MEDIA_TYPES: Final = MappingProxyType(
    {
        ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ExportFormat.CSV: "text/csv; charset=utf-8",
        ExportFormat.GEOJSON: "application/geo+json",
    }
)
EXPORT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The whole list as a file; `Content-Disposition` has its name.",
        "content": {
            MEDIA_TYPES[ExportFormat.XLSX]: {"schema": {"type": "string", "format": "binary"}},
            "text/csv": {"schema": {"type": "string"}},
            MEDIA_TYPES[ExportFormat.GEOJSON]: {"schema": {"type": "object"}},
        },
    },
    **NOT_MODIFIED,
}
CHUNK_BYTES: Final = 256 << 10
"""Files up to this size are responses with a length; larger ones are streamed."""


@dataclass(frozen=True)
class Exporter:
    """Responds to one request with a file."""

    request: Request
    format: ExportFormat
    writer: ExportWriter

    @property
    def language(self) -> ExportLanguage:
        """The language of the file."""
        return self.writer.language

    def respond(self, export: Export) -> Response:
        """Return the whole export.

        The file is complete on disk, without a name, before the response starts: an error has its
        status, and no connection to the database waits for a slow client.
        """
        file = tempfile.TemporaryFile(prefix="gridward-")  # noqa: SIM115  # the response closes it
        try:
            self.writer.write(export, self.format, file)
            headers = {"Content-Disposition": self._disposition(export)}
            return _file_response(self.request, file, MEDIA_TYPES[self.format], headers)
        except BaseException:
            file.close()
            raise

    def _disposition(self, export: Export) -> str:
        """Return a header with a name in the reader's language, and one in ASCII (RFC 6266)."""
        name = self.writer.file_name(export, self.format)
        ascii_name = ascii_file_name(export, self.format)
        return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


async def _exporter(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LanguageDep,
    format: Annotated[
        ExportFormat,
        Query(description="`xlsx` and `csv` are in words; `geojson` has the names of the API."),
    ] = ExportFormat.XLSX,
) -> Exporter:
    language = ExportLanguage.load(lang, settings.timezone)
    return Exporter(request, format, ExportWriter(session, language))


ExporterDep = Annotated[Exporter, Depends(_exporter)]


def _file_response(
    request: Request, file: BufferedRandom, media_type: str, headers: dict[str, str]
) -> Response:
    """Return the content of a file, with its ETag; a large file is read while it is sent."""
    size = file.seek(0, 2)
    file.seek(0)
    if size <= CHUNK_BYTES:
        with file:
            return cacheable_response(file.read(), media_type, headers)
    etag = f'"{hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=12)).hexdigest()}"'
    match = find_match(request.headers.get("if-none-match"), etag)
    all_headers = {
        "ETag": match or etag,
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if match is not None:
        file.close()
        return Response(status_code=304, headers=all_headers)
    all_headers |= {"Content-Length": str(size)} | headers
    return StreamingResponse(_chunks(file), media_type=media_type, headers=all_headers)


def _chunks(file: BufferedRandom) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
