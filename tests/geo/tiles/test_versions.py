"""Layer versions: a write to a source table changes the versions of its layers, and no others."""

import pytest
from sqlalchemy import text

from geo import city_time, table_versions
from geo.tiles import versions
from geo.tiles.layers import SOURCE_TABLES, Layer
from tests.tiles import ZONE

SOURCES = {
    layer: {table.__tablename__ for table in tables} for layer, tables in SOURCE_TABLES.items()
}


@pytest.mark.parametrize("table", sorted(set().union(*SOURCES.values())))
def test_a_write_changes_the_versions_of_the_layers_with_that_source(district, table):
    before = versions.read_layer_versions(district, ZONE)
    district.execute(text(f"DELETE FROM {table} WHERE false"))
    after = versions.read_layer_versions(district, ZONE)
    changed = {layer for layer in Layer if before[layer] != after[layer]}
    assert changed == {layer for layer, tables in SOURCES.items() if table in tables}


def test_another_time_zone_is_another_version(district):
    shanghai = versions.read_layer_versions(district, ZONE)
    tokyo = versions.read_layer_versions(district, "Asia/Tokyo")
    assert not set(shanghai.values()) & set(tokyo.values())


@pytest.mark.parametrize("layer", Layer)
def test_a_snapshot_has_the_version_that_pages_state(district, layer):
    snapshot = table_versions.read_snapshot(district, SOURCE_TABLES[layer], city_time.now())
    version = versions.layer_version(layer, snapshot, ZONE)
    assert version == versions.read_layer_versions(district, ZONE)[layer]
