import { beforeEach, expect, test } from "vitest";
import { state } from "../../../../maps/frontend/core/store.ts";
import type { IssueProps } from "../../../../maps/frontend/core/types.ts";
import { ClusterSource } from "../../../../maps/frontend/map/clusters.ts";
import { type ClusterProps, propsOf } from "../../../../maps/frontend/map/tile_features.ts";
import { loadPage } from "../page_config.ts";
import { cacheOf, pointFeature, randomNumbers, style } from "./map_style.ts";

beforeEach(() => loadPage({ style, kind: "issues" }));

const STATUSES = ["open", "in_progress", "resolved", "closed"];

function randomIssues(seed: number, number: number) {
  const random = randomNumbers(seed);
  return Array.from({ length: number }, (_, index) => {
    const props: IssueProps = {
      ref: String(index),
      category: random() < 0.3 ? "waste" : "noise",
      status: STATUSES[Math.floor(random() * 4)],
      reported_at: "",
    };
    if (random() < 0.2) props.count = 1 + Math.floor(random() * 30);
    return pointFeature(random() * 600 - 40, random() * 600 - 40, props);
  });
}

const total = (list: readonly IssueProps[]) => list.reduce((sum, { count }) => sum + (count ?? 1), 0);

async function clustersOf(points: ReturnType<typeof randomIssues>, isShown: (props: IssueProps) => boolean) {
  const source = new ClusterSource("issues", cacheOf("issues", points), isShown);
  return (await source.get({ z: 11, x: 0, y: 0 }, 512)).get("issues")!;
}

test.each([1, 0.8])("clusters do not overlap when symbols are enlarged %d times", async (scale) => {
  state.scale = scale;
  for (const [seed, number] of [10, 60, 300, 1500].entries()) {
    const clusters = await clustersOf(randomIssues(seed, number), () => true);
    const discs = clusters.map((cluster) => ({
      ...cluster.geom[0][0],
      radius: propsOf<Partial<ClusterProps>>(cluster).radius ?? 5 * scale,
    }));
    for (const [index, a] of discs.entries()) {
      for (const b of discs.slice(index + 1))
        expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThanOrEqual(a.radius + b.radius);
    }
  }
});

test("every issue shown of the tile is counted once, and every unresolved one", async () => {
  const points = randomIssues(5, 700);
  const shown = points
    .filter(({ geom: [[{ x, y }]] }) => x >= 0 && y >= 0 && x < 512 && y < 512)
    .map(({ props }) => props)
    .filter(({ category }) => category === "noise");
  const unresolved = shown.filter(({ status }) => status === "open" || status === "in_progress");
  let [issues, unsettled] = [0, 0];
  for (const cluster of await clustersOf(points, ({ category }) => category === "noise")) {
    const props = propsOf<Partial<ClusterProps> & IssueProps>(cluster);
    issues += props.cluster ?? 1;
    unsettled += props.unsettled ?? (["open", "in_progress"].includes(props.status) ? 1 : 0);
  }
  expect(issues).toBe(total(shown));
  expect(unsettled).toBe(total(unresolved));
});

test("an issue that is alone in its cell keeps its properties", async () => {
  const [point] = randomIssues(1, 1);
  const alone = { ...pointFeature(300, 200, { ...point.props, count: undefined }) };
  const [cluster] = await clustersOf([alone], () => true);
  expect(cluster.props).toBe(alone.props);
  expect(cluster.geom[0][0]).toMatchObject({ x: 300, y: 200 });
});
