"""The frame of managers: firms first, then every committee and group in order of foundation."""

from dataclasses import dataclass, field

import pandas as pd

from data.city import names

SUFFIX = {
    "homeowner_committee": "业主委员会",
    "property_management_committee": "物业管理委员会",
    "self_managed": "居民自管小组",
    "community_led": "红色物业服务中心",
}
FIRMS_PER_DISTRICT = 6


@dataclass
class ManagerTable:
    """The code of each manager by kind and name, in the order in which they were added."""

    codes: dict[tuple[str, str], str] = field(default_factory=dict)

    def firms(self, district: int) -> list[str]:
        """Return the codes of the firms of the n-th district; some work in two districts."""
        start = district * (FIRMS_PER_DISTRICT - 2)
        words = [
            names.FIRM_NAMES[(start + i) % len(names.FIRM_NAMES)] for i in range(FIRMS_PER_DISTRICT)
        ]
        return [self.code_of("property_firm", f"鹤岗市{word}物业服务有限公司") for word in words]

    def committee(self, kind: str, place: str) -> str:
        """Return the code of the committee or group of a place; adds it if it is new."""
        return self.code_of(kind, place + SUFFIX[kind])

    def code_of(self, kind: str, name: str) -> str:
        """Return the code of a manager; adds it if it is new."""
        return self.codes.setdefault((kind, name), f"2304-M{len(self.codes) + 1:03}")

    def frame(self) -> pd.DataFrame:
        """Return code, name, kind and phone; no real number has the form 0468-000-nnnn."""
        return pd.DataFrame(
            [
                (code, name, kind, f"0468-000-{i:04}")
                for i, ((kind, name), code) in enumerate(self.codes.items(), start=1)
            ],
            columns=["code", "name", "kind", "phone"],
        )
