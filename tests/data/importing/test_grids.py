"""Grids from files: what is refused, what a repair does, what becomes a revision."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import func, select

from data.columns import Kind
from data.importing import grids
from data.importing.grids import Publication
from data.importing.load import LoadOptions, NothingToKeep, Outcome, load
from data.reading.reader import ReadOptions
from data.row_errors import BadData
from geo.geometry import topology
from geo.models import Area, Level, MicroGrid, Revision
from geo.quality import checks
from tests import town
from tests.town import FIRST, SECOND, box, file


@pytest.fixture
def publish(session):
    """Import grids into the register of this test."""

    def publish(*paths: Path, lengths=(), columns=None, repair=False, **options) -> Outcome:
        read = ReadOptions(columns=columns or {}, repair=repair)
        options = LoadOptions(read=read, **options)
        outcome = grids.load(session, paths, options, Publication(lengths=lengths))
        session.flush()
        session.expire_all()
        return outcome

    return publish


@pytest.fixture
def town_grids(session, publish, tmp_path):
    """The town's areas, and its four grids as revision 1."""
    load(session.connection(), Kind.AREAS, [town.areas(tmp_path)], LoadOptions())
    assert told(publish(town.grids(tmp_path))) == (4, 4, 0, 0, 0)
    return publish


def told(outcome: Outcome) -> tuple[int, ...]:
    """How many grids were read, added, updated, retired, and rejected."""
    return (outcome.read, outcome.added, outcome.updated, outcome.retired, outcome.rejected)


def drawn(path: Path, **shapes: shapely.Geometry) -> Path:
    """Grids of FIRST by the last digits of their codes, as `_001`, or of SECOND, as `s_001`."""
    codes = {
        key: (SECOND if key.startswith("s") else FIRST) + key.rpartition("_")[2] for key in shapes
    }
    return file(path, [{"code": codes[key], "geom": shape} for key, shape in shapes.items()])


def in_force(session) -> dict[str, shapely.Geometry]:
    rows = session.execute(
        select(MicroGrid.code, func.ST_AsBinary(MicroGrid.geom))
        .where(func.upper_inf(MicroGrid.in_force))
        .order_by(MicroGrid.code)
    )
    return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}


def assert_in_order(session) -> None:
    """What is in force tiles its communities, corner for corner."""
    assert [str(found) for found in checks.findings(session)] == []
    found = in_force(session)
    for community in (FIRST, SECOND):
        own = [shape for code, shape in found.items() if code.startswith(community)]
        assert topology.tiles(np.array(own, dtype=object))


def refused(caught) -> list[tuple[int, str, str]]:
    """Row, kind and code of each fault."""
    return sorted((fault.row, fault.kind, fault.code) for fault in caught.value.faults.kept)


def test_grids_become_revision_1_with_a_title(town_grids, session):
    revision = session.get(Revision, 1)
    assert (revision.title, revision.author) == ("grids.geojson", "gridward import")
    assert_in_order(session)


def test_the_same_file_again_publishes_no_revision(town_grids, session, tmp_path):
    again = town_grids(town.grids(tmp_path))
    assert (again.revision, again.changed_nothing) == (None, True)
    assert session.scalar(select(func.count()).select_from(Revision)) == 1


@pytest.mark.parametrize("repair", [False, True])
def test_a_border_that_moved_updates_two_grids(town_grids, session, tmp_path, repair):
    moved = drawn(tmp_path / "moved.gpkg", _001=box(0, 0, 12, 10), _002=box(12, 0, 20, 10))
    outcome = town_grids(moved, repair=repair)
    assert told(outcome) == (2, 0, 2, 0, 0)
    assert outcome.revision == 2
    assert_in_order(session)
    past = select(func.count()).where(MicroGrid.ended_in == 2, MicroGrid.begun_in == 1)
    assert session.scalar(past) == 2


def test_names_are_left_alone_by_a_file_that_has_none(town_grids, session, tmp_path):
    moved = drawn(tmp_path / "moved.gpkg", _001=box(0, 0, 12, 10), _002=box(12, 0, 20, 10))
    town_grids(moved)
    names = select(MicroGrid.name).where(func.upper_inf(MicroGrid.in_force))
    assert set(session.scalars(names)) == {"格0", "格10", "格20", "格30"}
    rows = [{"code": FIRST + "001", "name": "新格", "geom": box(0, 0, 12, 10)}]
    assert told(town_grids(file(tmp_path / "one.gpkg", rows))) == (1, 0, 1, 0, 0)


def test_one_grid_may_be_split_while_the_others_stay(town_grids, session, tmp_path):
    split = drawn(tmp_path / "split.gpkg", _001=box(0, 0, 10, 5), _003=box(0, 5, 10, 10))
    with pytest.raises(BadData) as caught:
        town_grids(split)
    assert {kind for _, kind, _ in refused(caught)} == {"mismatch"}
    outcome = town_grids(split, repair=True)
    assert_in_order(session)
    assert told(outcome) == (2, 1, 2, 0, 0)
    neighbour = in_force(session)[FIRST + "002"]
    assert shapely.equals(neighbour, box(10, 0, 20, 10))
    assert shapely.get_num_coordinates(neighbour) == 6


def test_a_repair_gives_way_to_the_grids_that_stay(town_grids, session, tmp_path):
    """
    ```
    ├──001──┼──002──┤    in force
    ├──001───┤           the file: 001 reaches a little into 002, and falls short of the south
    ```
    """
    sloppy = drawn(tmp_path / "sloppy.gpkg", _001=box(0, 0.05, 10.1, 10))
    with pytest.raises(BadData) as caught:
        town_grids(sloppy)
    assert {kind for _, kind, _ in refused(caught)} == {"overlap", "gap"}
    outcome = town_grids(sloppy, repair=True)
    assert "m² given up" in "".join(outcome.notes)
    assert_in_order(session)
    for code, west in ((FIRST + "001", 0), (FIRST + "002", 10)):
        assert shapely.equals(in_force(session)[code], box(west, 0, west + 10, 10))
    assert town_grids(sloppy, repair=True).changed_nothing


def test_gaps_and_overlaps_are_refused_with_codes_sizes_and_places(town_grids, session, tmp_path):
    """
    ```
    ├──001────╫┤  002 of FIRST   001 and 002 share a strip
    ├─001──┤ ├002┤  of SECOND    and leave one free
    ```
    """
    path = drawn(
        tmp_path / "bad.gpkg",
        _001=box(0, 0, 11, 10),
        _002=box(10, 0, 20, 10),
        s_001=box(20, 0, 29, 10),
        s_002=box(30, 0, 40, 10),
    )
    with pytest.raises(BadData) as caught:
        town_grids(path)
    assert refused(caught) == [(1, "overlap", FIRST + "001"), (3, "gap", SECOND + "001")]
    overlap, gap = sorted(caught.value.faults.kept, key=lambda fault: fault.row)
    strip = topology.GEOD.geometry_area_perimeter(box(10, 0, 11, 10))[0]
    assert f"overlaps grid {FIRST}002 by {abs(strip):,.2f} m² at 130.010" in overlap.what
    assert f"community {SECOND} has" in gap.what
    assert "--repair" in gap.mend
    assert session.scalar(select(func.max(Revision.number))) == 1


def test_ground_outside_the_community_is_refused_or_cut_off(town_grids, session, tmp_path):
    beyond = drawn(tmp_path / "beyond.gpkg", _001=box(-1, 0, 10, 10), _002=box(10, 0, 20, 10))
    with pytest.raises(BadData) as caught:
        town_grids(beyond)
    assert refused(caught) == [(1, "outside_community", FIRST + "001")]
    assert town_grids(beyond, repair=True).changed_nothing


def test_a_repair_says_how_many_metres_and_square_metres_moved(town_grids, session, tmp_path):
    path = drawn(tmp_path / "bad.gpkg", _001=box(0, 0, 12, 10), _002=box(11.9, 0, 19.9, 10))
    outcome = town_grids(path, repair=True)
    assert outcome.revision == 2
    [note] = [note for note in outcome.notes if "m²" in note]
    assert "borders moved by up to 7.59 m" in note  # a tenth of a thousandth of a degree at 47° N
    assert_in_order(session)


def test_a_grid_that_lies_elsewhere_is_a_fault_even_with_repair(town_grids, tmp_path):
    path = drawn(tmp_path / "bad.gpkg", _001=box(0, 0, 20, 10), _002=box(25, 0, 28, 10))
    with pytest.raises(BadData) as caught:
        town_grids(path, repair=True)
    assert refused(caught) == [(2, "no_ground", FIRST + "002")]


def test_replace_retires_what_is_missing_in_a_new_revision(town_grids, session, tmp_path):
    whole = drawn(tmp_path / "whole.gpkg", _009=box(0, 0, 20, 10))
    outcome = town_grids(whole, replace=True)
    assert told(outcome) == (1, 1, 0, 4, 0)
    assert outcome.revision == 2
    assert list(in_force(session)) == [FIRST + "009"]


def test_replace_by_an_empty_file_is_refused(town_grids, tmp_path):
    path = tmp_path / "none.csv"
    path.write_text("code,wkt\n")
    with pytest.raises(NothingToKeep):
        town_grids(path, replace=True)
    assert town_grids(path).changed_nothing
    assert town_grids(path, repair=True).changed_nothing


def test_bad_rows_may_be_skipped_where_the_others_tile(town_grids, session, tmp_path):
    path = drawn(
        tmp_path / "some.gpkg", _001=box(0, 0, 12, 10), _002=box(12, 0, 20, 10), s_001=None
    )
    with pytest.raises(BadData):
        town_grids(path)
    assert told(town_grids(path, skip=True)) == (3, 0, 2, 0, 1)
    assert told(town_grids(path, skip=True, replace=True)) == (3, 0, 0, 1, 1)
    assert SECOND + "001" in in_force(session)


def test_bad_rows_are_not_skipped_where_they_leave_a_gap(town_grids, session, tmp_path):
    path = drawn(tmp_path / "some.gpkg", _003=None, _002=box(12, 0, 20, 10))
    with pytest.raises(BadData) as caught:
        town_grids(path, skip=True)
    assert (2, "gap", FIRST + "002") in refused(caught)


def test_grids_may_come_in_several_files_but_each_only_once(town_grids, session, tmp_path):
    one = drawn(tmp_path / "one.gpkg", _001=box(0, 0, 12, 10))
    two = drawn(tmp_path / "two.gpkg", _002=box(12, 0, 20, 10))
    with pytest.raises(BadData) as caught:
        town_grids(one, two, one)
    assert refused(caught) == [(1, "duplicate", FIRST + "001")]
    assert told(town_grids(one, two)) == (2, 0, 2, 0, 0)


def test_codes_must_lie_in_known_communities(town_grids, tmp_path):
    rows = [
        {"code": "999001", "community_code": None, "geom": box(0, 0, 1, 1)},
        {"code": "999002", "community_code": "999", "geom": box(0, 0, 1, 1)},
        {"code": FIRST + "007", "community_code": SECOND, "geom": box(0, 0, 1, 1)},
        {
            "code": town.SUBDISTRICT + "x",
            "community_code": town.SUBDISTRICT,
            "geom": box(0, 0, 1, 1),
        },
    ]
    with pytest.raises(BadData) as caught:
        town_grids(file(tmp_path / "bad.gpkg", rows))
    assert [kind for _, kind, _ in refused(caught)] == [
        "no_community",
        "unknown_community",
        "not_nested",
        "unknown_community",
    ]


def test_areas_are_made_from_the_codes(publish, session, tmp_path):
    outcome = publish(town.grids(tmp_path), lengths=(6, 9, 12))
    assert "4 areas were made" in "".join(outcome.notes)
    made = dict(session.execute(select(Area.code, Area.level)).all())
    assert made == {
        town.DISTRICT: Level.DISTRICT,
        town.SUBDISTRICT: Level.SUBDISTRICT,
        FIRST: Level.COMMUNITY,
        SECOND: Level.COMMUNITY,
    }
    ground = session.scalar(select(func.ST_AsBinary(Area.geom)).where(Area.code == town.DISTRICT))
    assert shapely.equals(shapely.from_wkb(bytes(ground)), box(0, 0, 40, 10))
    assert session.get(Area, FIRST).parent_code == town.SUBDISTRICT
    assert publish(town.grids(tmp_path), lengths=(6, 9, 12)).changed_nothing
    assert_in_order(session)


def test_areas_made_from_codes_follow_their_grids_until_a_file_says_better(
    publish, session, tmp_path
):
    """The community border at 20 moves to 22."""
    publish(town.grids(tmp_path), lengths=(6, 9, 12))
    moved = drawn(
        tmp_path / "moved.gpkg",
        _001=box(0, 0, 10, 10),
        _002=box(10, 0, 22, 10),
        s_001=box(22, 0, 30, 10),
        s_002=box(30, 0, 40, 10),
    )
    assert told(publish(moved, lengths=(6, 9, 12))) == (4, 0, 2, 0, 0)
    assert_in_order(session)
    load(session.connection(), Kind.AREAS, [town.areas(tmp_path)], LoadOptions())
    with pytest.raises(BadData) as caught:
        publish(moved, lengths=(6, 9, 12))
    assert "outside_community" in {kind for _, kind, _ in refused(caught)}


def test_areas_that_are_there_are_parents_of_those_made(publish, session, tmp_path):
    city = file(tmp_path / "city.csv", [{"code": "2304", "level": "city", "name": "鹤岗市"}])
    load(session.connection(), Kind.AREAS, [city], LoadOptions())
    publish(town.grids(tmp_path), lengths=(12,))
    assert session.get(Area, FIRST).parent_code == "2304"


def test_gaps_between_grids_of_unknown_communities_are_refused_if_narrow(publish, tmp_path):
    """
    ```
    ┌────001────┐    a lake 300 m across is ground that is nobody's,
    │ lake ┊ ┊  │    a slit 0.8 m wide is a gap
    └───────────┘
    ```
    """
    lake, slit = box(2, 2, 6, 5), box(8, 2, 8.01, 6)
    ring = shapely.difference(shapely.difference(box(0, 0, 10, 10), lake), slit)
    path = drawn(tmp_path / "ring.gpkg", _001=ring)
    with pytest.raises(BadData) as caught:
        publish(path, lengths=(12,))
    assert refused(caught) == [(1, "gap", FIRST + "001")]
    outcome = publish(path, lengths=(12,), repair=True)
    assert told(outcome) == (1, 1, 0, 0, 0)
    assert "1 enclosed patches of ground lie in no grid" in "".join(outcome.notes)


def test_a_fault_of_a_grid_that_no_file_has_is_told_beside_one_that_a_file_has(
    town_grids, session, tmp_path
):
    """SECOND gets a new outline, so that its grids no longer fill it; then one of them comes."""
    rows = [{"code": SECOND, "level": "community", "name": "二", "geom": box(20, 0, 41, 10)}]
    path = file(tmp_path / "wider.gpkg", rows)
    load(session.connection(), Kind.AREAS, [path], LoadOptions())
    with pytest.raises(BadData) as caught:
        town_grids(drawn(tmp_path / "one.gpkg", s_001=box(20, 0, 30, 10)))
    assert refused(caught) == [(1, "gap", SECOND + "001")]
    assert f"beside it, grid {SECOND}002, which no file has" in str(caught.value)


def test_communities_whose_own_outlines_overlap_are_noted(publish, session, tmp_path):
    rows = [
        {"code": FIRST, "level": "community", "name": "一", "geom": box(0, 0, 21, 10)},
        {"code": SECOND, "level": "community", "name": "二", "geom": box(20, 0, 40, 10)},
    ]
    load(session.connection(), Kind.AREAS, [file(tmp_path / "a.gpkg", rows)], LoadOptions())
    path = drawn(tmp_path / "g.gpkg", _001=box(0, 0, 21, 10), s_001=box(20, 0, 40, 10))
    outcome = publish(path)
    assert outcome.added == 2
    assert f"communities {FIRST} and {SECOND} overlap by" in "".join(outcome.notes)


def test_progress_counts_all_files(town_grids, session, tmp_path):
    heard = []
    one = drawn(tmp_path / "one.gpkg", _001=box(0, 0, 12, 10))
    two = drawn(tmp_path / "two.gpkg", _002=box(12, 0, 20, 10))
    grids.load(session, [one, two], LoadOptions(), progress=lambda *at: heard.append(at))
    assert heard == [(1, 2), (2, 2)]
