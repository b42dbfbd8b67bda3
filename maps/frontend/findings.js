/* The findings in the open communities, those that the plan made first; a click zooms to one. */
"use strict";

(function (G) {
  /* Returns the size of a finding with its unit, and the limit that it breaks. */
  function measured({ kind, size, unit, limit }) {
    const figure = `${G.number(size < 10 ? size : Math.round(size))} ${G.config.texts[`unit.${unit}`] ?? unit}`;
    if (limit === null) return figure;
    return `${figure}, ${G.word(kind === "grid_too_small" ? "limit_at_least" : "limit_at_most", { limit: G.number(limit) })}`;
  }

  class Findings {
    constructor(place, map) {
      this.place = place;
      this.map = map;
      this.mark = L.layerGroup().addTo(map);
      G.on("plan", () => this.draw());
      this.draw();
    }

    draw() {
      this.mark.clearLayers();
      const findings = G.plan.allFindings();
      G.counted("findings", findings.length, findings.some((finding) => finding.is_error));
      const items = findings.map((finding) => G.node("li", {}, this.entry(finding)));
      G.fill(this.place, items.length ? G.node("ul", { class: "found" }, items) : G.node("p", { class: "empty" }, G.word("no_findings")));
    }

    entry(finding) {
      const { kind, is_error: isError, codes, meaning, isNew } = finding;
      const title = G.config.texts[`finding.${kind}`] ?? meaning;
      return G.button([
        G.node("span", { class: `weight ${isError ? "error" : ""}` }, G.word(isError ? "finding_error" : "finding_warning")),
        G.node("b", {}, title),
        G.node("small", {}, [codes.map(G.shortCode).join(", "), measured(finding), isNew ? null : G.word("finding_earlier")].filter(Boolean).join(" · ")),
      ], () => this.show(finding), { title: G.word("zoom_to") });
    }

    /* Zooms to a finding and highlights it until the plan changes. */
    show({ lon, lat, geometry }) {
      this.mark.clearLayers();
      const style = { pane: "plan-line", renderer: L.svg({ pane: "plan-line" }), color: G.style.colours.line, weight: 4, fillOpacity: 0.35, interactive: false };
      const shape = geometry ? L.geoJSON(geometry, { style, pointToLayer: (_, at) => L.circleMarker(at, style) }) : null;
      this.mark.addLayer(L.circleMarker([lat, lon], { ...style, radius: 14, fill: false }));
      if (shape) this.mark.addLayer(shape);
      const bounds = shape?.getBounds();
      if (bounds?.isValid() && bounds.getNorthEast().distanceTo(bounds.getSouthWest()) > 20) {
        this.map.fitBounds(bounds, { padding: [60, 60], maxZoom: 19, animate: false });
      } else this.map.setView([lat, lon], Math.max(this.map.getZoom(), 18), { animate: false });
    }
  }

  G.Findings = Findings;
})(window.Gridward);
