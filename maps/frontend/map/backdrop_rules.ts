/* Paint rules of the backdrop: water, green areas, roads and railways. */

import { GeomType, type PaintRule, type PaintSymbolizer } from "protomaps-leaflet";
import { mapStyle } from "../core/store.ts";
import { colours } from "./choropleth.ts";
import { lineSymbol, polygonSymbol } from "./symbols.ts";
import { type BackdropProps, propsOf } from "./tile_features.ts";

const roadWidth = (zoom: number) => Math.max(0, Math.min(9, (zoom - 10.5) * 1.1));

const roadOpacity = (zoom: number) => (zoom < mapStyle.zooms.buildings ? 0.5 : 0.9);

/** Returns a rule for the features of a kind, of one type of geometry if it is given. */
const rule = (kind: string, geomType: GeomType | null, symbolizer: PaintSymbolizer): PaintRule => ({
  dataLayer: "backdrop",
  filter: (_zoom, feature) =>
    propsOf<BackdropProps>(feature).kind === kind && (geomType === null || feature.geomType === geomType),
  symbolizer,
});

/** Returns the rules of the backdrop, bottom to top. */
export function backdropRules(): PaintRule[] {
  const { water, green, road, road_line, rail } = colours();
  const area = (colour: string) => polygonSymbol(() => ({ fill: colour }));
  const river = lineSymbol((zoom) => ({ stroke: water, width: Math.max(1, roadWidth(zoom) * 0.8) }));
  const casing = lineSymbol((zoom) => ({
    stroke: road_line,
    width: roadWidth(zoom) + 1.4,
    opacity: roadOpacity(zoom),
  }));
  const lane = lineSymbol((zoom) => ({ stroke: road, width: roadWidth(zoom), opacity: roadOpacity(zoom) }));
  const track = lineSymbol((zoom) => ({ stroke: rail, width: zoom >= 13 ? 2 : 1, dash: [6, 4] }));
  return [
    rule("green", GeomType.Polygon, area(green)),
    rule("water", GeomType.Polygon, area(water)),
    rule("water", GeomType.Line, river),
    rule("road", GeomType.Line, casing),
    rule("road", GeomType.Line, lane),
    rule("rail", null, track),
  ];
}
