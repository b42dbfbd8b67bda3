/* The building filter: by management type or reason uncovered, year built, and use. */
"use strict";

(function (G) {
  const KINDS = ["property_firm", "homeowner_committee", "property_management_committee", "community_led", "self_managed"];
  const REASONS = ["never_covered", "lapsed"];

  const standing = (props) => (G.isCovered(props) ? props.manager_kind : props.reason ?? "never_covered") ?? "";

  const inYears = (year, { from, to }) =>
    (from == null && to == null) || (year != null && year >= (from ?? year) && year <= (to ?? year));

  /* Whether a building passes the filter. An unknown year is outside every range of years. */
  G.passes = function (props) {
    const { hidden, built } = G.state;
    return !hidden.standing.has(standing(props)) && !hidden.use.has(props.use ?? "") && inYears(props.built_year, built);
  };

  G.isFiltered = function () {
    const { hidden, built } = G.state;
    return hidden.standing.size > 0 || hidden.use.size > 0 || built.from != null || built.to != null;
  };

  /* Returns the filter as query parameters of the service. */
  G.filterQuery = function () {
    const { standing } = G.state.hidden;
    const shown = (names) => names.filter((name) => !standing.has(name));
    const kinds = standing.size === 0 ? []
      : [...shown(KINDS).map((name) => ["manager_kind", name]), ...shown(REASONS).map((name) => ["reason", name])];
    return [...kinds, ...attributesQuery()];
  };

  /* Returns the query parameters of the buildings that lost their coverage; null where the filter hides them. */
  G.lapsedQuery = () => (G.state.hidden.standing.has("lapsed") ? null : [["reason", "lapsed"], ...attributesQuery()]);

  /* Returns the filter by use and year as query parameters. */
  function attributesQuery() {
    const { hidden, built } = G.state;
    return [
      ...[...hidden.use].map((name) => ["not_use", name]),
      ...Object.entries(built).filter(([, year]) => year != null).map(([end, year]) => [`built_${end}`, year]),
    ];
  }

  /* Whether the filter hides every management type and reason. */
  G.passesNone = () => [...KINDS, ...REASONS].every((name) => G.state.hidden.standing.has(name));

  class Filters {
    constructor(map, place) {
      this.map = map;
      this.uses = new Set();
      this.summary = G.node("summary");
      this.body = G.node("div", { class: "filter-body" });
      this.said = G.node("p", { class: "note filtered", role: "status" });
      place.append(G.node("details", { class: "filters" }, [this.summary, this.body]), this.said);
      G.whenStill(map, () => this.findUses());
      G.on("filter", () => this.draw());
      G.on("day", () => this.findUses());
      G.onScope((figures) => this.say(figures));
      this.draw();
      this.findUses();
    }

    draw() {
      const held = document.activeElement?.dataset?.filter;
      this.summary.textContent = G.word(G.isFiltered() ? "filter_on" : "filter");
      const reset = G.button(G.word("show_all"), () => this.reset(), { class: "show-all" });
      G.fill(this.body, [
        this.boxes("standing", [...KINDS, ...REASONS], (name) => (REASONS.includes(name) ? G.word(name) : G.term("manager", name))),
        this.years(),
        this.uses.size ? this.boxes("use", [...this.uses].sort(), (name) => (name ? G.term("use", name) : G.word("unknown"))) : null,
        G.isFiltered() ? reset : null,
      ]);
      if (held) this.body.querySelector(`[data-filter="${CSS.escape(held)}"]`)?.focus();
    }

    boxes(family, names, label) {
      return G.node("fieldset", {}, [
        G.node("legend", {}, G.word(`by.${family}`)),
        ...names.map((name) => {
          const box = G.node("input", { type: "checkbox", checked: !G.state.hidden[family].has(name), "data-filter": `${family} ${name}` });
          box.addEventListener("change", () => {
            if (box.checked) G.state.hidden[family].delete(name);
            else G.state.hidden[family].add(name);
            this.changed();
          });
          return G.node("label", {}, [box, G.node("span", {}, label(name))]);
        }),
      ]);
    }

    years() {
      const field = (end) => {
        const input = G.node("input", { type: "number", min: 1800, max: 2200, value: G.state.built[end], placeholder: G.word(`year.${end}`),
          "aria-label": G.word(`built.${end}`), "data-filter": `built ${end}` });
        input.addEventListener("change", () => {
          G.state.built[end] = input.value && input.validity.valid ? Number(input.value) : null;
          this.changed();
        });
        return input;
      };
      return G.node("fieldset", { class: "span" }, [G.node("legend", {}, G.word("built_year")), field("from"), "–", field("to")]);
    }

    reset() {
      G.state.hidden.standing.clear();
      G.state.hidden.use.clear();
      G.state.built = { from: null, to: null };
      this.changed();
    }

    changed() {
      G.refresh("buildings");
      G.tell("filter");
    }

    /* Says how many buildings of the scope pass the filter. */
    say(figures) {
      const values = { shown: G.number(figures?.buildings), area: G.scopeName() };
      this.said.textContent = G.isFiltered() ? G.word("filter_count", values) : "";
    }

    /* Offers the uses of the buildings in view, at zooms that show footprints. */
    async findUses() {
      const near = G.zoom(this.map) >= G.style.zooms.buildings;
      const seen = near ? await G.inView(this.map, "buildings") : null;
      const uses = new Set([...this.uses, ...(seen ?? []).map(({ props }) => props.use ?? "")]);
      if (uses.size === this.uses.size) return;
      this.uses = uses;
      this.draw();
    }
  }

  G.Filters = Filters;
})(window.Gridward);
