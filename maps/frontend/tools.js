/* Exports: lists as files, the map as a PNG image, printing. */
"use strict";

(function (G) {
  const HEAD = 54; // pixels above the map in the image

  const FORMATS = { xlsx: "XLSX", csv: "CSV", geojson: "GeoJSON" };

  /* Returns the values of a family that are shown, or none when nothing is hidden. */
  const shown = (family, names) => (G.state.hidden[family].size ? names.filter((name) => !G.state.hidden[family].has(name)) : []);

  /* Returns the query parameters of the issues that the page shows. */
  function issuesShown() {
    const { from, to } = G.state.period;
    return [
      ...shown("category", G.allCategories()).map((name) => ["category", name]),
      ...shown("status", G.STATUSES).map((name) => ["status", name]),
      ...(from ? [["since", from]] : []),
      ...(to ? [["until", to]] : []),
    ];
  }

  class Tools {
    constructor(map, place) {
      this.map = map;
      this.place = place;
      this.level = null; // of the table, once it has rows
      this.lists = G.node("span", { class: "lists" });
      const picture = G.button(G.word("png_image"), () => this.save());
      place.append(this.lists, picture, G.button(G.word("print"), () => window.print()));
      for (const subject of ["day", "level", "scope", "compare", "filter", "period"]) G.on(subject, () => this.draw());
      G.on("listed", ({ level }) => {
        this.level = level;
        this.draw();
      });
      this.draw();
    }

    /* Updates the links to the exports, which return all rows for the parameters of the page. */
    draw() {
      if (!G.config.service) return;
      G.fill(this.lists, this.exports().map(([key, subject, params]) => this.group(key, subject, params)));
    }

    /* Returns text, subject and parameters of each export; null for parameters that match nothing. */
    exports() {
      if (G.config.kind === "issues") return [["issues", "issues", G.showsNoIssue() ? null : issuesShown()]];
      const filter = G.passesNone() ? null : G.filterQuery();
      const uncovered = ["uncovered_buildings", "buildings", filter && [["covered", "false"], ["on", G.state.on], ...filter]];
      const isTable = this.level && this.level !== "building"; // that table lists the uncovered buildings
      return isTable ? [this.rows(filter), uncovered] : [uncovered];
    }

    rows(filter) {
      const since = G.state.then ? [["since", G.state.then]] : [];
      return ["export_table", "property-coverage", filter && [["by", this.level], ...since, ["on", G.state.on], ...filter]];
    }

    group(key, subject, params) {
      const address = G.config.service.exportUrl.replace("{subject}", subject);
      const more = [...(G.scopeCode() ? [["area", G.scopeCode()]] : []), ["lang", G.config.language]];
      const links = Object.entries(FORMATS).map(([format, name]) =>
        G.node("a", { href: `${address}?${new URLSearchParams([...(params ?? []), ...more, ["format", format]])}`, download: "" }, name));
      return G.node("span", { class: "export", "data-export": key }, [G.node("span", {}, G.word(key)), ...(params ? links : ["–"])]);
    }

    save() {
      picture(this.map).toBlob((blob) => {
        const link = G.node("a", { href: URL.createObjectURL(blob), download: `gridward-${G.config.kind}-${G.state.on}.png` });
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      }, "image/png");
    }
  }

  /* Renders the map with title and legend, without the basemap, whose tiles come from another host. */
  function picture(map) {
    const frame = map.getContainer().getBoundingClientRect();
    const scale = window.devicePixelRatio;
    const sheet = document.createElement("canvas");
    sheet.width = frame.width * scale;
    sheet.height = (frame.height + HEAD) * scale;
    const pen = sheet.getContext("2d");
    pen.scale(scale, scale);
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, frame.width, frame.height + HEAD);
    pen.save();
    pen.translate(0, HEAD);
    pen.beginPath();
    pen.rect(0, 0, frame.width, frame.height);
    pen.clip();
    pen.fillStyle = G.style.colours.paper;
    pen.fillRect(0, 0, frame.width, frame.height);
    tiles(map, pen, frame);
    legend(map, pen, frame);
    pen.restore();
    heading(pen);
    return sheet;
  }

  function tiles(map, pen, frame) {
    for (const canvas of map.getPane("tilePane").querySelectorAll("canvas")) {
      if (canvas.closest(".basemap")) continue;
      const box = canvas.getBoundingClientRect();
      const cut = canvas.closest(".leaflet-layer").style.clip ? G.divider : null;
      const then = cut && Object.entries(G.layers).some(([name, layer]) => name.startsWith("then-") && layer.getContainer()?.contains(canvas));
      pen.save();
      if (cut) {
        pen.beginPath();
        pen.rect(then ? 0 : cut.x(), 0, then ? cut.x() : frame.width, frame.height);
        pen.clip();
      }
      pen.drawImage(canvas, box.x - frame.x, box.y - frame.y, box.width, box.height);
      pen.restore();
    }
  }

  function heading(pen) {
    pen.fillStyle = G.style.colours.ink;
    pen.font = `700 18px ${G.FONT}`;
    pen.fillText(`${G.scopeName()} · ${G.word(`title.${G.config.kind}`)}`, 14, 24);
    pen.font = `13px ${G.FONT}`;
    const figures = [...document.querySelectorAll("#figures div")].map((one) => `${one.querySelector("dt").textContent} ${one.querySelector("dd").textContent}`);
    const days = G.state.then ? [`${G.day(G.state.then)} | ${G.day(G.state.on)}`] : [document.getElementById("as-of").textContent];
    pen.fillText([...days, ...figures].join("   "), 14, 44);
  }

  function legend(map, pen, frame) {
    const box = map.getContainer().querySelector(".legend-body");
    const lines = [...box.querySelectorAll("h3, li")];
    const width = 24 + Math.max(...lines.map((line) => line.textContent.length)) * 9 + 20;
    const top = frame.height - lines.length * 20 - 20;
    const left = frame.width - width - 10;
    pen.fillStyle = "rgba(255, 255, 255, 0.95)";
    pen.fillRect(left, top - 6, width, lines.length * 20 + 14);
    pen.font = `12.5px ${G.FONT}`;
    lines.forEach((line, at) => {
      const y = top + at * 20 + 14;
      const swatch = line.querySelector(".swatch");
      if (swatch) {
        const colour = swatch.style.getPropertyValue("--colour") || "#9aa5ad";
        pen.fillStyle = swatch.dataset.hatch ? G.hatch(pen, swatch.dataset.hatch, colour) : colour;
        pen.fillRect(left + 10, y - 10, 16, 12);
        pen.strokeStyle = "rgba(40, 55, 65, 0.35)";
        pen.strokeRect(left + 10, y - 10, 16, 12);
      }
      pen.fillStyle = G.style.colours.ink;
      pen.fillText(line.textContent, left + (swatch ? 34 : 10), y);
    });
  }

  G.Tools = Tools;
})(window.Gridward);
