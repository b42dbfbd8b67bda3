/* Compares two dates on one map: the earlier one left of a divider, the date shown right of it. */
"use strict";

(function (G) {
  /* "gained" or "lost" by building code, for buildings whose coverage differs between the two dates. */
  G.changes = new Map();

  const TWINS = ["shade", "backdrop", "borders", "grids", "buildings", "names"];

  /* Returns the layer visible at a location: left of the divider it is that of the earlier date. */
  G.layerAt = function (map, latlng, name) {
    const twin = G.layers[`then-${name}`];
    return twin && map.latLngToContainerPoint(latlng).x < G.divider.x() ? twin : G.layers[name];
  };

  class Compare {
    constructor(map, place) {
      this.map = map;
      this.button = G.button(G.word("compare_dates"), () => this.set(G.state.then ? null : earlierDay(G.state.on)), { class: "compare" });
      this.field = G.node("input", { type: "date", min: G.recordedDays().first, max: G.state.on, "aria-label": G.word("earlier_date"), hidden: true });
      this.field.addEventListener("change", () => this.field.value && this.field.validity.valid && this.set(this.field.value));
      place.append(this.button, this.field);
      this.range = G.node("input", { type: "range", class: "divider", min: 0, max: 100, step: 1, value: 50, "aria-label": G.word("divider_position") });
      this.range.addEventListener("input", () => this.clip());
      this.labels = [G.node("span", { class: "then" }), G.node("span", { class: "now" })];
      this.box = G.node("div", { class: "comparing", hidden: true }, [G.node("span", { class: "divider-line" }), ...this.labels, this.range]);
      map.getContainer().after(this.box);
      map.on("move zoomend resize", () => this.clip());
      G.on("day", () => this.draw());
      for (const subject of ["day", "compare"]) G.on(subject, () => this.note());
      G.whenStill(map, () => G.state.then && this.note());
      G.divider = this;
    }

    /* Sets the earlier date; null ends the comparison. */
    set(then) {
      const was = G.state.then;
      if (then === was) return;
      G.state.then = then;
      if (!then) this.part();
      else if (!was) this.pair();
      else G.refresh(...TWINS.map((name) => `then-${name}`));
      this.draw();
      G.tell("compare");
    }

    pair() {
      for (const name of TWINS) {
        const layer = G.layers[name];
        if (!layer || !this.map.hasLayer(layer)) continue;
        const twin = G.drawn(name, { then: true, zIndex: layer.options.zIndex });
        G.layers[`then-${name}`] = twin;
        twin.addTo(this.map);
      }
    }

    /* Pairs the layers again after one was added to the map or removed. */
    match() {
      if (!G.state.then) return;
      this.part();
      this.pair();
      this.clip();
    }

    part() {
      for (const name of TWINS) {
        G.layers[`then-${name}`]?.remove();
        delete G.layers[`then-${name}`];
        const kept = G.layers[name]?.getContainer?.();
        if (kept) kept.style.clip = "";
      }
    }

    /* Finds the buildings in view that gained or lost coverage, to highlight them on both sides. */
    async note() {
      const { then, on } = G.state;
      const near = then && G.zoom(this.map) >= G.style.zooms.buildings;
      const [before, after] = near ? await Promise.all([then, on].map((day) => G.inView(this.map, "buildings", day))) : [];
      if (then !== G.state.then || on !== G.state.on) return;
      const was = new Map((before ?? []).map(({ props }) => [props.code, G.isCovered(props)]));
      const marks = (after ?? []).filter(({ props }) => (was.get(props.code) ?? false) !== G.isCovered(props));
      G.changes = new Map(marks.map(({ props }) => [props.code, G.isCovered(props) ? "gained" : "lost"]));
      G.refresh("buildings");
    }

    x() {
      return (this.map.getSize().x * Number(this.range.value)) / 100;
    }

    /* Clips every layer at the divider. The layers move with the map, the divider does not. */
    clip() {
      if (!G.state.then) return;
      this.box.style.setProperty("--x", `${this.range.value}%`);
      const { x, y } = this.map.getSize();
      const low = this.map.containerPointToLayerPoint([0, 0]);
      const high = this.map.containerPointToLayerPoint([x, y]);
      const cut = this.map.containerPointToLayerPoint([this.x(), 0]).x;
      for (const name of TWINS) {
        const [then, now] = [G.layers[`then-${name}`], G.layers[name]];
        if (!then?.getContainer()) continue;
        then.getContainer().style.clip = `rect(${low.y}px, ${cut}px, ${high.y}px, ${low.x}px)`;
        if (now?.getContainer()) now.getContainer().style.clip = `rect(${low.y}px, ${high.x}px, ${high.y}px, ${cut}px)`;
      }
    }

    draw() {
      const { then, on } = G.state;
      this.button.setAttribute("aria-pressed", String(Boolean(then)));
      this.field.hidden = this.box.hidden = !then;
      this.field.value = then ?? "";
      this.field.max = on;
      if (!then) return;
      this.labels[0].textContent = G.day(then);
      this.labels[1].textContent = G.day(on);
      this.clip();
    }
  }

  /* Returns the day a year earlier, or the first day with records. */
  const earlierDay = (day) => (G.isRecorded(yearBefore(day)) ? yearBefore(day) : G.recordedDays().first);

  const yearBefore = (day) => `${Number(day.slice(0, 4)) - 1}-${day.slice(5, 7)}-${day.slice(5) === "02-29" ? "28" : day.slice(8)}`;

  G.Compare = Compare;
})(window.Gridward);
