/* The map layers of a plan: coloured grids, buildings, grid numbers, and the borders in force. */

import { listen } from "../core/events.ts";
import { node } from "../core/nodes.ts";
import { mapStyle } from "../core/store.ts";
import { formatNumber, translate } from "../core/texts.ts";
import type { Box } from "../core/types.ts";
import { editor, gridColour, shortCode, updateGrids } from "./editor_state.ts";
import {
  borderLines,
  boxesIntersect,
  labelPoint,
  type PolygonGeometry,
  polygonsOf,
  toBounds,
  touchesEllipse,
} from "./geometry.ts";
import type { Plan } from "./plan.ts";
import type { PlanGrid } from "./plan_types.ts";

const PANES = { grids: 410, buildings: 420, before: 430, marks: 440, line: 450 }; // by name, the z-index
const LABEL_ZOOM = 14.5; // grids have numbers from this zoom on

type PaneName = keyof typeof PANES;

/** Draws a plan on the map, and again whenever it or the selection changes. */
export class PlanLayers {
  readonly #map: L.Map;
  readonly #plan: Plan;
  readonly #groups = new Map<PaneName, L.LayerGroup>();
  readonly #renderers = new Map<PaneName, L.Canvas>();
  /* By code. */
  #gridShapes = new Map<string, L.Polygon>();
  #buildingShapes = new Map<string, L.Polygon>();
  /* By code, the colours of buildings under the brush, before the transfer. */
  readonly #previewColours = new Map<string, string>();

  constructor(map: L.Map, plan: Plan) {
    this.#map = map;
    this.#plan = plan;
    const names = Object.keys(PANES) as PaneName[];
    for (const name of names) {
      const pane = map.createPane(`plan-${name}`);
      pane.style.zIndex = String(PANES[name]);
      pane.style.pointerEvents = "none";
      this.#groups.set(name, L.layerGroup().addTo(map));
    }
    for (const name of names) this.#renderers.set(name, L.canvas({ pane: `plan-${name}`, padding: 0.3 }));
    listen("plan", () => this.draw());
    for (const event of ["picked", "compare"] as const) listen(event, () => this.#restyle());
    listen("picked", () => this.#labelGrids());
    map.on("zoomend", () => this.#labelGrids());
  }

  /** Draws the grids and buildings of the plan; assigns the colours of the grids. */
  draw() {
    updateGrids();
    this.#previewColours.clear();
    const { grids, buildings } = this.#plan;
    this.#gridShapes = new Map(
      [...grids].map(([code, { geometry }]) => [code, this.#polygon("grids", geometry, gridStyle(code))]),
    );
    this.#replace("grids", this.#gridShapes.values());
    this.#buildingShapes = new Map(
      [...buildings].map(([code, { geometry }]) => [code, this.#polygon("buildings", geometry, buildingStyle())]),
    );
    this.#replace("buildings", this.#buildingShapes.values());
    this.#restyle();
    this.#labelGrids();
  }

  #replace(name: PaneName, layers: Iterable<L.Layer>) {
    const group = this.#groups.get(name);
    group?.clearLayers();
    for (const layer of layers) group?.addLayer(layer);
  }

  #polygon(name: PaneName, geometry: PolygonGeometry, style: L.PathOptions) {
    const corners: L.LatLng[][][] = L.GeoJSON.coordsToLatLngs(polygonsOf(geometry), 2);
    return L.polygon(corners, {
      renderer: this.#renderers.get(name),
      interactive: false,
      smoothFactor: 0.5,
      ...style,
    });
  }

  #restyle() {
    for (const code of this.#plan.grids.keys()) this.#gridShapes.get(code)?.setStyle(gridStyle(code));
    const compared = editor.comparing ? [...this.#plan.gridsInForce.values()] : [];
    const dashes: L.PolylineOptions = {
      renderer: this.#renderers.get("before"),
      interactive: false,
      color: "#000",
      weight: 2.5,
      dashArray: "7 6",
    };
    const lines = borderLines(compared.map((grid) => grid.geometry));
    this.#replace(
      "before",
      lines.map((line) => L.polyline(L.GeoJSON.coordsToLatLngs(line), dashes)),
    );
  }

  /** Shows a building in the colour of the grid that a brush stroke transfers it to. */
  previewBuilding(code: string, colour: string) {
    this.#previewColours.set(code, colour);
    this.#buildingShapes.get(code)?.setStyle(buildingStyle(colour));
  }

  /** Shows all buildings without the colours of a brush stroke. */
  clearPreview() {
    for (const code of this.#previewColours.keys()) this.#buildingShapes.get(code)?.setStyle(buildingStyle());
    this.#previewColours.clear();
  }

  #labelGrids() {
    const visible = this.#map.getZoom() >= LABEL_ZOOM;
    this.#replace("marks", visible ? [...this.#plan.grids.values()].map(gridLabel) : []);
  }

  /** Returns the buildings within some pixels of a location. */
  buildingsNear({ lat, lng }: L.LatLng, pixels: number) {
    const center = this.#map.project([lat, lng]);
    const southWest = this.#map.unproject(center.add([-pixels, pixels]));
    const northEast = this.#map.unproject(center.add([pixels, -pixels]));
    const box: Box = [southWest.lng, southWest.lat, northEast.lng, northEast.lat];
    return [...this.#plan.buildings.values()].filter(
      ({ extent, geometry }) => boxesIntersect(extent, box) && touchesEllipse(geometry, box),
    );
  }

  /** Zooms to the grids of a community; without any, to its outline. */
  fitCommunity(community: string) {
    this.#fitBoxes(this.#plan.boxesOf(community));
  }

  /** Zooms to grids. */
  fit(codes: readonly string[]) {
    const grids = codes.map((code) => this.#plan.grids.get(code));
    this.#fitBoxes(grids.flatMap((grid) => (grid ? [grid.extent] : [])));
  }

  #fitBoxes(boxes: readonly Box[]) {
    const corners = boxes.flatMap(toBounds);
    if (corners.length)
      this.#map.fitBounds(corners, {
        paddingTopLeft: [30, 60],
        paddingBottomRight: [30, 30],
        maxZoom: 18,
        animate: false,
      });
  }
}

function gridStyle(code: string): L.PathOptions {
  const selected = editor.selected.includes(code);
  return {
    fillColor: gridColour(code),
    fillOpacity: selected ? 0.62 : 0.34,
    color: selected ? mapStyle.colours.ink : mapStyle.colours.grid,
    weight: selected ? 3.5 : 1.4,
    dashArray: editor.locked.has(code) ? "2 5" : undefined,
  };
}

/* Returns the style of a building, or that of one under the brush. */
const buildingStyle = (colour?: string): L.PathOptions => ({
  fillColor: colour ?? "#fff",
  fillOpacity: colour ? 0.95 : 0.7,
  color: mapStyle.colours.ink,
  weight: colour ? 2 : 0.7,
  opacity: colour ? 1 : 0.6,
});

function gridLabel({ properties, geometry }: PlanGrid) {
  const [lon, lat] = labelPoint(geometry);
  const label = node("span", { class: "grid-mark" }, [
    node("b", {}, shortCode(properties.code)),
    node("small", {}, translate("household_count", { count: formatNumber(properties.households) })),
    editor.locked.has(properties.code) ? node("small", { class: "tag" }, translate("locked")) : null,
  ]);
  const icon = L.divIcon({ html: label, className: "", iconSize: [0, 0] });
  return L.marker([lat, lon], { icon, pane: "plan-marks", interactive: false, keyboard: false });
}
