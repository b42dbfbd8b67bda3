/* The sortable table of figures by level, within the current area. */
"use strict";

(function (G) {
  const MOST_ROWS = 1000;

  const FORMS = {
    standing: (value, row) => (row.code ? G.standingSince(row) : ""),
    former_manager: (value) => value ?? "",
    name: (value, row) => G.named(row),
    rate: G.percent,
  };
  const TEXTS = new Set(["standing", "former_manager"]); // columns that are no numbers

  class Table {
    constructor(map, place) {
      this.map = map;
      this.order = { by: G.config.kind === "grids" ? "households" : "uncovered", up: false };
      this.levels = G.node("div", { class: "levels", role: "group", "aria-label": G.word("area_level") });
      this.trail = G.node("nav", { class: "trail", "aria-label": G.word("current_area") });
      this.head = G.node("tr");
      this.body = G.node("tbody");
      this.foot = G.node("tfoot");
      this.note = G.node("p", { class: "note", role: "status" });
      const caption = G.node("caption", { class: "unseen" }, G.word(`table.${G.config.kind}`));
      const table = G.node("table", {}, [caption, G.node("thead", {}, this.head), this.body, this.foot]);
      const rows = G.node("div", { class: "rows", tabindex: "0", role: "region", "aria-label": G.word("panel") }, table);
      place.append(this.levels, this.trail, rows, this.note);
      this.scopes = G.config.area ? [{ code: G.config.area, name: G.config.title }] : [];
      for (const subject of ["level", "day", "compare", "filter"]) G.on(subject, () => this.show());
      G.whenStill(map, () => this.isOutdated() && this.show());
      G.on("selected", () => this.mark());
    }

    /* Whether the view decides on the rows, or has changed what they are. */
    isOutdated() {
      return this.isPart || G.isNear(this.map) !== (this.level === "building");
    }

    show() {
      this.showing = this.load();
    }

    async load() {
      const asked = (this.asked = {});
      this.drawLevels();
      this.drawTrail();
      this.note.textContent = this.rows ? "" : G.word("loading");
      try {
        const found = await G.readRows(this.map);
        if (asked !== this.asked) return; // superseded by a later request
        Object.assign(this, found); // sets `level` together with the rows it belongs to
        this.draw();
      } catch (error) {
        if (asked !== this.asked) return;
        for (const part of [this.body, this.foot]) G.fill(part, []); // those rows are of another area, day or filter
        this.note.textContent = G.word("load_failed", { reason: error.message });
      }
    }

    /* Lists the uncovered buildings of the scope, and shows the first of them unless one is in view. */
    async goNear() {
      G.setBuildingList();
      await this.showing;
      if (this.level !== "building" || !this.rows.length) return;
      const { dots } = G.style.zooms;
      const view = this.map.getBounds();
      const isSeen = G.zoom(this.map) >= dots && this.rows.some(({ lat, lon }) => view.contains([lat, lon]));
      if (!isSeen) this.map.setView(this.rows[0], Math.max(G.zoom(this.map), dots), { animate: false });
    }

    drawLevels() {
      const near = G.isNear(this.map);
      const options = G.config.levels.map((level) =>
        G.button(G.word(level), () => G.setLevel(level), { "aria-pressed": String(!near && level === G.state.level) }));
      if (G.hasBuildings()) options.push(G.button(G.word("building"), () => this.goNear(), { "aria-pressed": String(near) }));
      G.fill(this.levels, options);
    }

    drawTrail() {
      const home = G.button(G.config.title, () => this.leave(0));
      const steps = this.scopes.slice(G.config.area ? 1 : 0).map((scope, at) =>
        G.button(scope.name, () => this.leave(at + 1)));
      (steps.at(-1) ?? home).setAttribute("aria-current", "true");
      const follow = G.button(G.word("follow_zoom"), () => G.followZoom(),
        { "aria-pressed": String(G.state.follows && !G.state.listsBuildings), class: "follow", title: G.word("follow_zoom_hint") });
      G.fill(this.trail, [G.node("span", {}, [home, ...steps]), follow]);
    }

    draw() {
      G.fill(this.head, this.columns.map((column) => this.heading(column)));
      const { up } = this.order;
      const by = this.hasMore ? "code" : [this.order.by, "gained", "standing"].find((column) => this.columns.includes(column)) ?? this.columns.at(-1);
      const sorted = [...this.rows].sort((a, b) => (up || this.hasMore ? 1 : -1) * compare(key(a, by), key(b, by)) || compare(a.code, b.code));
      G.fill(this.body, (this.level === "building" ? sorted : sorted.slice(0, MOST_ROWS)).map((row) => this.row(row)));
      G.fill(this.foot, this.totals());
      this.remark(sorted.length);
      this.mark();
      G.tell("listed", { level: this.level });
    }

    /* Says below the table what it does not list. */
    remark(length) {
      if (this.level === "building" && this.hasMore) return this.offerMore(length);
      const hidden = this.level === "building" ? 0 : length - MOST_ROWS;
      const text = !length ? G.word(this.level === "building" ? "all_covered" : "no_data_here")
        : hidden > 0 ? G.word("rows_hidden", { count: G.number(hidden) }) : "";
      this.note.textContent = [text, this.gaps].filter(Boolean).join(" ");
    }

    offerMore(length) {
      const text = G.word("listed_of", { shown: G.number(length), count: G.number(this.count) });
      G.fill(this.note, [`${text} `, G.button(G.word("show_more"), () => this.listMore(), { class: "more" })]);
    }

    async listMore() {
      try {
        await G.listMoreBuildings();
        this.show();
      } catch (error) {
        this.note.textContent = G.word("load_failed", { reason: error.message });
      }
    }

    heading(column) {
      if (this.hasMore) return G.node("th", { scope: "col", class: column }, G.node("span", {}, G.word(column === "name" ? this.level : `column.${column}`)));
      const sorted = this.order.by === column ? (this.order.up ? "ascending" : "descending") : "none";
      const label = column === "name" ? G.word(this.level) : G.word(`column.${column}`);
      return G.node("th", { scope: "col", "aria-sort": sorted, class: column }, G.button(label, () => {
        this.order = { by: column, up: this.order.by === column ? !this.order.up : column === "name" };
        this.draw();
        this.head.querySelector(`.${column} button`).focus();
      }));
    }

    row(row) {
      const cells = this.columns.map((column) => this.cell(column, row));
      const element = G.node("tr", { "data-code": row.code }, cells);
      element.addEventListener("click", () => this.enter(row));
      return element;
    }

    cell(column, row) {
      const text = (FORMS[column] ?? G.number)(row[column], row);
      if (column === "name") return this.name(row, text);
      if (TEXTS.has(column)) return G.node("td", { class: column }, text);
      if (column !== "rate") return G.node("td", { class: `n ${column}` }, text);
      const bar = G.node("span", { class: "bar-rate", "aria-hidden": "true" });
      bar.style.setProperty("--share", row.rate ?? 0);
      bar.style.setProperty("--colour", G.shade(row.rate));
      return G.node("td", { class: "n rate" }, [G.node("span", { class: "value" }, text), bar]);
    }

    name(row, text) {
      const button = G.node("button", { type: "button", title: row.code }, text);
      const code = this.level === "grid" && text !== row.code ? G.node("small", {}, row.code) : null;
      return G.node("th", { scope: "row" }, [button, code].filter(Boolean));
    }

    totals() {
      const { total, count } = this;
      const label = G.node("th", { scope: "row" }, G.word(count == null ? "total_all" : "total", { count: G.number(count) }));
      const cells = this.columns.slice(1).map((column) =>
        G.node("td", { class: `n ${column}` }, (FORMS[column] ?? G.number)(total[column], total)));
      return G.node("tr", {}, [label, ...cells]);
    }

    /* Zooms to a row and, when it has parts, lists them. */
    async enter(row) {
      const { level } = this;
      if (level === "building") return this.showBuilding(row);
      if (level !== "grid") return this.enterArea({ code: row.code, name: G.named(row), level });
      const bounds = await this.find("grid", row.code);
      G.select(row.code);
      return this.fit(bounds);
    }

    showBuilding(row) {
      const near = G.zoom(this.map) >= G.style.zooms.buildings && this.map.getBounds().contains(row);
      if (!near) this.map.setView(row, Math.max(G.zoom(this.map), G.style.zooms.dots), { animate: false });
      G.show(this.map, [{ layer: "buildings", props: row }], L.latLng(row.lat, row.lon));
    }

    /* Zooms to an area and lists its parts. */
    async enterArea(area) {
      const bounds = await this.find("area", area.code);
      G.select(area.code);
      const above = this.scopes.filter(({ code }) => area.code !== code && area.code.startsWith(code));
      this.scopes = [...above, area];
      G.setScope(area);
      this.fit(bounds);
    }

    fit(bounds) {
      if (bounds) this.map.fitBounds(bounds, { maxZoom: 17, padding: [20, 20] });
    }

    /* Enters any area of the page; returns false for an area outside it. */
    async open(code) {
      if (!code.startsWith(G.config.area ?? "")) return false;
      const area = await G.register().area(code);
      if (code === G.config.area || !G.config.levels.includes(area.level)) await this.leave(0);
      else await this.enterArea({ code, name: G.named(area), level: area.level });
      return true;
    }

    /* Restricts the table to the area of a permalink; "" is the whole city. */
    async restore(code) {
      if (code === (this.scopes.at(-1)?.code ?? "")) return;
      const found = code && code !== G.config.area ? await G.register().area(code) : null;
      this.scopes = G.config.area ? [{ code: G.config.area, name: G.config.title }] : [];
      if (found) this.scopes.push({ code, name: G.named(found), level: found.level });
      G.setScope(found && this.scopes.at(-1));
    }

    /* Fits the map to the chosen area, as for a permalink without a view. */
    async goToScope() {
      const { code } = G.state.area;
      const bounds = code ? await this.find("area", code) : null;
      this.map.fitBounds(bounds ?? G.home(), { animate: false, maxZoom: 17, padding: [20, 20] });
    }

    async leave(at) {
      const kept = this.scopes.slice(0, at + (G.config.area ? 1 : 0));
      this.scopes = kept;
      G.select(null);
      const scope = at ? kept.at(-1) : null;
      G.setScope(scope);
      const bounds = at ? await this.find("area", scope.code) : null;
      this.map.fitBounds(bounds ?? G.home());
    }

    /* Returns the bounds of a row; on an error shows it and returns null. */
    async find(kind, code) {
      try {
        return await G.register().place(kind, code);
      } catch (error) {
        this.note.textContent = G.word("load_failed", { reason: error.message });
        return null;
      }
    }

    mark() {
      for (const row of this.body.rows) row.classList.toggle("chosen", row.dataset.code === G.state.selected);
      if (this.level === "building") this.body.querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
    }
  }

  /* Sorts buildings by state, not by its text: those longest without coverage first, those that never had it last. */
  const LONGEST = 1e15; // milliseconds
  const KEYS = {
    name: (row) => FORMS.name(row.name, row),
    standing: (row) => (row.reason === "lapsed" ? LONGEST - Date.parse(row.uncovered_since ?? "1970-01-01") : 0),
  };

  const key = (row, by) => (KEYS[by] ? KEYS[by](row) : row[by]);

  function compare(a, b) {
    if (a == null || b == null) return (a == null) - (b == null);
    return typeof a === "string" ? a.localeCompare(b, G.locale) : a - b;
  }

  G.Table = Table;
})(window.Gridward);
