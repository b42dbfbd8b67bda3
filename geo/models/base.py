"""What every table shares: naming, code columns, geometry columns, closed vocabularies."""

from enum import StrEnum
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import Enum, Index, MetaData, Text
from sqlalchemy.orm import DeclarativeBase

WGS84 = 4326
"""The SRID of every stored geometry."""

CODE = Text(collation="C")
"""Codes sort by byte, so a prefix is a range of the index and Python and SQL agree on the order."""


def vocabulary(words: type[StrEnum], name: str) -> Enum:
    """Store a closed vocabulary as text that a check constraint called `name` guards."""
    return Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def geometry(kind: str, **options: Any) -> Geometry:
    """Return a geometry column type in WGS 84; its index is declared beside the table's others."""
    return Geometry(kind, srid=WGS84, spatial_index=False, **options)


def spatial_index(column: str) -> Index:
    """Return the GiST index that spatial questions about `column` use."""
    return Index(None, column, postgresql_using="gist")


class Base(DeclarativeBase):
    """The register: one metadata, with readable names for everything in it."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "uq": "%(table_name)s_%(column_0_N_name)s_unique",
            "ck": "%(constraint_name)s",
            "fk": "%(table_name)s_%(column_0_name)s_exists",
            "pk": "%(table_name)s_pkey",
        }
    )
