import { expect, test } from "vitest";
import { sum, sumRows } from "../../../../maps/frontend/core/totals.ts";

test("a sum counts rows without the figure as 0", () => {
  expect(sum([{ gained: 2 }, { gained: null }, {}, { gained: 5 }], "gained")).toBe(7);
});

test("the rate of several rows is that of their buildings, not the mean of their rates", () => {
  const rows = [
    { buildings: 1, covered: 1, uncovered: 0, rate: 1, households: 10, covered_households: 10 },
    { buildings: 9, covered: 0, uncovered: 9, rate: 0, households: 90, covered_households: 0 },
  ];
  expect(sumRows(rows)).toEqual({
    buildings: 10,
    covered: 1,
    uncovered: 9,
    rate: 0.1,
    households: 100,
    covered_households: 10,
  });
});

test("no buildings have no rate", () => {
  expect(sumRows([]).rate).toBeNull();
  expect(sumRows([{ buildings: 0, covered: 0 }]).rate).toBeNull();
});
