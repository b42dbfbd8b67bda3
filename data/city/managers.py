"""The frame of managers: firms first, then every committee and group as it is founded."""

from dataclasses import dataclass, field

import pandas as pd

from data.city import names

SUFFIX = {
    "homeowner_committee": "业主委员会",
    "property_management_committee": "物业管理委员会",
    "self_managed": "居民自管小组",
    "community_led": "红色物业服务中心",
}
PER_DISTRICT = 6


@dataclass
class Register:
    """Managers as they are entered; the position of a manager is its row."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    seen: dict[tuple[str, str], str] = field(default_factory=dict)

    def firms(self, district: int) -> list[str]:
        """Return the codes of the firms at work in the n-th district; some work in two."""
        start = district * (PER_DISTRICT - 2)
        found = [names.FIRMS[(start + i) % len(names.FIRMS)] for i in range(PER_DISTRICT)]
        return [self.enter("property_firm", f"鹤岗市{word}物业服务有限公司") for word in found]

    def found(self, kind: str, place: str) -> str:
        """Return the code of a committee or group of a place, entered when it is new."""
        return self.enter(kind, place + SUFFIX[kind])

    def enter(self, kind: str, name: str) -> str:
        """Return the code of a manager, entered when it is new."""
        if (kind, name) not in self.seen:
            self.rows.append((kind, name))
            self.seen[kind, name] = f"2304-M{len(self.rows):03}"
        return self.seen[kind, name]

    def frame(self) -> pd.DataFrame:
        """Return code, name, kind and phone; no real number has the form 0468-000-nnnn."""
        return pd.DataFrame(
            [
                (code, name, kind, f"0468-000-{i:04}")
                for i, ((kind, name), code) in enumerate(self.seen.items(), start=1)
            ],
            columns=["code", "name", "kind", "phone"],
        )
