import { beforeEach, expect, test } from "vitest";
import { state } from "../../../../maps/frontend/core/store.ts";
import { countsOf } from "../../../../maps/frontend/panels/issue_counts.ts";
import { loadPage, service } from "../page_config.ts";

const issueCounts = [
  { category: "noise", status: "open", issues: 5 },
  { category: "noise", status: "closed", issues: 2 },
  { category: "waste", status: "open", issues: 4 },
];

beforeEach(() => loadPage({ kind: "issues", service: { ...service, issueCounts } }));

test("values are counted in the order they are listed, also those without issues", () => {
  expect(countsOf("category", ["waste", "noise", "trees"])).toEqual([
    { name: "waste", count: 4 },
    { name: "noise", count: 7 },
    { name: "trees", count: 0 },
  ]);
});

test("a hidden value of the other family is not counted", () => {
  state.hidden.status.add("open");
  expect(countsOf("category", ["noise", "waste"]).map(({ count }) => count)).toEqual([2, 0]);
  state.hidden.category.add("noise");
  expect(countsOf("status", ["open", "closed"]).map(({ count }) => count)).toEqual([4, 0]);
});

test("a hidden value keeps its own count", () => {
  state.hidden.category.add("noise");
  expect(countsOf("category", ["noise", "waste"]).map(({ count }) => count)).toEqual([7, 4]);
});
