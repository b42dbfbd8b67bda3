"""Issue categories of the sample city: their season, their share and what people write."""

from dataclasses import dataclass

from data.city import figures


@dataclass(frozen=True)
class IssueCategory:
    """One category: its share within its kind, a weight for each month, and example texts."""

    code: str
    share: float
    monthly_weights: tuple[float, ...]
    texts: tuple[str, ...]


# Weights of the months, January first.
EVEN = (1.0,) * 12
HEAT = (10.0, 8.0, 6.0, 3.0, 0.2, 0.05, 0.05, 0.05, 0.6, 9.0, 8.0, 9.0)
FROST = (5.0, 4.0, 4.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.5, 3.0, 5.0)
SUMMER = (0.3, 0.3, 0.6, 1.5, 2.0, 3.0, 4.0, 3.5, 2.0, 1.0, 0.5, 0.3)
SNOW = (5.0, 4.0, 3.0, 0.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.8, 4.0, 5.0)

CATEGORIES_BY_KIND: dict[str, tuple[IssueCategory, ...]] = {
    "urgent": (
        IssueCategory("heating", 0.56, HEAT, (
            "{place}{unit}单元室温只有{cold}度，暖气不热", "{place}{unit}单元{floor}楼暖气漏水",
            "{place}整栋楼供暖压力不足，顶层不热", "{place}{unit}单元供热管道爆裂，楼道有热水")),
        IssueCategory("water", 0.17, FROST, (
            "{place}{unit}单元停水，未见通知", "{place}{unit}单元自来水管冻裂",
            "{place}{floor}楼水压不足，用水困难")),
        IssueCategory("power", 0.11, EVEN, (
            "{place}{unit}单元停电", "{place}电表箱冒火花，需紧急处理")),
        IssueCategory("leak", 0.10, SUMMER, (
            "{place}{unit}单元顶层屋面漏雨", "{place}{unit}单元下水管道漏水到{floor}楼")),
        IssueCategory("gas", 0.06, EVEN, (
            "{place}{unit}单元楼道有燃气味", "{place}燃气阀门损坏，居民担心")),
    ),
    "dispute": (
        IssueCategory("dispute", 1.0, SUMMER, (
            "{place}{unit}单元上下楼因漏水发生纠纷", "{place}居民因停车位争执，请求调解",
            "{place}{unit}单元邻里噪音纠纷", "{place}居民与商户因占道经营发生矛盾",
            "{place}{unit}单元楼道堆物引发邻里纠纷")),
    ),
    "finding": (
        IssueCategory("late_cleaning", 0.58, EVEN, (
            "{place}{unit}单元楼道清扫不及时", "{place}垃圾桶满溢未清运",
            "{place}楼前积雪未及时清理")),
        IssueCategory("missing_warning", 0.42, EVEN, (
            "{place}外墙脱落处未设安全警示标志", "{place}楼前施工坑无警示围挡",
            "{place}檐口冰溜下方未设警示标识", "{place}电梯检修未张贴安全提示")),
    ),
    "complaint": (
        IssueCategory("property_complaint", 1.0, EVEN, (
            "投诉{place}物业收费不公示", "投诉{place}物业报修后多日未处理",
            "投诉{place}物业保洁不到位", "投诉{place}物业服务态度差")),
    ),
    "snap": (
        IssueCategory("pothole", 0.19, SUMMER, ("{street}路面有坑，骑行危险", "{street}井盖下沉")),
        IssueCategory("snow_ice", 0.21, SNOW, ("{street}人行道结冰，容易滑倒",
            "{street}积雪堵住非机动车道")),
        IssueCategory("rubbish", 0.23, EVEN, ("{street}路边堆放垃圾",
            "{street}绿化带内有建筑垃圾")),
        IssueCategory("street_light", 0.13, EVEN, ("{street}路灯不亮", "{street}路灯杆倾斜")),
        IssueCategory("illegal_parking", 0.15, EVEN, ("{street}车辆占用消防通道",
            "{street}违停堵住小区入口")),
        IssueCategory("damaged_facility", 0.09, EVEN, ("{street}护栏损坏", "{street}公交站牌倾倒")),
    ),
}  # fmt: skip
ISSUES_BY_KIND = {
    "urgent": figures.URGENT,
    "dispute": figures.DISPUTES,
    "finding": figures.FINDINGS,
    "complaint": figures.COMPLAINTS,
    "snap": figures.SNAPS,
}
CHANNELS_BY_KIND = {
    "urgent": (("hotline", 0.5), ("grid_member", 0.35), ("app", 0.15)),
    "dispute": (("grid_member", 0.7), ("hotline", 0.3)),
    "finding": (("steward", 0.55), ("observer", 0.45)),
    "complaint": (("hotline", 0.6), ("app", 0.4)),
    "snap": (("rider", 0.62), ("courier", 0.38)),
}
"""Channels with their shares."""
USUAL_OPEN_DAYS = {"urgent": 1.2, "dispute": 9.0, "finding": 5.0, "complaint": 8.0, "snap": 6.0}
"""Days that an issue usually stays open."""
