/* The impact of a plan: totals moved, transfers from grid to grid, and the distribution of grid sizes. */
"use strict";

(function (G) {
  const HELD = ["buildings", "households", "open_issues"];

  class Impact {
    constructor(place) {
      this.place = place;
      G.on("plan", () => this.read());
      G.on("tab", () => this.read());
    }

    /* Requests the impact only while its tab is open. */
    async read() {
      if (this.place.hidden) return;
      const { version } = G.plan;
      if (!this.place.children.length) G.fill(this.place, G.node("p", { class: "empty" }, G.word("loading")));
      try {
        const impact = await G.get(`${G.plan.address}/impact`);
        if (version === G.plan.version) this.draw(impact);
      } catch (problem) {
        G.fill(this.place, G.node("p", { class: "empty" }, problem.message));
      }
    }

    draw({ total, moves, distribution_before: before, distribution_after: after }) {
      if (!G.plan.json.communities.length) return G.fill(this.place, G.node("p", { class: "empty" }, G.word("no_changes")));
      const figures = HELD.map((what) =>
        G.node("div", {}, [G.node("dt", {}, G.term("moved", what)), G.node("dd", {}, G.number(total[what]))]));
      return G.fill(this.place, [
        G.node("dl", { class: "figures moving" }, figures),
        before && after ? this.spread(before, after) : null,
        moves.length ? this.moves(moves) : null,
      ]);
    }

    spread(before, after) {
      const row = (label, pair) => G.node("tr", {}, [G.node("th", { scope: "row" }, label), ...pair.map((text) => G.node("td", { class: "n" }, text))]);
      const range = ([least, middle, most]) => `${G.number(least)} – ${G.number(middle)} – ${G.number(most)}`;
      return G.node("table", {}, [
        G.node("caption", {}, G.word("size_distribution")),
        heads("", G.word("before"), G.word("after")),
        G.node("tbody", {}, [
          row(G.word("grids"), [G.number(before.grids), G.number(after.grids)]),
          row(G.word("buildings"), [range(before.buildings), range(after.buildings)]),
          row(G.word("households"), [range(before.households), range(after.households)]),
        ]),
      ]);
    }

    moves(moves) {
      const name = (code) => (code ? G.shortCode(code) : "–");
      const row = ({ from_code: from, to_code: to, counts }) => G.node("tr", {}, [
        G.node("th", { scope: "row" }, `${name(from)} → ${name(to)}`), ...HELD.map((what) => G.node("td", { class: "n" }, G.number(counts[what])))]);
      return G.node("table", {}, [
        G.node("caption", {}, G.word("transfers")),
        heads(G.word("from_to_grid"), ...HELD.map((what) => G.word(what))),
        G.node("tbody", {}, moves.map(row)),
      ]);
    }
  }

  const heads = (...texts) =>
    G.node("thead", {}, G.node("tr", {}, texts.map((text) => G.node("th", { scope: "col" }, text))));

  G.Impact = Impact;
})(window.Gridward);
