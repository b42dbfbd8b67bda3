"""Building blocks of every model: constraint names and column types."""

from enum import StrEnum
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import DateTime, Enum, Index, MetaData, Text
from sqlalchemy.orm import DeclarativeBase

WGS84 = 4326
"""The SRID of every stored geometry."""

CODE = Text(collation="C")
"""Codes sort by byte: a prefix is an index range, and Python and SQL agree on the order."""

TIMESTAMPTZ = DateTime(timezone=True)
"""Timestamps are timezone-aware."""


def text_enum(values: type[StrEnum], name: str) -> Enum:
    """Return an enum column type, stored as text with a check constraint called `name`."""
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def geometry_type(kind: str, **options: Any) -> Geometry:
    """Return a geometry column type in WGS 84, without an index: see `spatial_index`."""
    return Geometry(kind, srid=WGS84, spatial_index=False, **options)


def spatial_index(column: str) -> Index:
    """Return a GiST index on a geometry column."""
    return Index(None, column, postgresql_using="gist")


class Base(DeclarativeBase):
    """Base class of all models; its metadata names constraints and indexes readably."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "uq": "%(table_name)s_%(column_0_N_name)s_unique",
            "ck": "%(constraint_name)s",
            "fk": "%(table_name)s_%(column_0_name)s_exists",
            "pk": "%(table_name)s_pkey",
        }
    )
