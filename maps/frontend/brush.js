/* The brush: transfers the buildings under a stroke, with their Voronoi cells, to the selected grid. */
"use strict";

(function (G) {
  const APART = 4; // pixels between two samples along a stroke

  class Brush {
    constructor(map, ground) {
      this.map = map;
      this.ground = ground;
      this.stroke = null;
      map.on("mousedown", (event) => this.down(event));
      map.on("mousemove", (event) => this.over(event.latlng));
      document.addEventListener("mouseup", () => this.up());
      document.addEventListener("keydown", (event) => this.hold(event));
      document.addEventListener("keyup", ({ key }) => key === " " && this.still());
      G.on("mode", () => this.still());
      G.on("refused", () => this.lift());
    }

    still() {
      if (G.desk.mode === "paint") this.map.dragging.disable();
      else this.map.dragging.enable();
    }

    /* While Space is down, dragging moves the map. On controls and with the keyboard cursor Space keeps its own meaning. */
    hold(event) {
      if (event.key !== " " || G.desk.mode !== "paint" || this.stroke || event.defaultPrevented) return;
      if (event.target.closest("input, textarea, button, a, summary, dialog")) return;
      event.preventDefault();
      this.map.dragging.enable();
    }

    down({ latlng, originalEvent }) {
      if (G.desk.mode !== "paint" || originalEvent.button !== 0 || this.map.dragging.enabled()) return;
      this.begin(latlng);
    }

    /* Starts a stroke. Where there is no building, selects the grid at the location. */
    begin(latlng) {
      const beneath = this.ground.near(latlng).length > 0;
      const [to] = G.desk.picked;
      if (!beneath || !to) {
        const code = G.plan.gridAt([latlng.lng, latlng.lat]);
        if (code) G.pick(code);
        else G.openAt(latlng);
        if (beneath || !code) return;
      }
      this.stroke = { to: G.desk.picked[0], taken: new Set(), last: latlng };
      this.take(latlng);
    }

    over(latlng) {
      if (!this.stroke) return;
      const [from, to] = [this.map.project(this.stroke.last), this.map.project(latlng)];
      const steps = Math.max(1, Math.ceil(from.distanceTo(to) / APART));
      for (let step = 1; step <= steps; step++) {
        this.take(this.map.unproject(from.add(to.subtract(from).multiplyBy(step / steps))));
      }
      this.stroke.last = latlng;
    }

    take(latlng) {
      const { to, taken } = this.stroke;
      const { community_code: community } = G.plan.grids.get(to).properties;
      for (const home of this.ground.near(latlng)) {
        if (taken.has(home.code) || home.community !== community) continue;
        const from = G.plan.gridAt(home.point);
        if (from === to || G.desk.locked.has(from)) continue;
        taken.add(home.code);
        this.ground.paint(home.code, G.desk.colours.get(to));
      }
    }

    async up() {
      if (!this.stroke) return;
      const { to, taken } = this.stroke;
      this.stroke = null;
      if (taken.size) await G.act({ kind: "transfer", buildings: [...taken].sort(), to }, [to]);
      this.lift();
    }

    /* Removes the paint of buildings that were not transferred. */
    lift() {
      if (this.stroke) return;
      for (const code of [...this.ground.painted.keys()]) this.ground.paint(code, null);
    }

    cancel() {
      const busy = this.stroke != null;
      this.stroke = null;
      this.lift();
      return busy;
    }
  }

  G.Brush = Brush;
})(window.Gridward);
