"""Errors of files: their format, layer, encoding, reference system and columns."""

from geo.errors import Invalid


class UnreadableFile(Invalid):
    """The file cannot be read in the format that its suffix names."""

    code = "unreadable_file"


class UnwritableFile(Invalid):
    """The file cannot be written to its path; a file that was there before is unchanged."""

    code = "unwritable_file"


class UnknownFormat(Invalid):
    """No file format has this suffix."""

    code = "unknown_format"


class UnknownLayer(Invalid):
    """The file has no layer of this name, or has several layers and none was named."""

    code = "unknown_layer"


class UnknownCrs(Invalid):
    """The reference system does not exist, or does not fit the coordinates."""

    code = "unknown_crs"


class UnknownEncoding(Invalid):
    """The encoding does not exist, or the text is not in it."""

    code = "unknown_encoding"


class MissingColumn(Invalid):
    """The file lacks a required column, or a column that was named does not exist."""

    code = "missing_column"
