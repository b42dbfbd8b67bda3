"""The colours differ for colour-blind readers and in greyscale print."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from maps.folium import style

# Machado, Oliveira and Fernandes 2009, severity 1: the vision without one kind of cone.
VISION = {
    "full colour vision": np.eye(3),
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour: str) -> np.ndarray:
    levels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def luminance(rgb: np.ndarray) -> float:
    return float(rgb @ [0.2126, 0.7152, 0.0722])


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear sRGB under D65."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, two: str) -> float:
    """The contrast ratio of WCAG."""
    low, high = sorted(luminance(linear(colour)) for colour in (one, two))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("vision", VISION)
def test_covered_lapsed_and_never_covered_differ_for_all_kinds_of_vision(vision):
    perceived = [
        lab(np.array(VISION[vision]) @ linear(style.COLOURS[name]))
        for name in ("covered", "lapsed", "never_covered")
    ]
    for one, two in ((0, 1), (0, 2), (1, 2)):
        assert np.linalg.norm(perceived[one] - perceived[two]) > 20


def test_uncovered_is_darker_in_greyscale_print():
    lightness = [luminance(linear(style.COLOURS[name])) for name in ("covered", "never_covered")]
    assert (lightness[0] + 0.05) / (lightness[1] + 0.05) > 2


@pytest.mark.parametrize("colours", [[c for _, c in style.RATE_CLASSES], style.LOAD_COLOURS])
def test_class_colours_change_evenly_in_lightness(colours):
    lightness = [lab(linear(colour))[0] for colour in colours]
    steps = [after - before for before, after in pairwise(lightness)]
    assert all(step > 5 for step in steps) or all(step < -5 for step in steps)


def test_rate_classes_start_at_zero_and_increase():
    bounds = [bound for bound, _ in style.RATE_CLASSES]
    assert bounds[0] == 0
    assert bounds == sorted(set(bounds))
    assert bounds[-1] < 1


@pytest.mark.parametrize("ink", ["ink", "muted", "never_covered"])
def test_text_has_sufficient_contrast(ink):
    assert contrast(style.COLOURS[ink], "#ffffff") >= 4.5


def test_finer_levels_appear_at_higher_zooms():
    zooms = [style.LEVEL_ZOOMS[level] for level in style.LEVELS]
    assert zooms == sorted(zooms)


@pytest.mark.parametrize("vision", VISION)
def test_grid_colours_differ_for_all_kinds_of_vision(vision):
    perceived = [lab(np.array(VISION[vision]) @ linear(colour)) for colour in style.GRID_COLOURS]
    distances = [np.linalg.norm(a - b) for a, b in combinations(perceived, 2)]
    assert min(distances) > 15


GREY = np.outer(np.ones(3), [0.2126, 0.7152, 0.0722])
"""Greyscale print: each channel is the luminance."""
LEAST_DISTANCE = {"greyscale": 3.0}
"""The least distance in CIE L*a*b* (CIE76) between neighbours; 5 for everything else."""


def mix(colour: str, strength: float) -> str:
    """Return what the choropleth shows of a class colour: the rest is the colour of `land`."""
    levels = [
        round(land + (level - land) * strength)
        for level, land in zip(channels(colour), channels(style.COLOURS["land"]), strict=True)
    ]
    return "#" + "".join(f"{level:02x}" for level in levels)


def channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


RATES = [colour for _, colour in style.RATE_CLASSES]


@pytest.mark.parametrize("view", [*VISION, "greyscale"])
@pytest.mark.parametrize("step", range(3))
@pytest.mark.parametrize(
    ("kind", "colours"), [("rate", RATES), ("load", list(style.LOAD_COLOURS)[::-1])]
)
def test_neighbouring_classes_and_paper_differ_at_every_strength(kind, colours, step, view):
    """The palest class is a neighbour of areas without figures, which look like paper."""
    shades = [mix(colour, style.STRENGTHS[kind][step]) for colour in colours]
    seen_by = np.array(VISION.get(view, GREY))
    perceived = [lab(seen_by @ linear(colour)) for colour in [*shades, style.COLOURS["paper"]]]
    distances = [float(np.linalg.norm(a - b)) for a, b in pairwise(perceived)]
    assert min(distances) >= LEAST_DISTANCE.get(view, 5.0)


def test_the_hatch_of_areas_without_homes_is_visible():
    assert contrast(style.COLOURS["no_homes"], style.COLOURS["land"]) >= 1.7
