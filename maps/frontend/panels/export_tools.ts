/* Exports: lists as files, the map as a PNG image, printing. */

import { type EventName, listen } from "../core/events.ts";
import { button, fill, node } from "../core/nodes.ts";
import { config, state } from "../core/store.ts";
import { errorMessage, translate } from "../core/texts.ts";
import type { LevelName } from "../core/types.ts";
import { whenDrawn } from "../map/layers.ts";
import { type ExportList, exportLinks, exportLists } from "./export_links.ts";
import { mapImage } from "./map_image.ts";
import type { CurrentAddress } from "./share.ts";

const INPUTS: EventName[] = ["day", "level", "scope", "compare", "filter", "period"];

/** The links to exports, and the buttons that save and print the map. */
export class Tools {
  readonly #map: L.Map;
  readonly #address: CurrentAddress;
  readonly #imageButton = button(translate("png_image"), () => this.#saveImage());
  readonly #error = node("p", { class: "fault", role: "alert" });
  readonly #lists = node("span", { class: "lists" });
  /* Of the table, once it has rows. */
  #tableLevel: LevelName | "building" | null = null;

  constructor(map: L.Map, container: HTMLElement, address: CurrentAddress) {
    this.#map = map;
    this.#address = address;
    container.append(
      this.#lists,
      this.#imageButton,
      button(translate("print"), () => window.print()),
      this.#error,
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

  async #saveImage() {
    this.#imageButton.disabled = true;
    this.#error.textContent = "";
    try {
      // Until it is rendered, the map shows the figures of another day, or none.
      const hasFigures = await new Promise<boolean>((resolve) => whenDrawn(this.#map, resolve));
      const canvas = await mapImage(this.#map, this.#address(), hasFigures);
      save(await pngOf(canvas), `gridward-${config.kind}-${state.on}.png`);
    } catch (error) {
      this.#error.textContent = translate("image_failed", { reason: errorMessage(error) });
    }
    this.#imageButton.disabled = false;
  }
}

/* Browsers limit the size of a canvas. */
const pngOf = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) => {
    const finish = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error(translate("image_too_large"))));
    canvas.toBlob(finish, "image/png");
  });

function save(file: Blob, name: string) {
  const link = node("a", { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function group(exportUrl: string, { key, subject, params }: ExportList) {
  const links = params
    ? exportLinks(exportUrl, subject, params).map(({ href, name }) => node("a", { href, download: "" }, name))
    : ["–"];
  return node("span", { class: "export", "data-export": key }, [node("span", {}, translate(key)), ...links]);
}
