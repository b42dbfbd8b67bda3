import { beforeEach, expect, test } from "vitest";
import { coverageChanges, earlierDay } from "../../../../maps/frontend/map/coverage_changes.ts";
import { loadPage, service } from "../page_config.ts";

beforeEach(() => loadPage({ service: { ...service, firstDay: "2020-01-01", today: "2024-06-30" } }));

test("the earlier day of a comparison is a year before", () => {
  expect(earlierDay("2024-06-30")).toBe("2023-06-30");
  expect(earlierDay("2021-01-01")).toBe("2020-01-01");
});

test("a year before a leap day is the end of February", () => {
  expect(earlierDay("2024-02-29")).toBe("2023-02-28");
  expect(earlierDay("2024-02-28")).toBe("2023-02-28");
});

test("the earlier day is the first recorded one where records do not go back a year", () => {
  expect(earlierDay("2020-08-15")).toBe("2020-01-01");
});

test("buildings changed that are covered on one of two days only", () => {
  const building = (code: string, covered: boolean) => ({ props: { code, covered } });
  const before = [building("kept", true), building("lost", true), building("gained", false), building("razed", true)];
  const after = [building("kept", true), building("lost", false), building("gained", true), building("never", false)];
  expect(coverageChanges(before, [...after, building("new", true)])).toEqual(
    new Map([
      ["lost", "lost"],
      ["gained", "gained"],
      ["new", "gained"],
    ]),
  );
});

test("in tiles the kind of manager says whether a building is covered", () => {
  const changes = coverageChanges(
    [{ props: { code: "1", manager_kind: "property_firm" } }],
    [{ props: { code: "1", manager_kind: null } }],
  );
  expect(changes.get("1")).toBe("lost");
});
