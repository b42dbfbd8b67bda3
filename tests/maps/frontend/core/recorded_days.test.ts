import { expect, test } from "vitest";
import { hasDays, isRecorded, recordedDays } from "../../../../maps/frontend/core/recorded_days.ts";
import { loadPage, service } from "../page_config.ts";

test("the days of a served page are those of the records, including both ends", () => {
  loadPage({ service: { ...service, firstDay: "2020-01-01", today: "2024-06-30" } });
  expect(["2019-12-31", "2020-01-01", "2024-06-30", "2024-07-01"].map(isRecorded)).toEqual([false, true, true, false]);
});

test("without records any day before today can be shown", () => {
  loadPage({ service: { ...service, firstDay: null } });
  expect(recordedDays().first).toBeNull();
  expect(isRecorded("1950-01-01")).toBe(true);
});

test("without a service the last day is that of the page", () => {
  loadPage({ service: null, on: "2023-03-03" });
  expect(recordedDays()).toEqual({ first: null, last: "2023-03-03" });
});

test("only served pages of coverage can show other days", () => {
  loadPage();
  expect(hasDays()).toBe(true);
  loadPage({ kind: "issues" });
  expect(hasDays()).toBe(false);
  loadPage({ service: null });
  expect(hasDays()).toBe(false);
});
