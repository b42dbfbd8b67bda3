/* Draws a line point by point: it splits the selected grid, or becomes the border of two grids. */
"use strict";

(function (G) {
  class Line {
    constructor(map) {
      this.map = map;
      this.corners = [];
      this.layer = L.polyline([], { renderer: L.svg({ pane: "plan-line" }), color: G.style.colours.line, weight: 3, interactive: false }).addTo(map);
      this.rubber = L.polyline([], { renderer: L.svg({ pane: "plan-line" }), color: G.style.colours.line, weight: 2, dashArray: "4 6", interactive: false }).addTo(map);
      map.on("click", ({ latlng }) => this.click(latlng));
      map.on("dblclick", () => this.finish());
      map.on("mousemove", ({ latlng }) => this.stretch(latlng));
      G.on("mode", () => this.cancel());
    }

    draws() {
      return G.desk.mode === "split" || G.desk.mode === "border";
    }

    wanted() {
      return G.desk.mode === "border" ? 2 : 1;
    }

    /* Selects the grids that the line needs, then adds points. */
    click(latlng) {
      const code = G.plan.gridAt([latlng.lng, latlng.lat]);
      if (!code && !this.corners.length && !G.plan.grids.size) return G.openAt(latlng);
      if (!this.draws()) {
        if (G.desk.mode !== "paint") code ? G.pick(code) : G.openAt(latlng);
        return undefined;
      }
      if (G.desk.picked.length < this.wanted()) return code ? G.pick(code) : G.openAt(latlng);
      return this.add(latlng);
    }

    add(latlng) {
      const last = this.corners.at(-1);
      if (last && this.map.project(last).distanceTo(this.map.project(latlng)) < 3) return; // the second click of a double click
      this.corners.push(latlng);
      this.draw();
    }

    stretch(latlng) {
      this.rubber.setLatLngs(this.draws() && this.corners.length ? [this.corners.at(-1), latlng] : []);
    }

    back() {
      this.corners.pop();
      this.draw();
    }

    draw() {
      this.layer.setLatLngs(this.corners);
      if (!this.corners.length) this.rubber.setLatLngs([]);
      G.tell("line");
    }

    cancel() {
      const busy = this.corners.length > 0;
      this.corners = [];
      this.draw();
      return busy;
    }

    /* Sends the line. A refused line stays, so that it can be corrected. */
    async finish() {
      if (!this.draws() || this.corners.length < 2) return;
      const coordinates = this.corners.map(({ lng, lat }) => [lng, lat]);
      const line = { type: "LineString", coordinates };
      const [code] = G.desk.picked;
      const done = G.desk.mode === "split"
        ? await G.act({ kind: "split", code, line }, [code])
        : await G.act({ kind: "move_border", codes: [...G.desk.picked], line }, G.desk.picked);
      if (done) this.cancel();
    }
  }

  G.Line = Line;
})(window.Gridward);
