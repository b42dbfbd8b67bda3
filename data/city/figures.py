"""The published figures that the sample city meets, and the shares that it chooses."""

from datetime import date

TODAY = date(2025, 12, 31)

BUILDINGS = 4_253
COVERED = round(0.86 * BUILDINGS)
ADOPTED = 1_095
HOMEOWNER_COMMITTEES = 65
PROPERTY_COMMITTEES = 156
GRIDS = 721
GRID_MEMBERS = 7_300
STATIONS = 151
SERVICES = 57
URGENT, DISPUTES, FINDINGS, COMPLAINTS, SNAPS = 1_300, 270, 749, 131, 3_700

WEIMIN_BEFORE, WEIMIN_AFTER = 6, 21
WEIMIN_CLIMB = (
    (800, 7), (735, 8), (660, 10), (560, 11), (470, 13), (380, 15), (290, 17), (180, 19), (75, 21),
)  # fmt: skip
"""Days before today, and how many buildings of Weimin have a manager from then on."""

DISTRICTS = {
    "230402": ("向阳区", "Xiangyang District"),
    "230403": ("工农区", "Gongnong District"),
    "230404": ("南山区", "Nanshan District"),
    "230405": ("兴安区", "Xing'an District"),
    "230406": ("东山区", "Dongshan District"),
    "230407": ("兴山区", "Xingshan District"),
}
SHARES = {
    "230402": (780, 4, 14),
    "230403": (940, 6, 18),
    "230404": (770, 5, 16),
    "230405": (600, 5, 13),
    "230406": (660, 5, 14),
    "230407": (503, 4, 11),
}
"""Residential buildings, subdistricts and communities of each district.

Invented; the buildings add up to BUILDINGS.
"""
NAMED_SUBDISTRICTS = {"230403": (("新安", "Xin'an"),)}
NAMED_COMMUNITIES = {
    "230405": (("育安", "Yu'an"), ("兴鑫", "Xingxin")),
    "230406": (("大洋树", "Dayangshu"),),
    "230407": (("为民", "Weimin"),),
}

OLD_AGE = 26


def is_old(built_year: int, today: date) -> bool:
    """Return whether a residential building is old: built 26 or more years ago."""
    return today.year - built_year >= OLD_AGE
