import { expect, test } from "vitest";
import { dayBefore, withGaps } from "../../../../maps/frontend/panels/coverage_history.ts";

const period = (from: string, to: string | null, manager = "甲") => ({
  covered_from: from,
  covered_to: to,
  manager,
  manager_kind: "property_firm",
});

test("a building without periods has no history", () => {
  expect(withGaps([])).toEqual([]);
});

test("a period that is in force is followed by no gap", () => {
  expect(withGaps([period("2020-01-01", null)])).toEqual([
    { from: "2020-01-01", to: null, manager: "甲", kind: "property_firm" },
  ]);
});

test("a period that ended is followed by an open gap", () => {
  expect(withGaps([period("2020-01-01", "2021-01-01")]).at(-1)).toEqual({ from: "2021-01-01", to: null });
});

test("there is a gap between periods that do not touch, and none between those that do", () => {
  const entries = withGaps([
    period("2018-01-01", "2019-01-01", "甲"),
    period("2019-01-01", "2020-01-01", "乙"),
    period("2020-06-01", null, "丙"),
  ]);
  expect(entries.map(({ from, manager }) => [from, manager])).toEqual([
    ["2018-01-01", "甲"],
    ["2019-01-01", "乙"],
    ["2020-01-01", undefined],
    ["2020-06-01", "丙"],
  ]);
});

test("each entry begins where the one before it ends", () => {
  const days = ["2015-03-01", "2016-02-29", "2017-01-01", "2018-01-01", "2019-12-31", "2020-01-01"];
  // Every set of periods between these days that do not overlap.
  for (let mask = 1; mask < 2 ** (days.length - 1); mask++) {
    const periods = days.slice(1).flatMap((to, index) => (mask & (1 << index) ? [period(days[index], to)] : []));
    const entries = withGaps(periods);
    for (const [index, entry] of entries.slice(1).entries()) expect(entry.from).toBe(entries[index].to);
    expect(entries.filter(({ manager }) => manager)).toHaveLength(periods.length);
    expect(
      entries.some(({ manager }, index) => !manager && !entries[index + 1]?.manager && index + 1 < entries.length),
    ).toBe(false);
    expect(entries.at(-1)?.to).toBeNull();
  }
});

test("the day before the first of a month is the last of the month before, also in a leap year", () => {
  expect(dayBefore("2024-03-01")).toBe("2024-02-29");
  expect(dayBefore("2023-03-01")).toBe("2023-02-28");
  expect(dayBefore("2024-01-01")).toBe("2023-12-31");
  expect(dayBefore("2024-06-15")).toBe("2024-06-14");
});
