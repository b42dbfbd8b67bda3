/* The text of the tooltip that follows the pointer. */

import { config } from "../core/store.ts";
import { displayName, formatNumber, formatPercent, translate, translateValue } from "../core/texts.ts";
import type { AreaProps, IssueProps } from "../core/types.ts";
import type { FeatureAt } from "../map/features_at.ts";
import type { ClusterProps } from "../map/tile_features.ts";
import { coverageStatus } from "./coverage_status.ts";

/** Returns the text of the tooltip of a feature. */
export function tooltipText(feature: FeatureAt): string {
  switch (feature.layer) {
    case "buildings":
      return `${displayName(feature.props)} · ${coverageStatus(feature.props)}`;
    case "heat":
      return issuesHere(feature.props.heat);
    case "issues":
      return issueText(feature.props);
    default:
      return areaText(feature.layer, feature.props);
  }
}

const issuesHere = (count: number) => translate("issues_here", { count: formatNumber(count) });

function issueText(props: IssueProps | ClusterProps) {
  if ("cluster" in props) return issuesHere(props.cluster);
  return `${translateValue("category", props.category)} · ${translateValue("status", props.status)}`;
}

function areaText(layer: "areas" | "grids", props: AreaProps) {
  const name = displayName(props);
  if (config.kind === "issues") return name;
  if (config.kind === "grids" && layer === "grids")
    return `${name} · ${translate("household_count", { count: formatNumber(props.households) })}`;
  return `${name} · ${formatPercent(props.rate)}`;
}
