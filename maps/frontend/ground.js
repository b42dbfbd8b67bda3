/* The map layers of a plan: coloured grids, buildings, grid numbers, and the borders in force. */
"use strict";

(function (G) {
  const PANES = { grids: 410, buildings: 420, before: 430, marks: 440, line: 450 };

  class Ground {
    constructor(map, plan) {
      this.map = map;
      this.plan = plan;
      this.painted = new Map(); // colours of buildings under the brush, before the transfer
      this.layers = new Map();
      for (const [name, zIndex] of Object.entries(PANES)) {
        const pane = map.createPane(`plan-${name}`);
        pane.style.zIndex = zIndex;
        pane.style.pointerEvents = "none";
        this.layers.set(name, L.layerGroup().addTo(map));
      }
      this.renderers = new Map(Object.keys(PANES).map((name) => [name, L.canvas({ pane: `plan-${name}`, padding: 0.3 })]));
      G.on("plan", () => this.draw());
      for (const heard of ["picked", "compare"]) G.on(heard, () => this.restyle());
      map.on("zoomend", () => this.number());
    }

    draw() {
      G.colourAll(this.plan);
      this.painted.clear();
      this.shapes = new Map();
      this.replace("grids", [...this.plan.grids].map(([code, grid]) => this.shape("grids", grid.geometry, code)));
      this.replace("buildings", [...this.plan.buildings].map(([code, home]) => this.shape("buildings", home.geometry, code)));
      this.restyle();
      this.number();
      G.tell("drawn");
    }

    replace(name, layers) {
      const group = this.layers.get(name);
      group.clearLayers();
      for (const layer of layers) group.addLayer(layer);
    }

    shape(name, geometry, key) {
      const rings = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
      const corners = L.GeoJSON.coordsToLatLngs(rings, 2);
      const layer = L.polygon(corners, { renderer: this.renderers.get(name), interactive: false, smoothFactor: 0.5, ...this[name](key) });
      if (key) this.shapes.set(`${name} ${key}`, layer);
      return layer;
    }

    grids(code) {
      const { picked, locked, colours } = G.desk;
      const chosen = picked.includes(code);
      return {
        fillColor: colours.get(code), fillOpacity: chosen ? 0.62 : 0.34,
        color: chosen ? G.style.colours.ink : G.style.colours.grid, weight: chosen ? 3.5 : 1.4,
        dashArray: locked.has(code) ? "2 5" : null,
      };
    }

    buildings(code) {
      const colour = this.painted.get(code);
      return {
        fillColor: colour ?? "#fff", fillOpacity: colour ? 0.95 : 0.7,
        color: G.style.colours.ink, weight: colour ? 2 : 0.7, opacity: colour ? 1 : 0.6,
      };
    }

    restyle() {
      for (const code of this.plan.grids.keys()) this.shapes?.get(`grids ${code}`)?.setStyle(this.grids(code));
      const shown = G.desk.comparing ? [...this.plan.before.values()] : [];
      const dashes = { renderer: this.renderers.get("before"), interactive: false, color: "#000", weight: 2.5, dashArray: "7 6" };
      this.replace("before", G.edges(shown.map((grid) => grid.geometry)).map((run) => L.polyline(L.GeoJSON.coordsToLatLngs(run), dashes)));
    }

    /* Previews the colour of a building during a brush stroke. */
    paint(code, colour) {
      if (colour) this.painted.set(code, colour);
      else this.painted.delete(code);
      this.shapes.get(`buildings ${code}`)?.setStyle(this.buildings(code));
    }

    number() {
      const close = this.map.getZoom() >= 14.5;
      this.replace("marks", close ? [...this.plan.grids.values()].map((grid) => this.mark(grid)) : []);
    }

    mark({ properties, geometry }) {
      const [lon, lat] = G.spot(geometry);
      const text = G.node("span", { class: "grid-mark" }, [
        G.node("b", {}, G.shortCode(properties.code)),
        G.node("small", {}, G.word("household_count", { count: G.number(properties.households) })),
      ]);
      const icon = L.divIcon({ html: text, className: "", iconSize: [0, 0] });
      return L.marker([lat, lon], { icon, pane: "plan-marks", interactive: false, keyboard: false });
    }

    /* Returns the buildings within some pixels of a location. */
    near({ lat, lng }, pixels = 3) {
      const at = this.map.project([lat, lng]);
      const corner = (x, y) => this.map.unproject(at.add([x, y]));
      const low = corner(-pixels, pixels);
      const high = corner(pixels, -pixels);
      const box = [low.lng, low.lat, high.lng, high.lat];
      return [...this.plan.buildings.values()].filter((home) =>
        G.meet(home.extent, box) && (G.holds(home.geometry, [lng, lat]) || touched(home, box)));
    }

    fit(codes) {
      const extents = codes.map((code) => this.plan.grids.get(code)?.extent).filter(Boolean);
      if (extents.length) this.map.fitBounds(extents.map(G.toBounds).flat(), { paddingTopLeft: [30, 60], paddingBottomRight: [30, 30], maxZoom: 18, animate: false });
    }
  }

  const touched = ({ geometry }, [west, south, east, north]) => {
    const flat = geometry.coordinates.flat(geometry.type === "MultiPolygon" ? 2 : 1);
    return flat.some(([x, y]) => x >= west && x <= east && y >= south && y <= north);
  };

  G.Ground = Ground;
})(window.Gridward);
