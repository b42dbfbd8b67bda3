import { beforeAll, expect, test } from "vitest";
import type { FeatureAt } from "../../../../maps/frontend/map/features_at.ts";
import { codeOf, contentsOf } from "../../../../maps/frontend/panels/popup_cards.ts";
import { loadPage } from "../page_config.ts";

beforeAll(() => loadPage());

const issue = (ref: string): FeatureAt => ({
  layer: "issues",
  props: { ref, category: "noise", status: "open", reported_at: "2024-05-01T00:00:00Z" },
});
const cluster: FeatureAt = { layer: "issues", props: { cluster: 12, unsettled: 3, radius: 18 } };
const area: FeatureAt = { layer: "areas", props: { code: "230403" } };

test("a popup has the features of one layer, without clusters and the heat map", () => {
  const features: FeatureAt[] = [issue("A"), cluster, { layer: "heat", props: { heat: 3 } }, issue("B"), area];
  expect(contentsOf(features, "issues").map(codeOf)).toEqual(["A", "B"]);
  expect(contentsOf(features, "areas").map(codeOf)).toEqual(["230403"]);
  expect(contentsOf(features, "heat")).toEqual([]);
});
