import { beforeEach, expect, test, vi } from "vitest";
import { earliestTime, scheduledRevisions } from "../../../../maps/frontend/redraw/scheduled_revisions.ts";
import { loadPage } from "../page_config.ts";

const NOW = Date.parse("2024-07-01T00:00:00Z");

const revision = (number: number, effectiveAt: string) => ({
  number,
  effective_at: effectiveAt,
  title: "Merge",
  author: null,
});

beforeEach(() => {
  loadPage({ kind: "redraw", urls: { revisions: "/v1/revisions" } });
  const lists: Record<string, ReturnType<typeof revision>[]> = {
    A: [revision(3, "2024-07-02T08:30:00+00:00"), revision(1, "2020-01-01T00:00:00+00:00")],
    B: [revision(4, "2024-07-05T08:30:12+00:00")],
  };
  vi.stubGlobal("fetch", async (address: string) => {
    const area = new URL(address, "http://service").searchParams.get("area") ?? "";
    return Response.json({ revisions: lists[area] });
  });
});

test("scheduled revisions are those that are not in force yet, the last one first", async () => {
  const scheduled = await scheduledRevisions(["A", "B"], NOW);
  expect(scheduled.map(({ community, revision: { number } }) => [community, number])).toEqual([
    ["B", 4],
    ["A", 3],
  ]);
  expect(await scheduledRevisions(["A"], Date.parse("2024-07-03T00:00:00Z"))).toEqual([]);
});

test("the earliest time is the first full minute after the last of them, in the city", async () => {
  expect(earliestTime(await scheduledRevisions(["A", "B"], NOW))).toBe("2024-07-05T16:31");
  expect(earliestTime(await scheduledRevisions(["A"], NOW))).toBe("2024-07-02T16:31");
  expect(earliestTime([])).toBe("");
});
