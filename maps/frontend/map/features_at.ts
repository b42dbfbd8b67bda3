/* The features at a location of the map. */

import type { Feature, PaintRule } from "protomaps-leaflet";
import { config } from "../core/store.ts";
import type { AreaProps, BuildingProps, IssueProps } from "../core/types.ts";
import { layerAt } from "./compare.ts";
import { withFigures } from "./figures.ts";
import { type MapLayerName, tileZoom, type VectorLayer } from "./layer_registry.ts";
import { type ClusterProps, type HeatProps, propsOf } from "./tile_features.ts";

/** A feature at a location, with the data layer that it belongs to. */
export type FeatureAt =
  | { layer: "areas" | "grids"; props: AreaProps }
  | { layer: "buildings"; props: BuildingProps }
  | { layer: "issues"; props: IssueProps | ClusterProps }
  | { layer: "heat"; props: HeatProps };

/** Returns the features at a location, topmost first. */
export function featuresAt(map: L.Map, { lng, lat }: { lng: number; lat: number }): FeatureAt[] {
  const zoom = tileZoom(map);
  const names: MapLayerName[] = config.kind === "issues" ? ["issues", "shade"] : ["buildings", "shade"];
  return names.flatMap((name) => {
    const layer = layerAt(map, { lat, lng }, name);
    return layer && map.hasLayer(layer) ? featuresOf(layer, zoom, lng, lat) : [];
  });
}

function featuresOf(layer: VectorLayer, zoom: number, lng: number, lat: number): FeatureAt[] {
  const features: FeatureAt[] = [];
  for (const [source, picked] of layer.queryTileFeaturesDebug(lng, lat, layer.name === "issues" ? 12 : 4)) {
    for (const { layerName, feature } of picked) {
      if (layerName === "clusters") continue;
      if (!layer.paintRules.some((rule) => paints(rule, source, layerName, zoom, feature))) continue;
      features.push(featureAt(layer, layerName, feature));
    }
  }
  return features;
}

function featureAt(layer: VectorLayer, layerName: string, feature: Feature): FeatureAt {
  const props = layer.name === "shade" ? withFigures(propsOf<AreaProps>(feature), layer.day()) : feature.props;
  return { layer: layerName, props } as FeatureAt; // the rules paint no other data layers than these
}

/** Whether a rule paints a feature of a data source and layer. */
const paints = (rule: PaintRule, source: string, layerName: string, zoom: number, feature: Feature): boolean =>
  (rule.dataSource ?? "") === source &&
  rule.dataLayer === layerName &&
  zoom >= (rule.minzoom ?? 0) &&
  (!rule.filter || rule.filter(zoom, feature));
