import { describe, expect, test } from "vitest";
import {
  areaPath,
  countRange,
  dayPosition,
  linePath,
  nearestIndex,
  type Plot,
  rateRange,
  stretches,
  valuePosition,
  yearTicks,
} from "../../../../maps/frontend/panels/chart_scales.ts";

const plot: Plot = { left: 40, right: 140, top: 10, bottom: 60 };

test("days lie between the ends of the axis by their distance in time", () => {
  expect(dayPosition("2024-01-01", "2024-01-01", "2024-01-11", plot)).toBe(40);
  expect(dayPosition("2024-01-06", "2024-01-01", "2024-01-11", plot)).toBe(90);
  expect(dayPosition("2024-01-11", "2024-01-01", "2024-01-11", plot)).toBe(140);
});

test("days outside the axis are at its ends, and the only day at the last", () => {
  expect(dayPosition("2020-01-01", "2024-01-01", "2024-01-11", plot)).toBe(40);
  expect(dayPosition("2030-01-01", "2024-01-01", "2024-01-11", plot)).toBe(140);
  expect(dayPosition("2024-01-01", "2024-01-01", "2024-01-01", plot)).toBe(140);
});

test("high values are at the top", () => {
  expect(valuePosition(0, { low: 0, high: 20 }, plot)).toBe(60);
  expect(valuePosition(20, { low: 0, high: 20 }, plot)).toBe(10);
});

describe("ranges", () => {
  test("of rates are whole tens of percent around all rates", () => {
    expect(rateRange([0.176, 0.618])).toEqual({ low: 0.1, high: 0.7 });
    expect(rateRange([0, 1])).toEqual({ low: 0, high: 1 });
  });

  test("of equal rates are not empty", () => {
    for (const rate of [0, 0.5, 1]) {
      const { low, high } = rateRange([rate]);
      expect(low).toBeLessThan(high);
      expect(low).toBeLessThanOrEqual(rate);
      expect(high).toBeGreaterThanOrEqual(rate);
    }
  });

  test("of counts begin at 0 and have an end of two digits", () => {
    expect(countRange([0, 0])).toEqual({ low: 0, high: 1 });
    expect(countRange([6, 28])).toEqual({ low: 0, high: 28 });
    expect(countRange([595, 613])).toEqual({ low: 0, high: 620 });
    expect(countRange([4253])).toEqual({ low: 0, high: 4300 });
  });
});

describe("paths", () => {
  const positions = [[0, 1], [2, 3], null, [4, 5]] as const;

  test("have gaps where there is no value", () => {
    expect(stretches(positions)).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
      [[4, 5]],
    ]);
    expect(linePath(positions)).toBe("M0.0 1.0L2.0 3.0M4.0 5.0");
  });

  test("of areas are closed at the bottom", () => {
    expect(
      areaPath(
        [
          [0, 1],
          [2, 3],
        ],
        plot,
      ),
    ).toBe("M0.0 60L0.0 1.0L2.0 3.0L2.0 60Z");
  });

  test("of nothing are empty", () => {
    expect(linePath([null, null])).toBe("");
  });
});

test("years have room between one another and the ends", () => {
  const wide: Plot = { ...plot, right: 340 };
  const ticks = yearTicks("2016-12-01", "2026-11-29", wide, { end: 80, between: 40 });
  const xs = ticks.map((day) => dayPosition(day, "2016-12-01", "2026-11-29", wide));
  expect(ticks.length).toBeGreaterThan(2);
  xs.forEach((x, index) => {
    expect(x).toBeGreaterThanOrEqual(120);
    expect(x).toBeLessThanOrEqual(260);
    if (index) expect(x - xs[index - 1]).toBeGreaterThanOrEqual(40);
  });
});

test("the nearest position is found on both sides", () => {
  expect(nearestIndex([0, 10, 20], -5)).toBe(0);
  expect(nearestIndex([0, 10, 20], 14)).toBe(1);
  expect(nearestIndex([0, 10, 20], 99)).toBe(2);
});
