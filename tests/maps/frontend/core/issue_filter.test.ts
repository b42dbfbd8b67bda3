import { beforeEach, expect, test, vi } from "vitest";
import type { PackedLayer } from "../../../../maps/frontend/core/store.ts";

/* The rows and the palette are cached for a page, so each test opens another. */
async function openPage(data: Record<string, PackedLayer> | null, issueCounts: object[] = []) {
  vi.resetModules();
  const { loadPage, service } = await import("../page_config.ts");
  loadPage(data ? {} : { service: { ...service, issueCounts: issueCounts as typeof service.issueCounts } }, data);
  const { state } = await import("../../../../maps/frontend/core/store.ts");
  return { state, issues: await import("../../../../maps/frontend/core/issue_filter.ts") };
}

const counts = [
  { category: "roads", status: "open", issues: 3 },
  { category: "water", status: "open", issues: 4 },
  { category: "water", status: "closed", issues: 4 },
  { category: "heating", status: "resolved", issues: 3 },
];

const columns = {
  ref: ["1", "2", "3", "4"],
  category: ["heating", "heating", "roads", "heating"],
  status: ["open", "open", "open", "closed"],
  reported_at: ["2024-05-01T02:00:00Z", "2024-05-31T15:59:00Z", "2024-05-31T16:00:00Z", "2024-06-01T02:00:00Z"],
};
const ones = [1, 1, 1, 1];
const data = {
  issues: { count: 4, columns, geometry: { types: 1 as const, parts: ones, sizes: ones, deltas: Array(8).fill(0) } },
};

beforeEach(() => vi.unstubAllGlobals());

test("a served page has the counts of the service", async () => {
  const { issues } = await openPage(null, counts);
  expect(issues.issueRows()).toEqual(counts);
  expect(issues.issueTotal(issues.issueRows())).toBe(14);
  expect(issues.countResolved(issues.issueRows())).toBe(7);
});

test("categories are in order of their frequency, then of the alphabet", async () => {
  const { issues } = await openPage(null, counts);
  expect(issues.categories()).toEqual(["water", "heating", "roads"]);
});

test("the most frequent categories have the colours of the palette, the others share one", async () => {
  const { issues } = await openPage(null, counts);
  expect(["water", "heating", "roads", "noise"].map(issues.categoryColour)).toEqual([
    "#111111",
    "#222222",
    "#7b868d",
    "#7b868d",
  ]);
});

test("a stand-alone page counts its issues, and counts them again for another period", async () => {
  const { state, issues } = await openPage(data);
  expect(issues.issueRows()).toEqual([
    { category: "heating", status: "open", issues: 2 },
    { category: "roads", status: "open", issues: 1 },
    { category: "heating", status: "closed", issues: 1 },
  ]);
  state.period = { from: null, to: "2024-05-30" };
  await issues.recountIssues();
  expect(issues.issueRows()).toEqual([{ category: "heating", status: "open", issues: 1 }]);
});

test("counts that cannot be loaded are none of the period, until they are loaded", async () => {
  const { issues } = await openPage(null, counts);
  expect(issues.isPeriodCounted()).toBe(true);
  vi.stubGlobal("fetch", async () => new Response("broken", { status: 503 }));
  await expect(issues.recountIssues()).rejects.toThrow("503");
  expect(issues.isPeriodCounted()).toBe(false);
  vi.stubGlobal("fetch", async () => Response.json([counts[0]]));
  await issues.recountIssues();
  expect([issues.isPeriodCounted(), issues.issueRows()]).toEqual([true, [counts[0]]]);
});

test("counts of a period that was left meanwhile are dropped, and so is their failure", async () => {
  const { state, issues } = await openPage(null, counts);
  const releases: ((response: Response) => void)[] = [];
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => releases.push(resolve)));
  const requests = ["2020-01-01", "2021-01-01", "2022-01-01"].map((from) => {
    state.period = { from, to: null };
    return issues.recountIssues();
  });
  releases[2](Response.json([counts[2]]));
  await requests[2];
  releases[0](Response.json([counts[0]]));
  releases[1](new Response("broken", { status: 503 }));
  await Promise.all(requests);
  expect([issues.isPeriodCounted(), issues.issueRows()]).toEqual([true, [counts[2]]]);
});

test("all categories stay those of the first count", async () => {
  const { state, issues } = await openPage(data);
  expect(issues.allCategories()).toEqual(["heating", "roads"]);
  state.period = { from: null, to: "2024-05-30" };
  await issues.recountIssues();
  expect(issues.allCategories()).toEqual(["heating", "roads"]);
  expect(issues.categories()).toEqual(["heating"]);
});

test("an issue is shown unless its category or status is hidden, or it is outside the period", async () => {
  const { state, issues } = await openPage(data);
  const issue = { category: "heating", status: "open", reported_at: "2024-05-15T04:00:00Z" };
  expect(issues.isShown(issue)).toBe(true);
  state.hidden.status = new Set(["open"]);
  expect(issues.isShown(issue)).toBe(false);
  state.hidden.status = new Set();
  state.hidden.category = new Set(["heating"]);
  expect(issues.isShown(issue)).toBe(false);
  state.hidden.category = new Set();
  state.period = { from: "2024-05-16", to: null };
  expect(issues.isShown(issue)).toBe(false);
  state.period = { from: "2024-05-15", to: "2024-05-15" };
  expect(issues.isShown(issue)).toBe(true);
});

test("the service filters by period, so a served page does not", async () => {
  const { state, issues } = await openPage(null, counts);
  state.period = { from: "2030-01-01", to: null };
  expect(issues.inPeriod({ reported_at: "2024-05-15T04:00:00Z" })).toBe(true);
});

test("no issue is shown when every status or every category is hidden", async () => {
  const { state, issues } = await openPage(null, counts);
  expect(issues.showsNoIssue()).toBe(false);
  state.hidden.category = new Set(["heating", "roads", "water"]);
  expect(issues.showsNoIssue()).toBe(true);
  state.hidden.category = new Set(["heating", "roads"]);
  expect(issues.showsNoIssue()).toBe(false);
  state.hidden.status = new Set(issues.STATUSES);
  expect(issues.showsNoIssue()).toBe(true);
});
