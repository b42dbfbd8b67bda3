/* Coordinates typed into the search box: in either order, with full-width characters, degree signs or directions. */
"use strict";

(function (G) {
  const NUMBER = String.raw`([-+]?\d+(?:\.\d+)?)\s*°?`;
  const ONE = String.raw`(?:([东西]经|[南北]纬|[NSEW])\s*${NUMBER}|${NUMBER}\s*([NSEW])?)`;
  const BETWEEN = String.raw`\s*(?:[,;、]|\s|(?=[东西南北NSEW])|(?<=[NSEW°]))\s*`;
  const PAIR = new RegExp(String.raw`^\(?\s*${ONE}${BETWEEN}${ONE}\s*\)?$`, "i");

  const IS_NEGATIVE = /[SW西南]/i;
  const DATUMS = ["wgs84", "gcj02", "bd09", "cgcs2000"];

  /* Returns a number and the axis that its direction names, if it has one. */
  function read(before, number, alone, after) {
    const direction = before ?? after ?? "";
    const value = Number(number ?? alone) * (IS_NEGATIVE.test(direction) ? -1 : 1);
    return { value, axis: !direction ? null : /[EW经]/i.test(direction) ? "lon" : "lat" };
  }

  /* Returns the orders in which two numbers are a location, the one nearest to the city first. */
  function orders(first, second, bounds) {
    const pairs = [[first, second], [second, first]].filter(([lon, lat]) =>
      lon.axis !== "lat" && lat.axis !== "lon" && Math.abs(lon.value) <= 180 && Math.abs(lat.value) <= 85);
    const places = pairs.map(([lon, lat]) => ({ lon: lon.value, lat: lat.value }));
    if (places.length === 2 && first.value === second.value) places.pop();
    return places.sort((a, b) => distance(a, bounds) - distance(b, bounds)); // on a tie longitude first, as everywhere
  }

  /* Returns the degrees from a location to the bounds, 0 inside. */
  const distance = ({ lon, lat }, [west, south, east, north]) =>
    Math.hypot(Math.max(west - lon, 0, lon - east), Math.max(south - lat, 0, lat - north));

  /* Returns one search result per order and datum; null for a text that is no pair of coordinates. */
  G.coordinates = function (text) {
    const match = text.normalize("NFKC").replaceAll("−", "-").trim().match(PAIR);
    if (!match) return null;
    const places = orders(read(...match.slice(1, 5)), read(...match.slice(5, 9)), G.config.bounds);
    if (!places.length) return null;
    return places.flatMap((place) => (G.config.service ? DATUMS : DATUMS.slice(0, 1)).map((datum) =>
      ({ kind: "place", code: text, label: G.word("lon_lat", place), ...place, datum })));
  };
})(window.Gridward);
