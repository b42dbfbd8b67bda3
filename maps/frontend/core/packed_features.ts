/* Decodes the features of a stand-alone page: columns, and delta-encoded integer coordinates. */

import type { PackedColumn, PackedGeometry, PackedLayer } from "./store.ts";
import type { Corner, EmbeddedFeature } from "./types.ts";

const SCALE = 1e6;
const POLYGON = 3;

/* A point with the methods that protomaps-leaflet expects. */
class TilePoint implements Corner {
  x: number;
  y: number;

  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }

  clone(): TilePoint {
    return new TilePoint(this.x, this.y);
  }

  mult(factor: number): this {
    this.x *= factor;
    this.y *= factor;
    return this;
  }

  add(other: Corner): this {
    this.x += other.x;
    this.y += other.y;
    return this;
  }
}

export type { TilePoint };

/** Returns a point of a tile. */
export const corner = (x: number, y: number): TilePoint => new TilePoint(x, y);

/** Projects to Web Mercator with the world between 0 and 1, x to the east and y to the south. */
export function project(lon: number, lat: number): Corner {
  const sine = Math.sin((lat * Math.PI) / 180);
  return { x: lon / 360 + 0.5, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

function unpackColumn(packed: PackedColumn): readonly unknown[] {
  if (Array.isArray(packed)) return packed;
  if (packed.index) {
    const { values } = packed;
    return packed.index.map((index) => values[index]);
  }
  let minute = 0;
  return packed.minutes.map((step) => {
    minute += step;
    return new Date(minute * 60000).toISOString();
  });
}

function unpackRows({ count, columns }: PackedLayer): Record<string, unknown>[] {
  const rows = Array.from({ length: count }, (): Record<string, unknown> => ({}));
  for (const [name, packed] of Object.entries(columns)) {
    unpackColumn(packed).forEach((value, index) => {
      if (value !== null) rows[index][name] = value;
    });
  }
  return rows;
}

/* Returns a function that reads the next location of a sequence of differences. */
function locationReader(deltas: readonly number[]): () => [lon: number, lat: number] {
  let index = 0;
  let lon = 0;
  let lat = 0;
  return () => {
    lon += deltas[index++];
    lat += deltas[index++];
    return [lon / SCALE, lat / SCALE];
  };
}

type Shape = Pick<EmbeddedFeature<unknown>, "type" | "rings" | "box">;

function unpackShapes({ types, parts, sizes, deltas }: PackedGeometry): Shape[] {
  const next = locationReader(deltas);
  let part = 0;
  return parts.map((count, index) => {
    const type = Array.isArray(types) ? types[index] : types;
    const box: Shape["box"] = [Infinity, Infinity, -Infinity, -Infinity];
    const rings: Corner[][] = [];
    for (let ring = 0; ring < count; ring++) {
      const corners: Corner[] = [];
      for (let corner = 0; corner < sizes[part]; corner++) {
        const [lon, lat] = next();
        corners.push(project(lon, lat));
        box[0] = Math.min(box[0], lon);
        box[1] = Math.min(box[1], lat);
        box[2] = Math.max(box[2], lon);
        box[3] = Math.max(box[3], lat);
      }
      if (type === POLYGON) corners.push(corners[0]);
      rings.push(corners);
      part++;
    }
    return { type, rings, box };
  });
}

/** Returns features {props, type, rings, box, extent}: rings and extent in Mercator, box in degrees.

    The caller names the type of the properties, which the packed columns promise. */
export function unpack<Props>(packed: PackedLayer): EmbeddedFeature<Props>[] {
  const rows = unpackRows(packed) as Props[];
  const nextAnchor = packed.labels ? locationReader(packed.labels) : null;
  return unpackShapes(packed.geometry).map((shape, index) => {
    const [west, south, east, north] = shape.box;
    const low = project(west, north);
    const high = project(east, south);
    const extent = { minX: low.x, minY: low.y, maxX: high.x, maxY: high.y };
    return { ...shape, props: rows[index], extent, anchor: nextAnchor ? nextAnchor() : null };
  });
}
