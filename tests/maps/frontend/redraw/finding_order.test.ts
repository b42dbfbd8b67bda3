import { expect, test } from "vitest";
import { rankFindings, sortFindings } from "../../../../maps/frontend/redraw/finding_order.ts";
import type { Finding } from "../../../../maps/frontend/redraw/plan_types.ts";

const finding = (changes: Partial<Finding>): Finding => ({
  kind: "grid_too_large",
  is_error: false,
  codes: ["1"],
  size: 400,
  unit: "households",
  limit: 300,
  lon: 130,
  lat: 47,
  meaning: "",
  geometry: null,
  ...changes,
});

const isNew = (after: Partial<Finding>, ...before: Partial<Finding>[]) =>
  rankFindings([finding(after)], before.map(finding))[0].isNew;

test("a finding is new if there was none of its kind about the same grids", () => {
  expect(isNew({})).toBe(true);
  expect(isNew({}, { codes: ["2"] })).toBe(true);
  expect(isNew({}, { kind: "grid_in_parts" })).toBe(true);
  expect(isNew({}, { limit: 200 })).toBe(true);
  expect(isNew({}, {})).toBe(false);
});

test("a finding that the plan made worse is new, one that it made better is not", () => {
  expect(isNew({ size: 401 }, { size: 400 })).toBe(true);
  expect(isNew({ size: 399 }, { size: 400 })).toBe(false);
});

test.each(["grid_too_small", "grid_long_thin"])("a %s gets worse as it gets smaller", (kind) => {
  expect(isNew({ kind, size: 40 }, { kind, size: 50 })).toBe(true);
  expect(isNew({ kind, size: 60 }, { kind, size: 50 })).toBe(false);
});

test("errors come first, then new findings, otherwise in the order of the service", () => {
  const before = [finding({ codes: ["b"] }), finding({ codes: ["d"], is_error: true })];
  const after = ["a", "b", "c"].map((code) => finding({ codes: [code] }));
  const errors = ["d", "e"].map((code) => finding({ codes: [code], is_error: true }));
  expect(rankFindings([...after, ...errors], before).map(({ codes }) => codes[0])).toEqual(["e", "d", "a", "c", "b"]);
});

test("findings are sorted by grid, by kind, or by size within a kind", () => {
  const ranked = rankFindings(
    [
      finding({ codes: ["c"], kind: "grid_in_parts", size: 5 }),
      finding({ codes: ["b"], size: 310 }),
      finding({ codes: ["a"], size: 412 }),
    ],
    [],
  );
  const codes = (order: Parameters<typeof sortFindings>[1]) =>
    sortFindings(ranked, order).map(({ codes: [code] }) => code);
  expect(codes("severity")).toEqual(["c", "b", "a"]);
  expect(codes("grid")).toEqual(["a", "b", "c"]);
  expect(codes("kind")).toEqual(["c", "b", "a"]);
  expect(codes("size")).toEqual(["c", "a", "b"]);
});
