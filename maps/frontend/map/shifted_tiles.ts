/* Basemap tiles in GCJ-02, placed where WGS 84 tiles would be. */

import { dropOldest } from "../core/bounded_map.ts";
import { shiftedCells, TILE_SIZE, tileIndexes } from "./gcj02.ts";

const MAX_IMAGES = 256; // source images: each is part of up to four tiles

/** An image of the basemap, and the tiles that wait for it or contain it. */
interface SourceImage {
  image: HTMLImageElement;
  loaded: Promise<HTMLImageElement>;
  tiles: Set<HTMLElement>;
}

/** Images of neighbouring tiles, joined on one canvas. */
interface Mosaic {
  canvas: HTMLCanvasElement;
  /** The pixels of the zoom at its north-west corner. */
  west: number;
  north: number;
  /** Pixels of an image for one pixel of the zoom. */
  scale: number;
}

/** A canvas that Leaflet treats like an image: once complete, it stays until the tiles of another zoom have come. */
type Canvas = HTMLCanvasElement & { complete?: boolean };

/** A tile layer whose tiles are drawn from GCJ-02 images. */
export class ShiftedTiles extends L.TileLayer {
  private readonly sourceImages = new Map<string, SourceImage>(); // by URL

  constructor(url: string, options?: L.TileLayerOptions) {
    super(url, options);
    const abandon = ({ tile }: L.TileEvent) => this.abandon(tile);
    this.on({ tileunload: abandon, tileabort: abandon });
  }

  protected override createTile(coords: L.Coords, done: L.DoneCallback): HTMLElement {
    const tile: Canvas = L.DomUtil.create("canvas");
    const ratio = window.devicePixelRatio > 1 ? 2 : 1;
    tile.width = tile.height = TILE_SIZE * ratio;
    this.drawTile(tile, coords, ratio).then(
      () => {
        tile.complete = true;
        done(undefined, tile);
      },
      (error: Error) => done(error, tile),
    );
    return tile;
  }

  private async drawTile(tile: HTMLCanvasElement, coords: L.Coords, ratio: number) {
    const cells = shiftedCells(coords);
    const columns = tileIndexes(cells.flatMap(({ west, east }) => [west, east]));
    const rows = tileIndexes(cells.flatMap(({ north, south }) => [north, south]));
    const { canvas, west: left, north: top, scale } = await this.mosaic(tile, columns, rows, coords.z);
    const ctx = tile.getContext("2d")!; // null only for a canvas that has a context of another type
    ctx.scale(ratio, ratio);
    for (const cell of cells) {
      const [sourceX, sourceY] = [(cell.west - left) * scale, (cell.north - top) * scale];
      const [sourceWidth, sourceHeight] = [(cell.east - cell.west) * scale, (cell.south - cell.north) * scale];
      ctx.drawImage(canvas, sourceX, sourceY, sourceWidth, sourceHeight, cell.left, cell.top, cell.width, cell.height);
    }
  }

  /** Joins the images of columns and rows of tiles that a tile needs. */
  private async mosaic(tile: HTMLElement, columns: number[], rows: number[], z: number): Promise<Mosaic> {
    const sources = columns.flatMap((x) => rows.map((y) => ({ x, y })));
    const images = await Promise.all(sources.map(({ x, y }) => this.loadImage(this.imageUrl(x, y, z), tile)));
    const canvas = document.createElement("canvas");
    const scale = Math.max(1, images[0].naturalWidth / TILE_SIZE);
    const side = TILE_SIZE * scale;
    canvas.width = columns.length * side;
    canvas.height = rows.length * side;
    const ctx = canvas.getContext("2d")!;
    sources.forEach(({ x, y }, index) => {
      ctx.drawImage(images[index], (x - columns[0]) * side, (y - rows[0]) * side, side, side);
    });
    return { canvas, west: columns[0] * TILE_SIZE, north: rows[0] * TILE_SIZE, scale };
  }

  private imageUrl(x: number, y: number, z: number): string {
    return this.getTileUrl({ x, y, z } as L.Coords); // of which it reads only these
  }

  /** Loads an image for a tile, once for all tiles that need it. */
  private loadImage(url: string, tile: HTMLElement): Promise<HTMLImageElement> {
    let entry = this.sourceImages.get(url);
    if (!entry) {
      entry = this.requestImage(url);
      this.sourceImages.set(url, entry);
      dropOldest(this.sourceImages, MAX_IMAGES);
    }
    entry.tiles.add(tile);
    return entry.loaded;
  }

  private requestImage(url: string): SourceImage {
    const image = new Image();
    const loaded = new Promise<HTMLImageElement>((resolve, reject) => {
      image.onload = () => resolve(image);
      image.onerror = () => {
        this.sourceImages.delete(url);
        reject(new Error(url));
      };
    });
    image.src = url;
    return { image, loaded, tiles: new Set() };
  }

  /** Cancels the requests that only a removed tile waits for. */
  private abandon(tile: HTMLElement) {
    for (const [url, { image, tiles }] of this.sourceImages) {
      if (!tiles.delete(tile) || tiles.size || image.complete) continue;
      this.sourceImages.delete(url);
      image.src = L.Util.emptyImageUrl;
    }
  }
}
