/* Draws a line point by point: it splits the selected grid, or becomes the border of two grids. */

import { emit, listen } from "../core/events.ts";
import { mapStyle } from "../core/store.ts";
import { editor, selectGrid } from "./editor_state.ts";
import { openIfSelecting } from "./open_community.ts";
import { applyOperation } from "./operations.ts";
import { plan } from "./plan.ts";

const DOUBLE_CLICK_DISTANCE = 3; // pixels: a closer point is the second click of a double click

const isActive = () => editor.tool === "split" || editor.tool === "border";

const requiredGrids = () => (editor.tool === "border" ? 2 : 1);

/* Selects the grid at a location, or opens its community. */
function selectAt(latlng: L.LatLng, code: string | null) {
  if (code) selectGrid(code);
  else openIfSelecting(latlng);
}

/** The line under construction while the tool is one of the two that need a line. */
export class LineTool {
  readonly #map: L.Map;
  #corners: L.LatLng[] = [];
  readonly #line: L.Polyline;
  /* From the last point to the pointer. */
  readonly #rubberBand: L.Polyline;

  constructor(map: L.Map) {
    this.#map = map;
    const style = () => ({
      renderer: L.svg({ pane: "plan-line" }),
      color: mapStyle.colours.line,
      interactive: false,
    });
    this.#line = L.polyline([], { ...style(), weight: 3 }).addTo(map);
    this.#rubberBand = L.polyline([], { ...style(), weight: 2, dashArray: "4 6" }).addTo(map);
    map.on("click", ({ latlng }) => this.click(latlng));
    map.on("dblclick", () => this.finish());
    map.on("mousemove", ({ latlng }) => this.stretchTo(latlng));
    listen("mode", () => this.cancel());
  }

  /** The number of points of the line. */
  get length() {
    return this.#corners.length;
  }

  /** Selects the grids that the line needs, then adds points. */
  click(latlng: L.LatLng) {
    const code = plan.gridAt([latlng.lng, latlng.lat]);
    if (!code && !this.length && !plan.grids.size) openIfSelecting(latlng);
    else if (!isActive()) {
      if (editor.tool !== "paint") selectAt(latlng, code);
    } else if (editor.selected.length < requiredGrids()) selectAt(latlng, code);
    else this.#add(latlng);
  }

  #add(latlng: L.LatLng) {
    const last = this.#corners.at(-1);
    if (last && this.#map.project(last).distanceTo(this.#map.project(latlng)) < DOUBLE_CLICK_DISTANCE) return;
    this.#corners.push(latlng);
    this.#draw();
  }

  /** Draws the line on to the pointer or the keyboard cursor. */
  stretchTo(latlng: L.LatLng) {
    const last = this.#corners.at(-1);
    this.#rubberBand.setLatLngs(isActive() && last ? [last, latlng] : []);
  }

  /** Removes the last point. */
  removeLast() {
    this.#corners.pop();
    this.#draw();
  }

  #draw() {
    this.#line.setLatLngs(this.#corners);
    if (!this.length) this.#rubberBand.setLatLngs([]);
    emit("line");
  }

  /** Removes the line; returns whether there was one. */
  cancel() {
    const hadLine = this.length > 0;
    this.#corners = [];
    this.#draw();
    return hadLine;
  }

  /** Sends the line. A refused line stays, so that it can be corrected. */
  async finish() {
    if (!isActive() || this.length < 2) return;
    const coordinates = this.#corners.map(({ lng, lat }) => [lng, lat]);
    const line: GeoJSON.LineString = { type: "LineString", coordinates };
    const codes = [...editor.selected];
    const [code] = codes;
    const preview =
      editor.tool === "split"
        ? await applyOperation({ kind: "split", code, line }, [code])
        : await applyOperation({ kind: "move_border", codes, line }, codes);
    if (preview) this.cancel();
  }
}
