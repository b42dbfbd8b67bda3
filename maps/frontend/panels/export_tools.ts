/* Exports: lists as files, the map as a PNG image, printing. */

import { type EventName, listen } from "../core/events.ts";
import { button, fill, node } from "../core/nodes.ts";
import { config, state } from "../core/store.ts";
import { translate } from "../core/texts.ts";
import type { LevelName } from "../core/types.ts";
import { whenDrawn } from "../map/layers.ts";
import { type ExportList, exportLinks, exportLists } from "./export_links.ts";
import { mapImage } from "./map_image.ts";

const INPUTS: EventName[] = ["day", "level", "scope", "compare", "filter", "period"];

/** The links to exports, and the buttons that save and print the map. */
export class Tools {
  readonly #map: L.Map;
  readonly #lists = node("span", { class: "lists" });
  /* Of the table, once it has rows. */
  #tableLevel: LevelName | "building" | null = null;
  #cancelImage = () => {};

  constructor(map: L.Map, container: HTMLElement) {
    this.#map = map;
    container.append(
      this.#lists,
      button(translate("png_image"), () => this.#saveImage()),
      button(translate("print"), () => window.print()),
    );
    for (const name of INPUTS) listen(name, () => this.#draw());
    listen("listed", ({ level }) => {
      this.#tableLevel = level;
      this.#draw();
    });
    this.#draw();
  }

  /* Updates the links to the exports, which return all rows for the parameters of the page. */
  #draw() {
    const { service } = config;
    if (!service) return;
    fill(
      this.#lists,
      exportLists(this.#tableLevel).map((list) => group(service.exportUrl, list)),
    );
  }

  /* Saves the map once it is rendered; until then it shows the figures of another day, or none. */
  #saveImage() {
    this.#cancelImage();
    this.#cancelImage = whenDrawn(this.#map, (hasFigures) => this.#save(mapImage(this.#map, hasFigures)));
  }

  #save(image: HTMLCanvasElement) {
    image.toBlob((blob) => {
      if (!blob) throw new Error("The map is too large for an image.");
      const link = node("a", { href: URL.createObjectURL(blob), download: `gridward-${config.kind}-${state.on}.png` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    }, "image/png");
  }
}

function group(exportUrl: string, { key, subject, params }: ExportList) {
  const links = params
    ? exportLinks(exportUrl, subject, params).map(({ href, name }) => node("a", { href, download: "" }, name))
    : ["–"];
  return node("span", { class: "export", "data-export": key }, [node("span", {}, translate(key)), ...links]);
}
