"""What is reported: categories with their season, their share and what people write."""

from dataclasses import dataclass

from data.city import figures


@dataclass(frozen=True)
class Subject:
    """One category: its share within its kind, its share of each month, what people write."""

    category: str
    share: float
    season: tuple[float, ...]
    texts: tuple[str, ...]


EVEN = (1.0,) * 12
HEAT = (10.0, 8.0, 6.0, 3.0, 0.2, 0.05, 0.05, 0.05, 0.6, 9.0, 8.0, 9.0)
FROST = (5.0, 4.0, 4.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.5, 3.0, 5.0)
SUMMER = (0.3, 0.3, 0.6, 1.5, 2.0, 3.0, 4.0, 3.5, 2.0, 1.0, 0.5, 0.3)
SNOW = (5.0, 4.0, 3.0, 0.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.8, 4.0, 5.0)

KINDS: dict[str, tuple[Subject, ...]] = {
    "urgent": (
        Subject("heating", 0.56, HEAT, (
            "{place}{unit}单元室温只有{cold}度，暖气不热", "{place}{unit}单元{floor}楼暖气漏水",
            "{place}整栋楼供暖压力不足，顶层不热", "{place}{unit}单元供热管道爆裂，楼道有热水")),
        Subject("water", 0.17, FROST, (
            "{place}{unit}单元停水，未见通知", "{place}{unit}单元自来水管冻裂",
            "{place}{floor}楼水压不足，用水困难")),
        Subject("power", 0.11, EVEN, (
            "{place}{unit}单元停电", "{place}电表箱冒火花，需紧急处理")),
        Subject("leak", 0.10, SUMMER, (
            "{place}{unit}单元顶层屋面漏雨", "{place}{unit}单元下水管道漏水到{floor}楼")),
        Subject("gas", 0.06, EVEN, (
            "{place}{unit}单元楼道有燃气味", "{place}燃气阀门损坏，居民担心")),
    ),
    "dispute": (
        Subject("dispute", 1.0, SUMMER, (
            "{place}{unit}单元上下楼因漏水发生纠纷", "{place}居民因停车位争执，请求调解",
            "{place}{unit}单元邻里噪音纠纷", "{place}居民与商户因占道经营发生矛盾",
            "{place}{unit}单元楼道堆物引发邻里纠纷")),
    ),
    "finding": (
        Subject("late_cleaning", 0.58, EVEN, (
            "{place}{unit}单元楼道清扫不及时", "{place}垃圾桶满溢未清运",
            "{place}楼前积雪未及时清理")),
        Subject("missing_warning", 0.42, EVEN, (
            "{place}外墙脱落处未设安全警示标志", "{place}楼前施工坑无警示围挡",
            "{place}檐口冰溜下方未设警示标识", "{place}电梯检修未张贴安全提示")),
    ),
    "complaint": (
        Subject("property_complaint", 1.0, EVEN, (
            "投诉{place}物业收费不公示", "投诉{place}物业报修后多日未处理",
            "投诉{place}物业保洁不到位", "投诉{place}物业服务态度差")),
    ),
    "snap": (
        Subject("pothole", 0.19, SUMMER, ("{street}路面有坑，骑行危险", "{street}井盖下沉")),
        Subject("snow_ice", 0.21, SNOW, ("{street}人行道结冰，容易滑倒",
            "{street}积雪堵住非机动车道")),
        Subject("rubbish", 0.23, EVEN, ("{street}路边堆放垃圾", "{street}绿化带内有建筑垃圾")),
        Subject("street_light", 0.13, EVEN, ("{street}路灯不亮", "{street}路灯杆倾斜")),
        Subject("illegal_parking", 0.15, EVEN, ("{street}车辆占用消防通道",
            "{street}违停堵住小区入口")),
        Subject("damaged_facility", 0.09, EVEN, ("{street}护栏损坏", "{street}公交站牌倾倒")),
    ),
}  # fmt: skip
COUNTS = {
    "urgent": figures.URGENT,
    "dispute": figures.DISPUTES,
    "finding": figures.FINDINGS,
    "complaint": figures.COMPLAINTS,
    "snap": figures.SNAPS,
}
CHANNELS = {
    "urgent": (("hotline", 0.5), ("grid_member", 0.35), ("app", 0.15)),
    "dispute": (("grid_member", 0.7), ("hotline", 0.3)),
    "finding": (("steward", 0.55), ("observer", 0.45)),
    "complaint": (("hotline", 0.6), ("app", 0.4)),
    "snap": (("rider", 0.62), ("courier", 0.38)),
}
# How long a report usually stays open, in days.
PATIENCE = {"urgent": 1.2, "dispute": 9.0, "finding": 5.0, "complaint": 8.0, "snap": 6.0}
