"""What each kind of data is called in files: our columns, their types, and the shape they need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from types import MappingProxyType

from geo.models import BackdropKind, BuildingStatus, Duty, IssueStatus, Level, ManagerKind


class Kind(StrEnum):
    """What a file holds; the word of `gridward import KIND`."""

    AREAS = "areas"
    NEIGHBORHOODS = "neighborhoods"
    MANAGERS = "managers"
    BUILDINGS = "buildings"
    PROPERTY_COVERAGE = "property-coverage"
    GRIDS = "grids"
    GRID_MEMBERS = "grid-members"
    ISSUES = "issues"
    BACKDROP = "backdrop"


class Type(Enum):
    """What a column's text means."""

    TEXT = auto()
    INT = auto()
    DATE = auto()
    MOMENT = auto()


class Shape(Enum):
    """What geometry a kind has; its value is how a message names it."""

    NONE = "no geometry"
    POINT = "a point"
    AREA = "a polygon"
    DRAWING = "a line or a polygon"


@dataclass(frozen=True)
class Column:
    """One of our columns: its type, whether each row needs it, and what values it takes."""

    name: str
    type: Type = Type.TEXT
    required: bool = False
    longest: int = 200
    least: int = 0
    most: int = 1_000_000
    words: Mapping[str, str] = field(default_factory=dict)
    """For a closed vocabulary: every accepted word, case folded, and what is stored for it."""


@dataclass(frozen=True)
class Table:
    """The columns of one kind, which of them together name a row, and its geometry rule."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    shape: Shape = Shape.NONE
    shape_required: bool = False

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError if there is none."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Our column names, in their order."""
        return tuple(column.name for column in self.columns)


def _words(vocabulary: type[StrEnum], **more: str) -> Mapping[str, str]:
    """Accept each member by its value, with spaces or hyphens too, and by further `more` words."""
    words = {}
    for member in vocabulary:
        stored = member.value
        for word in (stored, stored.replace("_", " "), stored.replace("_", "-")):
            words[word] = stored
        words |= {word.casefold(): stored for word in more.get(stored, "").split()}
    return MappingProxyType(words)


LEVELS = _words(
    Level,
    city="市 城市 地级市",
    district="区 县 区县 市辖区 县级市 旗 county",
    subdistrict="街道 乡镇 镇 乡 街道办 街道办事处 town township",
    community="社区 村 居委会 村委会 village",
)
MANAGER_KINDS = _words(
    ManagerKind,
    property_firm="物业公司 物业企业 物业服务企业 物业 firm",
    homeowner_committee="业委会 业主委员会",
    property_management_committee="物管会 物业管理委员会",
    community_led="社区兜底 社区托管 社区领办 红色物业",
    self_managed="自管 居民自管 自治 业主自管 自主管理",
)
DUTIES = _words(
    Duty,
    head="网格长 组长",
    full_time="专职 专职网格员 全职",
    part_time="兼职 兼职网格员 网格员",
    volunteer="志愿 志愿者 志愿网格员",
)
BUILDING_STATUSES = _words(
    BuildingStatus, standing="在用 现存 存续 正常", retired="拆除 已拆除 注销 停用 demolished"
)
ISSUE_STATUSES = _words(
    IssueStatus,
    open="待受理 待处理 未处理 未办 新建 opened new",
    in_progress="处理中 办理中 进行中 inprogress assigned",
    resolved="已解决 已处理 已办理 fixed",
    closed="已办结 办结 已结案 结案 已关闭 关闭",
)
BACKDROP_KINDS = _words(
    BackdropKind, road="道路 路", rail="铁路", water="水系 水域 河流", green="绿地 公园"
)


def _code(name: str, *, required: bool = False) -> Column:
    return Column(name, required=required, longest=64)


TABLES: Mapping[Kind, Table] = MappingProxyType(
    {
        Kind.AREAS: Table(
            (
                _code("code", required=True),
                _code("parent_code"),
                Column("level", required=True, words=LEVELS),
                Column("name", required=True),
                Column("name_en"),
            ),
            key=("code",),
            shape=Shape.AREA,
        ),
        Kind.NEIGHBORHOODS: Table(
            (
                _code("code", required=True),
                Column("name", required=True),
                _code("community_code"),
                Column("station_services", Type.INT, least=1, most=10_000),
            ),
            key=("code",),
            shape=Shape.AREA,
        ),
        Kind.MANAGERS: Table(
            (
                _code("code", required=True),
                Column("name", required=True),
                Column("kind", required=True, words=MANAGER_KINDS),
                Column("phone", longest=60),
            ),
            key=("code",),
        ),
        Kind.BUILDINGS: Table(
            (
                _code("code", required=True),
                Column("name"),
                Column("address", longest=500),
                _code("community_code"),
                _code("neighborhood_code"),
                Column("households", Type.INT, most=100_000),
                Column("floors", Type.INT, most=300),
                Column("built_year", Type.INT, least=1, most=2200),
                Column("use"),
                Column("status", words=BUILDING_STATUSES),
            ),
            key=("code",),
            shape=Shape.AREA,
            shape_required=True,
        ),
        Kind.PROPERTY_COVERAGE: Table(
            (
                _code("building_code", required=True),
                _code("manager_code", required=True),
                Column("covered_from", Type.DATE, required=True),
                Column("covered_to", Type.DATE),
            ),
            key=("building_code", "covered_from"),
        ),
        Kind.GRIDS: Table(
            (_code("code", required=True), Column("name"), _code("community_code")),
            key=("code",),
            shape=Shape.AREA,
            shape_required=True,
        ),
        Kind.GRID_MEMBERS: Table(
            (
                _code("person_code", required=True),
                Column("name", required=True),
                Column("phone", longest=60),
                _code("grid_code", required=True),
                Column("duty", words=DUTIES),
                Column("assigned_from", Type.DATE, required=True),
                Column("assigned_to", Type.DATE),
            ),
            key=("person_code", "grid_code", "assigned_from"),
        ),
        Kind.ISSUES: Table(
            (
                _code("ref", required=True),
                Column("category", required=True),
                Column("description", longest=10_000),
                Column("reported_at", Type.MOMENT, required=True),
                Column("status", words=ISSUE_STATUSES),
                Column("channel"),
            ),
            key=("ref",),
            shape=Shape.POINT,
            shape_required=True,
        ),
        Kind.BACKDROP: Table(
            (Column("kind", required=True, words=BACKDROP_KINDS), Column("name")),
            key=(),
            shape=Shape.DRAWING,
            shape_required=True,
        ),
    }
)
