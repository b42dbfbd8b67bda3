/* The panel of the issues page: counts by category and status, and filters. */
"use strict";

(function (G) {
  const STATUSES = ["open", "in_progress", "resolved", "closed"];

  let rows;

  /* Returns rows {category, status, issues}, counted from the embedded data or by the service. */
  G.issueRows = function () {
    if (rows) return rows;
    if (!G.data) return (rows = G.config.service.issueCounts);
    const counted = new Map();
    for (const { props } of G.features("issues")) {
      if (!G.inPeriod(props)) continue;
      const key = JSON.stringify([props.category, props.status]);
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
    rows = [...counted].map(([key, issues]) => {
      const [category, status] = JSON.parse(key);
      return { category, status, issues };
    });
    return rows;
  };

  const add = (list) => list.reduce((total, row) => total + row.issues, 0);

  /* Returns the categories by descending frequency; the palette follows this order. */
  G.categories = function () {
    const totals = new Map();
    for (const row of G.issueRows()) totals.set(row.category, (totals.get(row.category) ?? 0) + row.issues);
    return [...totals.keys()].sort((a, b) => totals.get(b) - totals.get(a) || (a < b ? -1 : 1));
  };

  /* Counts the issues reported in the period again. */
  async function recount() {
    rows = G.data ? null : await G.register().issueCounts(G.state.period);
  }

  const dayIn = new Map();

  /* Returns the date of a timestamp in the city's time zone. */
  function dayOf(moment) {
    if (!dayIn.has(moment)) dayIn.set(moment, G.isoDay(moment));
    return dayIn.get(moment);
  }

  G.inPeriod = function ({ reported_at: moment }) {
    const { from, to } = G.state.period;
    if (G.config.service || (!from && !to)) return true; // the service filters by period itself
    const day = dayOf(moment);
    return (!from || day >= from) && (!to || day <= to);
  };

  let known;

  /* Returns all categories, independent of the period. */
  G.allCategories = () => (known ??= G.categories());

  G.STATUSES = STATUSES;

  /* Whether every category or every status is hidden. */
  G.showsNoIssue = () => G.allCategories().every((name) => G.state.hidden.category.has(name))
    || STATUSES.every((name) => G.state.hidden.status.has(name));

  let palette;

  G.categoryColour = function (category) {
    palette ??= new Map(G.categories().map((name, at) => [name, G.style.categories[at] ?? "#7b868d"]));
    return palette.get(category) ?? "#7b868d";
  };

  G.isShown = (props) => !G.state.hidden.category.has(props.category)
    && !G.state.hidden.status.has(props.status) && G.inPeriod(props);

  G.settled = (list) => add(list.filter((row) => ["resolved", "closed"].includes(row.status)));

  G.issueTotal = add;

  class Counts {
    constructor(place) {
      this.place = place;
      this.palette = G.allCategories(); // the order does not change with the period
      G.categoryColour(this.palette[0]);
      G.on("filter", () => this.draw());
      G.on("period", () => this.recount());
      this.draw();
    }

    async recount() {
      try {
        await recount();
        this.draw();
      } catch (error) {
        this.place.append(G.node("p", { class: "note", role: "status" }, G.word("load_failed", { reason: error.message })));
      }
      this.changed();
    }

    draw() {
      const present = new Set(G.issueRows().map((row) => row.status));
      const statuses = STATUSES.filter((status) => present.has(status));
      G.fill(this.place, [
        this.manner(),
        this.period(),
        this.group("status", statuses, (status) => G.style.colours[status]),
        this.group("category", this.palette, G.categoryColour),
      ]);
    }

    /* The choice between clusters and a heat map at low zoom. */
    manner() {
      const choose = (heat) => {
        G.state.heat = heat;
        this.changed();
        this.place.querySelector(".manner [aria-pressed=true]").focus();
      };
      return G.node("div", { class: "levels manner", role: "group", "aria-label": G.word("overview_style") }, [false, true].map((heat) =>
        G.button(G.word(heat ? "heat_map" : "clusters"), () => choose(heat), { "aria-pressed": String(G.state.heat === heat) })));
    }

    period() {
      const field = (end) => {
        const input = G.node("input", { type: "date", value: G.state.period[end], "aria-label": G.word(`reported.${end}`), "data-name": end });
        input.addEventListener("change", () => {
          if (!input.validity.valid) return;
          G.state.period = { ...G.state.period, [end]: input.value || null };
          G.tell("period");
        });
        return input;
      };
      return G.node("fieldset", { class: "counts span" }, [G.node("legend", {}, G.word("report_period")), field("from"), "–", field("to")]);
    }

    group(family, names, colour) {
      const other = family === "category" ? "status" : "category";
      const counted = G.issueRows().filter((row) => !G.state.hidden[other].has(row[other]));
      const counts = new Map(names.map((name) => [name, add(counted.filter((row) => row[family] === name))]));
      const most = Math.max(1, ...counts.values());
      const all = G.button(G.word("show_all"), () => this.toggleAll(family), { class: "show-all" });
      return G.node("fieldset", { class: "counts" }, [
        G.node("legend", {}, G.word(`by.${family}`)),
        G.state.hidden[family].size ? all : null,
        ...names.map((name) => this.line(family, name, colour(name), counts.get(name), most)),
      ]);
    }

    line(family, name, colour, count, most) {
      const shown = !G.state.hidden[family].has(name);
      const box = G.node("input", { type: "checkbox", checked: shown, "data-name": name });
      box.addEventListener("change", () => this.toggle(family, name, box.checked));
      const bar = G.node("span", { class: "count-bar", "aria-hidden": "true" });
      bar.style.setProperty("--share", count / most);
      bar.style.setProperty("--colour", colour);
      return G.node("label", { class: "count" }, [
        box, G.swatch(colour, "round"), G.node("span", { class: "count-name" }, G.term(family, name)),
        bar, G.node("span", { class: "n" }, G.number(count)),
      ]);
    }

    toggle(family, name, shown) {
      if (shown) G.state.hidden[family].delete(name);
      else G.state.hidden[family].add(name);
      this.changed();
      this.place.querySelector(`[data-name="${CSS.escape(name)}"]`)?.focus();
    }

    toggleAll(family) {
      G.state.hidden[family].clear();
      this.changed();
    }

    changed() {
      G.refresh("issues");
      G.tell("filter");
    }
  }

  G.Counts = Counts;
})(window.Gridward);
