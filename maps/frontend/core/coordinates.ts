/* Coordinates typed into the search box: in either order, with full-width characters, degree signs or directions. */

import { config } from "./store.ts";
import { translate } from "./texts.ts";
import type { Box, Datum, SearchHit } from "./types.ts";

const NUMBER = String.raw`([-+]?\d+(?:\.\d+)?)\s*°?`;
const COORDINATE = String.raw`(?:([东西]经|[南北]纬|[NSEW])\s*${NUMBER}|${NUMBER}\s*([NSEW])?)`;
const BETWEEN = String.raw`\s*(?:[,;、]|\s|(?=[东西南北NSEW])|(?<=[NSEW°]))\s*`;
const PAIR = new RegExp(String.raw`^\(?\s*${COORDINATE}${BETWEEN}${COORDINATE}\s*\)?$`, "i");

const IS_NEGATIVE = /[SW西南]/i;
const DATUMS: Datum[] = ["wgs84", "gcj02", "bd09", "cgcs2000"];

/* A number and the axis that its direction names, if it has one. */
interface Coordinate {
  value: number;
  axis: "lon" | "lat" | null;
}

interface Location {
  lon: number;
  lat: number;
}

/* Reads the groups of COORDINATE: direction and number, or number and direction; unmatched groups are undefined. */
function parse([before, number, alone, after]: (string | undefined)[]): Coordinate {
  const direction = before ?? after ?? "";
  const value = Number(number ?? alone) * (IS_NEGATIVE.test(direction) ? -1 : 1);
  return { value, axis: !direction ? null : /[EW经]/i.test(direction) ? "lon" : "lat" };
}

/* Returns the orders in which two numbers are a location, the one nearest to the city first. */
function orders(first: Coordinate, second: Coordinate, bounds: Box): Location[] {
  const bothOrders: [lon: Coordinate, lat: Coordinate][] = [
    [first, second],
    [second, first],
  ];
  const locations = bothOrders
    .filter(
      ([lon, lat]) =>
        lon.axis !== "lat" && lat.axis !== "lon" && Math.abs(lon.value) <= 180 && Math.abs(lat.value) <= 85,
    )
    .map(([lon, lat]) => ({ lon: lon.value, lat: lat.value }));
  if (locations.length === 2 && first.value === second.value) locations.pop();
  return locations.sort((a, b) => distance(a, bounds) - distance(b, bounds)); // on a tie longitude first, as everywhere
}

/* Returns the degrees from a location to the bounds, 0 inside. */
const distance = ({ lon, lat }: Location, [west, south, east, north]: Box): number =>
  Math.hypot(Math.max(west - lon, 0, lon - east), Math.max(south - lat, 0, lat - north));

/** Returns one search result per order and datum; null for a text that is no pair of coordinates. */
export function coordinates(text: string): SearchHit[] | null {
  const match = text.normalize("NFKC").replaceAll("−", "-").trim().match(PAIR);
  if (!match) return null;
  const locations = orders(parse(match.slice(1, 5)), parse(match.slice(5, 9)), config.bounds);
  if (!locations.length) return null;
  const datums = config.service ? DATUMS : DATUMS.slice(0, 1);
  return locations.flatMap(({ lon, lat }) =>
    datums.map((datum) => ({
      kind: "place" as const,
      code: text,
      label: translate("lon_lat", { lon, lat }),
      lon,
      lat,
      datum,
    })),
  );
}
