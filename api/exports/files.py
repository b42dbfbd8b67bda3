"""Export files: their titles and names, and the responses that stream them."""

import hashlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import BufferedRandom
from types import MappingProxyType
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from api.deps import LanguageDep, SessionDep, SettingsDep
from api.exports.rows import RowFormatter
from api.exports.subjects import Export, ExportLanguage
from api.http.etag import NOT_MODIFIED, cacheable_response, find_match
from data.exporting.table import Table, TableColumn
from data.exporting.text_files import write_csv, write_feature_collection
from data.exporting.workbook import write_workbook
from geo import areas, export_rows, feature_query
from geo.areas import AreaNames, AreaUnknown
from maps.locales.texts import PageName, page_texts


class ExportFormat(StrEnum):
    """The format of an export, named by its file suffix."""

    XLSX = "xlsx"
    CSV = "csv"
    GEOJSON = "geojson"


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
_NOT_IN_FILE_NAMES: Final = re.compile(r'[\\/:*?"<>|\s\x00-\x1f\x7f-\x9f·]+')


@dataclass(frozen=True)
class Exporter:
    """Responds to one request with a file."""

    request: Request
    session: Session
    format: ExportFormat
    language: ExportLanguage

    def respond(self, export: Export) -> Response:
        """Return the whole export.

        The file is complete on disk, without a name, before the response starts: an error has its
        status, and no connection to the database waits for a slow client.
        """
        place = self._place(export.area)
        file: BufferedRandom = tempfile.TemporaryFile(prefix="gridward-")  # noqa: SIM115  # the response closes it
        try:
            self._write(export, place, file)
            headers = {"Content-Disposition": self._disposition(export, place)}
            return _file_response(self.request, file, MEDIA_TYPES[self.format], headers)
        except BaseException:
            file.close()
            raise

    def _write(self, export: Export, place: str, file: BufferedRandom) -> None:
        if self.format is ExportFormat.GEOJSON:
            write_feature_collection(feature_query.stream(self.session, export.features), file)
        elif self.format is ExportFormat.CSV:
            write_csv(self._table(export, place), file)
        else:
            write_workbook(self._table(export, place), file)

    def _table(self, export: Export, place: str) -> Table:
        names = AreaNames(self.session, english=self.language.is_english)
        formatter = RowFormatter(export.columns, self.language, names)
        title = [self._subject(export), export.grouping, place, export.as_of]
        if export.conditions:
            conditions = ("; " if self.language.is_english else "；").join(export.conditions)
            title.append(self.language.texts["filtered"].format(conditions=conditions))
        return Table(
            self._subject(export),
            " · ".join(filter(None, title)),
            [
                TableColumn(self.language.texts[column.header], column.format)
                for column in export.columns
            ],
            formatter.cells(export_rows.stream(self.session, export.rows)),
        )

    def _subject(self, export: Export) -> str:
        return self.language.texts[f"subject.{export.subject}"]

    def _place(self, code: str | None) -> str:
        """Return the name of an area or the code of a grid; without a code, that of the city."""
        try:
            return areas.format_title(self.session, code, english=self.language.is_english)
        except AreaUnknown:
            return code or ""

    def _disposition(self, export: Export, place: str) -> str:
        """Return a header with a name in the reader's language, and one in ASCII (RFC 6266)."""
        suffix = f".{self.format}"
        parts = [self._subject(export), export.grouping, place, export.stamp]
        name = "_".join(_NOT_IN_FILE_NAMES.sub("-", part) for part in parts if part) + suffix
        ascii_parts = (export.subject, export.area or "", export.stamp)
        ascii_name = "_".join(filter(None, ascii_parts)) + suffix
        ascii_name = _NOT_IN_FILE_NAMES.sub("-", ascii_name).encode("ascii", "replace").decode()
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
    texts = page_texts(lang, PageName.EXPORT)
    language = ExportLanguage(lang, texts, settings.timezone)
    return Exporter(request, session, format, language)


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
