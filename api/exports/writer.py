"""Writes exports, with their titles and the names of their files."""

import re
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Final

from sqlalchemy.orm import Session

from api.exports.rows import RowFormatter
from api.exports.subjects import Export, ExportLanguage
from data.exporting.table import Cell, Table, TableColumn
from data.exporting.text_files import write_csv, write_feature_collection
from data.exporting.workbook import write_workbook
from geo import areas, export_rows, feature_query
from geo.areas import AreaNames, AreaUnknown

_NOT_IN_FILE_NAMES: Final = re.compile(r'[\\/:*?"<>|\s\x00-\x1f\x7f-\x9f·]+')


class ExportFormat(StrEnum):
    """The format of an export, named by its file suffix."""

    XLSX = "xlsx"
    CSV = "csv"
    GEOJSON = "geojson"


@dataclass(frozen=True)
class ExportWriter:
    """Writes exports in a language."""

    session: Session
    language: ExportLanguage

    def write(self, export: Export, format: ExportFormat, file: IO[bytes]) -> int:
        """Write all rows to a file, in constant memory, and return their number."""
        if format is ExportFormat.GEOJSON:
            with closing(feature_query.stream(self.session, export.features)) as features:
                return write_feature_collection(features, file)
        write = write_csv if format is ExportFormat.CSV else write_workbook
        with closing(self._cells(export)) as rows:
            return write(self._table(export, rows), file)

    def file_name(self, export: Export, format: ExportFormat) -> str:
        """Return the name of the file in the reader's language."""
        parts = (self._subject(export), export.grouping, self._place(export.area), export.stamp)
        name = "_".join(_NOT_IN_FILE_NAMES.sub("-", part) for part in parts if part)
        return f"{name}.{format}"

    def _cells(self, export: Export) -> Generator[list[Cell]]:
        names = AreaNames(self.session, english=self.language.is_english)
        formatter = RowFormatter(export.columns, self.language, names)
        with closing(export_rows.stream(self.session, export.rows)) as batches:
            yield from formatter.cells(batches)

    def _table(self, export: Export, rows: Iterable[list[Cell]]) -> Table:
        language = self.language
        title = [self._subject(export), export.grouping, self._place(export.area), export.as_of]
        if export.conditions:
            conditions = ("; " if language.is_english else "；").join(export.conditions)
            title.append(language.texts["filtered"].format(conditions=conditions))
        return Table(
            self._subject(export),
            " · ".join(filter(None, title)),
            [
                TableColumn(language.texts[column.header], column.format)
                for column in export.columns
            ],
            rows,
        )

    def _subject(self, export: Export) -> str:
        return self.language.texts[f"subject.{export.subject}"]

    def _place(self, code: str | None) -> str:
        """Return the name of an area or the code of a grid; without a code, that of the city."""
        try:
            return areas.format_title(self.session, code, english=self.language.is_english)
        except AreaUnknown:
            return code or ""


def ascii_file_name(export: Export, format: ExportFormat) -> str:
    """Return a name of ASCII letters, for clients that know no other."""
    parts = (export.subject, export.area or "", export.stamp)
    name = _NOT_IN_FILE_NAMES.sub("-", "_".join(filter(None, parts)))
    return f"{name.encode('ascii', 'replace').decode()}.{format}"
