/* The table of grids: select, lock, rename, and figures compared with the grids in force. */
"use strict";

(function (G) {
  class Grids {
    constructor(place, ground) {
      this.place = place;
      this.ground = ground;
      for (const heard of ["plan", "picked"]) G.on(heard, () => this.draw());
      place.addEventListener("keydown", (event) => this.key(event));
      this.draw();
    }

    draw() {
      const focused = document.activeElement?.dataset?.grid;
      const bad = this.found();
      const communities = [...G.plan.communities].sort();
      if (!communities.length) return G.fill(this.place, G.node("p", { class: "empty" }, G.word("hint_open")));
      G.fill(this.place, communities.flatMap((community) => this.community(community, bad)));
      if (focused) this.place.querySelector(`[data-grid="${CSS.escape(focused)}"]`)?.focus();
      return undefined;
    }

    /* Returns the grids with findings: true where one of them is an error. */
    found() {
      const bad = new Map();
      for (const { codes, is_error: isError } of G.plan.allFindings()) {
        for (const code of codes) bad.set(code, bad.get(code) || isError);
      }
      return bad;
    }

    community(community, bad) {
      const grids = [...G.plan.grids.values()].filter(({ properties }) => properties.community_code === community);
      const gone = [...G.plan.before.values()].filter(({ properties }) =>
        properties.community_code === community && !G.plan.grids.has(properties.code));
      const name = G.plan.names.get(community) ?? community;
      const head = ["grid", "buildings", "households"].map((key) => G.node("th", { scope: "col" }, G.word(key)));
      return [
        G.node("h2", { class: "community" }, [
          G.button(name, () => this.ground.fit(grids.map(({ properties }) => properties.code)), { title: G.word("zoom_to") }),
          G.plan.json.communities.includes(community) ? G.node("span", { class: "tag" }, G.word("community_changed")) : null,
        ]),
        G.node("table", { class: "grid-rows" }, [
          G.node("thead", {}, G.node("tr", {}, [...head, G.node("th", {}, G.node("span", { class: "unseen" }, G.word("lock")))])),
          G.node("tbody", {}, [...grids.map((grid) => this.row(grid.properties, bad)), ...gone.map(({ properties }) => this.gone(properties))]),
        ]),
      ];
    }

    row(grid, bad) {
      const { code } = grid;
      const chosen = G.desk.picked.includes(code);
      const pick = G.button([
        G.swatch(G.desk.colours.get(code)), G.node("b", {}, G.shortCode(code)),
        grid.name ? G.node("span", { class: "grid-name" }, G.plan.gridName(grid)) : null,
        bad.has(code) ? G.node("span", { class: bad.get(code) ? "flag error" : "flag", title: G.word("has_findings") }, "!") : null,
      ], () => G.pick(code), { class: "pick", "aria-pressed": String(chosen), "data-grid": code });
      pick.addEventListener("dblclick", () => this.ground.fit([code]));
      const locked = G.desk.locked.has(code);
      return G.node("tr", { class: chosen ? "chosen" : "", "data-code": code }, [
        G.node("th", { scope: "row" }, pick),
        this.count(grid, "buildings"), this.count(grid, "households"),
        G.node("td", { class: "row-tools" }, [
          G.button("", () => this.rename(grid), { class: "icon pen", title: G.word("rename"), "aria-label": G.word("rename_grid", { grid: G.shortCode(code) }), disabled: !G.plan.isOpen }),
          G.button("", () => G.lock(code), { class: "icon padlock", "aria-pressed": String(locked), title: G.word("lock"), "aria-label": G.word("lock_grid", { grid: G.shortCode(code) }) }),
        ]),
      ]);
    }

    /* Returns a table cell: a figure and its difference from the grid in force. */
    count(grid, what) {
      const before = G.plan.before.get(grid.code)?.properties[what];
      const change = before == null ? null : grid[what] - before;
      const text = change ? `${change > 0 ? "+" : "−"}${G.number(Math.abs(change))}` : before == null ? G.word("new_grid") : null;
      return G.node("td", { class: "n" }, [G.number(grid[what]), text ? G.node("small", { class: "change" }, text) : null]);
    }

    gone({ code }) {
      return G.node("tr", { class: "gone" }, [
        G.node("th", { scope: "row" }, G.node("s", {}, G.shortCode(code))), G.node("td", { colspan: "3" }, G.word("grid_removed"))]);
    }

    async rename({ code, name }) {
      const field = G.node("input", { type: "text", maxlength: "200", value: name ?? "" });
      const sent = await G.dialog(G.word("rename_grid", { grid: G.shortCode(code) }), [G.label_(G.word("new_name"), field)], ["rename"]);
      if (sent && field.value.trim()) await G.act({ kind: "rename", code, name: field.value.trim() }, [code]);
    }

    /* Moves the focus with the arrow keys. */
    key(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const rows = [...this.place.querySelectorAll(".pick")];
      const at = rows.indexOf(document.activeElement);
      if (!step || at < 0) return;
      event.preventDefault();
      rows[(at + step + rows.length) % rows.length].focus();
    }
  }

  G.Grids = Grids;
})(window.Gridward);
