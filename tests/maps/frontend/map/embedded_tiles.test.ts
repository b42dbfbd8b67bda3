import { expect, test } from "vitest";
import { EmbeddedSource, type LabelledFeature } from "../../../../maps/frontend/map/embedded_tiles.ts";
import { randomNumbers } from "./map_style.ts";

const SIZE = 512;
const ZOOM = 3;
const WORLD = 2 ** ZOOM;

/** A square around a point in Web Mercator between 0 and 1, with its label at a location in degrees. */
function square(code: string, x: number, y: number, half: number, anchor: LabelledFeature["anchor"]): LabelledFeature {
  const extent = { minX: x - half, minY: y - half, maxX: x + half, maxY: y + half };
  const ring = [
    { x: extent.minX, y: extent.minY },
    { x: extent.maxX, y: extent.minY },
    { x: extent.maxX, y: extent.maxY },
    { x: extent.minX, y: extent.minY },
  ];
  return { props: { code }, type: 3, rings: [ring], extent, anchor };
}

async function tilesWith(source: EmbeddedSource, layer: string): Promise<string[]> {
  const tiles: string[] = [];
  for (let x = 0; x < WORLD; x++) {
    for (let y = 0; y < WORLD; y++) {
      if ((await source.get({ z: ZOOM, x, y }, SIZE)).get(layer)!.length) tiles.push(`${x}/${y}`);
    }
  }
  return tiles;
}

test("a feature inside a tile is in no other one", async () => {
  const source = new EmbeddedSource("areas", [square("1", 2.5 / WORLD, 4.5 / WORLD, 0.001, null)]);
  expect(await tilesWith(source, "areas")).toEqual(["2/4"]);
});

test("a feature within 64 pixels of a tile is in it too, so that its stroke is not clipped", async () => {
  const pixel = 1 / WORLD / SIZE;
  const near = new EmbeddedSource("areas", [square("1", 3 / WORLD - 60 * pixel, 4.5 / WORLD, pixel, null)]);
  expect(await tilesWith(near, "areas")).toEqual(["2/4", "3/4"]);
  const far = new EmbeddedSource("areas", [square("1", 3 / WORLD - 70 * pixel, 4.5 / WORLD, pixel, null)]);
  expect(await tilesWith(far, "areas")).toEqual(["2/4"]);
});

test("corners of a tile are pixels from its north-west corner", async () => {
  const random = randomNumbers(3);
  for (let round = 0; round < 20; round++) {
    const [x, y] = [0.1 + random() * 0.8, 0.1 + random() * 0.8];
    const source = new EmbeddedSource("areas", [square("1", x, y, 0.01, null)]);
    const [column, row] = [Math.floor(x * WORLD), Math.floor(y * WORLD)];
    const [feature] = (await source.get({ z: ZOOM, x: column, y: row }, SIZE)).get("areas")!;
    const [first] = feature.geom[0];
    expect((column + first.x / SIZE) / WORLD).toBeCloseTo(x - 0.01, 12);
    expect((row + first.y / SIZE) / WORLD).toBeCloseTo(y - 0.01, 12);
    expect(feature.bbox.maxX - feature.bbox.minX).toBeCloseTo(0.02 * WORLD * SIZE, 6);
  }
});

test("a label is in the one tile that contains its anchor; without an anchor there is none", async () => {
  const source = new EmbeddedSource("areas", [
    square("1", 0.5, 0.5, 0.2, [10, 20]), // the centre of the world is a corner of tile 4/4
    square("2", 0.5, 0.5, 0.2, null),
  ]);
  expect(await tilesWith(source, "areas_labels")).toEqual(["4/3"]);
  const [label] = (await source.get({ z: ZOOM, x: 4, y: 3 }, SIZE)).get("areas_labels")!;
  expect(label.props).toEqual({ code: "1" });
  expect(label.geom[0][0].x).toBeCloseTo((10 / 45) * SIZE, 6);
});
