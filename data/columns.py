"""The schema of each kind of data in files: column names, types, accepted values, geometry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from types import MappingProxyType

from geo.models import BackdropKind, BuildingStatus, Duty, IssueStatus, Level, ManagerKind


class DatasetKind(StrEnum):
    """The kind of data in a file: KIND in `gridward import KIND`."""

    AREAS = "areas"
    NEIGHBORHOODS = "neighborhoods"
    MANAGERS = "managers"
    BUILDINGS = "buildings"
    PROPERTY_COVERAGE = "property-coverage"
    GRIDS = "grids"
    GRID_MEMBERS = "grid-members"
    ISSUES = "issues"
    BACKDROP = "backdrop"


class ColumnType(Enum):
    """The type of a column."""

    TEXT = auto()
    INT = auto()
    DATE = auto()
    TIMESTAMP = auto()


class GeometryKind(Enum):
    """The geometry of a kind of data; the value is its name in messages."""

    NONE = "no geometry"
    POINT = "a point"
    POLYGON = "a polygon"
    LINE_OR_POLYGON = "a line or a polygon"


@dataclass(frozen=True)
class Column:
    """One of our columns: its type, whether each row needs it, and its accepted values."""

    name: str
    type: ColumnType = ColumnType.TEXT
    required: bool = False
    max_length: int = 200
    min_value: int = 0
    max_value: int = 1_000_000
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    """For a closed vocabulary: every accepted word, case-folded, and the value stored for it."""


@dataclass(frozen=True)
class DatasetSchema:
    """The columns of one kind of data, its key columns, and its geometry."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    geometry: GeometryKind = GeometryKind.NONE
    geometry_required: bool = False

    def column(self, name: str) -> Column:
        """Return the column of this name, which must exist."""
        return next(column for column in self.columns if column.name == name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Our column names, in order."""
        return tuple(column.name for column in self.columns)


def _vocabulary(vocabulary: type[StrEnum], **synonyms: str) -> Mapping[str, str]:
    """Return the accepted words: each value, also with spaces or hyphens, and its synonyms."""
    accepted = {}
    for member in vocabulary:
        stored = member.value
        for word in (stored, stored.replace("_", " "), stored.replace("_", "-")):
            accepted[word] = stored
        accepted |= {word.casefold(): stored for word in synonyms.get(stored, "").split()}
    return MappingProxyType(accepted)


LEVELS = _vocabulary(
    Level,
    city="市 城市 地级市",
    district="区 县 区县 市辖区 县级市 旗 county",
    subdistrict="街道 乡镇 镇 乡 街道办 街道办事处 town township",
    community="社区 村 居委会 村委会 village",
)
MANAGER_KINDS = _vocabulary(
    ManagerKind,
    property_firm="物业公司 物业企业 物业服务企业 物业 firm",
    homeowner_committee="业委会 业主委员会",
    property_management_committee="物管会 物业管理委员会",
    community_led="社区兜底 社区托管 社区领办 红色物业",
    self_managed="自管 居民自管 自治 业主自管 自主管理",
)
DUTIES = _vocabulary(
    Duty,
    head="网格长 组长",
    full_time="专职 专职网格员 全职",
    part_time="兼职 兼职网格员 网格员",
    volunteer="志愿 志愿者 志愿网格员",
)
BUILDING_STATUSES = _vocabulary(
    BuildingStatus, standing="在用 现存 存续 正常", retired="拆除 已拆除 注销 停用 demolished"
)
ISSUE_STATUSES = _vocabulary(
    IssueStatus,
    open="待受理 待处理 未处理 未办 新建 opened new",
    in_progress="处理中 办理中 进行中 inprogress assigned",
    resolved="已解决 已处理 已办理 fixed",
    closed="已办结 办结 已结案 结案 已关闭 关闭",
)
BACKDROP_KINDS = _vocabulary(
    BackdropKind, road="道路 路", rail="铁路", water="水系 水域 河流", green="绿地 公园"
)


def _code_column(name: str, *, required: bool = False) -> Column:
    return Column(name, required=required, max_length=64)


SCHEMAS: Mapping[DatasetKind, DatasetSchema] = MappingProxyType(
    {
        DatasetKind.AREAS: DatasetSchema(
            (
                _code_column("code", required=True),
                _code_column("parent_code"),
                Column("level", required=True, vocabulary=LEVELS),
                Column("name", required=True),
                Column("name_en"),
            ),
            key=("code",),
            geometry=GeometryKind.POLYGON,
        ),
        DatasetKind.NEIGHBORHOODS: DatasetSchema(
            (
                _code_column("code", required=True),
                Column("name", required=True),
                _code_column("community_code"),
                Column("station_services", ColumnType.INT, min_value=1, max_value=10_000),
            ),
            key=("code",),
            geometry=GeometryKind.POLYGON,
        ),
        DatasetKind.MANAGERS: DatasetSchema(
            (
                _code_column("code", required=True),
                Column("name", required=True),
                Column("kind", required=True, vocabulary=MANAGER_KINDS),
                Column("phone", max_length=60),
            ),
            key=("code",),
        ),
        DatasetKind.BUILDINGS: DatasetSchema(
            (
                _code_column("code", required=True),
                Column("name"),
                Column("address", max_length=500),
                _code_column("community_code"),
                _code_column("neighborhood_code"),
                Column("households", ColumnType.INT, max_value=100_000),
                Column("floors", ColumnType.INT, max_value=300),
                Column("built_year", ColumnType.INT, min_value=1, max_value=2200),
                Column("use"),
                Column("status", vocabulary=BUILDING_STATUSES),
            ),
            key=("code",),
            geometry=GeometryKind.POLYGON,
            geometry_required=True,
        ),
        DatasetKind.PROPERTY_COVERAGE: DatasetSchema(
            (
                _code_column("building_code", required=True),
                _code_column("manager_code", required=True),
                Column("covered_from", ColumnType.DATE, required=True),
                Column("covered_to", ColumnType.DATE),
            ),
            key=("building_code", "covered_from"),
        ),
        DatasetKind.GRIDS: DatasetSchema(
            (_code_column("code", required=True), Column("name"), _code_column("community_code")),
            key=("code",),
            geometry=GeometryKind.POLYGON,
            geometry_required=True,
        ),
        DatasetKind.GRID_MEMBERS: DatasetSchema(
            (
                _code_column("person_code", required=True),
                Column("name", required=True),
                Column("phone", max_length=60),
                _code_column("grid_code", required=True),
                Column("duty", vocabulary=DUTIES),
                Column("assigned_from", ColumnType.DATE, required=True),
                Column("assigned_to", ColumnType.DATE),
            ),
            key=("person_code", "grid_code", "assigned_from"),
        ),
        DatasetKind.ISSUES: DatasetSchema(
            (
                _code_column("ref", required=True),
                Column("category", required=True),
                Column("description", max_length=10_000),
                Column("reported_at", ColumnType.TIMESTAMP, required=True),
                Column("status", vocabulary=ISSUE_STATUSES),
                Column("channel"),
            ),
            key=("ref",),
            geometry=GeometryKind.POINT,
            geometry_required=True,
        ),
        DatasetKind.BACKDROP: DatasetSchema(
            (Column("kind", required=True, vocabulary=BACKDROP_KINDS), Column("name")),
            key=(),
            geometry=GeometryKind.LINE_OR_POLYGON,
            geometry_required=True,
        ),
    }
)
