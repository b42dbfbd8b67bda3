"""The words of the change notice, beside those of the redraw table."""

from typing import Final

from geo.settings import Language
from maps.locales.redraw_texts import REDRAW_WORDS

_ZH: Final = {
    "notice": "网格调整通知",
    "notice_of": "第 {number} 号方案",
    "drawn_up_by": "编制人",
    "in_force_from": "生效时间",
    "not_in_force": "尚未发布",
    "grid_code": "网格代码",
    "grid_name": "名称",
    "was_named": "原名",
    "fate": "变化",
    "fate.kept": "不变",
    "fate.new": "新设",
    "fate.gone": "撤销",
    "fate.redrawn": "边界调整",
    "fate.renamed": "改名",
    "in_all": "合计变动",
    "back_to_plan": "返回方案",
}
_EN: Final = {
    "notice": "Notice of changed micro-grids",
    "notice_of": "Plan {number}",
    "drawn_up_by": "Drawn up by",
    "in_force_from": "In force from",
    "not_in_force": "not published yet",
    "grid_code": "Grid",
    "grid_name": "Name",
    "was_named": "before:",
    "fate": "Change",
    "fate.kept": "as before",
    "fate.new": "new",
    "fate.gone": "no more",
    "fate.redrawn": "redrawn",
    "fate.renamed": "renamed",
    "in_all": "What changes grid in all",
    "back_to_plan": "Back to the plan",
}

NOTICE_WORDS: Final[dict[Language, dict[str, str]]] = {
    Language.ZH: REDRAW_WORDS[Language.ZH] | _ZH,
    Language.EN: REDRAW_WORDS[Language.EN] | _EN,
}
