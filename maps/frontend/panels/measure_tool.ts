/* The tool that measures lengths and areas on the map, by mouse, touch or keyboard. */

import type { LonLat } from "../core/geodesy.ts";
import { button, fill, node } from "../core/nodes.ts";
import { mapStyle } from "../core/store.ts";
import { translate } from "../core/texts.ts";
import { measuredTexts } from "./measured_texts.ts";

const SAME_PLACE = 4; // pixels within which another click, as of a double click, adds no point
const CLOSING = 14; // pixels around the first point within which a click closes the outline

let tool: MeasureTool | null = null;

/** Whether clicks on the map measure, and open no popups. */
export const isMeasuring = (): boolean => tool?.isActive ?? false;

/** Adds the tool to a map. */
export function addMeasureTool(map: L.Map): void {
  tool = new MeasureTool(map);
}

const lonLat = ({ lng, lat }: L.LatLng): LonLat => ({ lon: lng, lat });

class MeasureTool {
  isActive = false;
  readonly #map: L.Map;
  readonly #switch: HTMLButtonElement;
  readonly #texts = node("div", { role: "status" });
  readonly #buttons = node("div", { class: "measured-buttons" });
  readonly #result = node("div", { class: "measured", hidden: true }, [this.#texts, this.#buttons]);
  readonly #drawing = L.layerGroup();
  #points: L.LatLng[] = [];
  #isClosed = false;

  constructor(map: L.Map) {
    this.#map = map;
    const label = translate("measure");
    this.#switch = button("", () => (this.isActive ? this.#end() : this.#start()), {
      class: "measure-switch",
      "aria-pressed": "false",
      "aria-label": label,
      title: label,
    });
    this.#addControl();
    map.on("click", ({ latlng }) => this.#click(latlng));
    map.getContainer().addEventListener("keydown", (event) => this.#mapKey(event));
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.isActive) this.#end();
    });
  }

  #addControl(): void {
    const control = new L.Control({ position: "topleft" });
    const bar = node("div", { class: "leaflet-bar" }, this.#switch);
    const box = node("div", { class: "measure leaflet-control" }, [bar, this.#result]);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    control.onAdd = () => box;
    control.addTo(this.#map);
  }

  #start(): void {
    this.isActive = true;
    this.#map.closePopup();
    this.#map.doubleClickZoom.disable();
    this.#drawing.addTo(this.#map);
    this.#map.getContainer().focus();
    this.#setPoints([]);
  }

  #end(): void {
    this.isActive = false;
    this.#map.doubleClickZoom.enable();
    this.#setPoints([]);
    this.#drawing.remove();
    this.#switch.focus();
  }

  #click(latlng: L.LatLng): void {
    if (!this.isActive) return;
    if (this.#isClosed) this.#setPoints([latlng]);
    else if (this.#points.length > 2 && this.#isNear(latlng, this.#points[0], CLOSING)) this.#close();
    else if (!this.#points.length || !this.#isNear(latlng, this.#points.at(-1)!, SAME_PLACE))
      this.#setPoints([...this.#points, latlng]);
  }

  #isNear(a: L.LatLng, b: L.LatLng, pixels: number): boolean {
    return this.#map.latLngToContainerPoint(a).distanceTo(this.#map.latLngToContainerPoint(b)) <= pixels;
  }

  #mapKey(event: KeyboardEvent): void {
    if (!this.isActive || event.target !== this.#map.getContainer()) return;
    if (event.key === "Enter") this.#click(this.#map.getCenter());
    if (event.key === "Backspace") this.#removeLast();
  }

  #close(): void {
    this.#setPoints(this.#points, true);
  }

  /* Opens the outline again if it is closed. */
  #removeLast(): void {
    this.#setPoints(this.#isClosed ? this.#points : this.#points.slice(0, -1));
  }

  #setPoints(points: L.LatLng[], isClosed = false): void {
    this.#points = points;
    this.#isClosed = isClosed;
    this.#draw();
  }

  #draw(): void {
    this.#map.getContainer().classList.toggle("measuring", this.isActive);
    this.#switch.setAttribute("aria-pressed", String(this.isActive));
    this.#result.hidden = !this.isActive;
    const lines = measuredTexts(this.#points.map(lonLat), this.#isClosed).map((line) => node("p", {}, line));
    const keys = this.#points.length < 2 ? node("p", { class: "measured-keys" }, translate("measured.keys")) : null;
    fill(this.#texts, [...lines, keys]);
    fill(this.#buttons, this.#choices());
    this.#drawShape();
  }

  #choices(): HTMLElement[] {
    const choices: [key: string, pressed: () => void][] = [];
    if (this.#points.length > 2 && !this.#isClosed) choices.push(["measure_close", () => this.#close()]);
    if (this.#points.length) choices.push(["measure_remove", () => this.#removeLast()]);
    choices.push(["measure_end", () => this.#end()]);
    return choices.map(([key, pressed]) =>
      button(translate(key), (event) => {
        event.stopPropagation(); // the map would not find the removed button and treat this as a click on itself
        pressed();
      }),
    );
  }

  #drawShape(): void {
    const colour = mapStyle.colours.selected;
    const style: L.PolylineOptions = { color: colour, weight: 3, fillOpacity: 0.12, interactive: false };
    const shape = this.#isClosed ? L.polygon(this.#points, style) : L.polyline(this.#points, style);
    const dot: L.CircleMarkerOptions = {
      radius: 5,
      color: colour,
      fillColor: "#fff",
      fillOpacity: 1,
      interactive: false,
    };
    this.#drawing.clearLayers().addLayer(shape);
    for (const point of this.#points) this.#drawing.addLayer(L.circleMarker(point, dot));
  }
}
