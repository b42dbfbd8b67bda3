/* Reads the parameters of a permalink: each is valid, or reported as one that cannot be read. */
"use strict";

(function (G) {
  const FAMILIES = ["category", "status", "standing", "use"];
  const MAX_LATITUDE = 85.06; // of the Web Mercator projection
  const WITHIN = 4; // a view may lie this many times the size of the city beside it

  /* Returns a date, or undefined for text that is none, such as 30 February. */
  function day(text) {
    const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(NaN);
    return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? undefined : text;
  }

  const recordedDay = (text) => (day(text) && G.isRecorded(text) ? text : undefined);

  const year = (text) => (/^\d{4}$/.test(text) ? Number(text) : undefined);

  const oneOf = (values) => (text) => (values.includes(text) ? text : undefined);

  /* Returns { from, to } of "from~to", either of them null where it is open. */
  const span = (read) => (text) => {
    const ends = text.split("~").map((end) => (end ? read(end) : null));
    return ends.length === 2 && !ends.includes(undefined) ? { from: ends[0], to: ends[1] } : undefined;
  };

  /* Returns the values of a list whose items are percent-encoded. */
  function list(text) {
    try {
      return new Set(text.split(",").filter(Boolean).map(decodeURIComponent));
    } catch {
      return undefined; // an incomplete percent-encoding
    }
  }

  /* Returns [zoom, latitude, longitude] of a view that lies near the city, at a zoom the map has. */
  const place = (map) => (text) => {
    const numbers = text.split("/").map((part) => (part ? Number(part) : NaN));
    const [zoom, lat, lon] = numbers;
    if (numbers.length !== 3 || !numbers.every(Number.isFinite)) return undefined;
    if (zoom < 0 || zoom > map.getMaxZoom() || Math.abs(lat) > MAX_LATITUDE || Math.abs(lon) > 180) return undefined;
    return L.latLngBounds(G.home()).pad(WITHIN).contains([lat, lon]) ? numbers : undefined;
  };

  const readers = (map) => ({
    at: place(map),
    on: recordedDay,
    then: recordedDay,
    level: oneOf([...G.config.levels, ...(G.hasBuildings() ? ["building"] : [])]),
    in: (text) => text,
    measure: oneOf(["households", "buildings", "rate"]),
    built: span(year),
    period: span(day),
    heat: (text) => text === "1" || undefined,
    code: (text) => text,
    ...Object.fromEntries(FAMILIES.map((family) => [`not-${family}`, list])),
  });

  /* Returns the values of a permalink by name, and the names of what cannot be read. */
  G.readLink = function (map, params) {
    const readerOf = readers(map);
    const [values, unread] = [{}, []];
    for (const [name, text] of params) {
      const value = Object.hasOwn(readerOf, name) ? readerOf[name](text) : undefined;
      if (value === undefined) unread.push(name);
      else values[name] = value;
    }
    return { values, unread };
  };

  G.linkFamilies = FAMILIES;
})(window.Gridward);
