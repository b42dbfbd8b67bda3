/* Popup contents of buildings, grids, areas and issues, made of text nodes only. */
"use strict";

(function (G) {
  const named = (code) => (code ? G.nameOf(code) ?? code : null);

  const rows = (pairs) =>
    G.node("dl", {}, pairs
      .filter(([, value]) => value != null && value !== "")
      .map(([key, value]) => G.node("div", {}, [G.node("dt", {}, G.word(key)), G.node("dd", {}, String(value))])));

  const card = (title, kind, badge, pairs, more = null) =>
    G.node("article", { class: `facts facts-${kind}` }, [
      G.node("p", { class: "facts-kind" }, G.word(kind)),
      G.node("h2", {}, title),
      badge,
      rows(pairs),
      more,
    ]);

  const badge = (kind, text) => G.node("p", { class: `badge badge-${kind}` }, text);

  function coverage(props) {
    if (G.isCovered(props)) return badge("covered", G.word("covered"));
    if (props.reason === "lapsed") {
      return badge("lapsed", props.uncovered_since ? G.word("lapsed_since", { day: G.day(props.uncovered_since) }) : G.word("lapsed"));
    }
    return badge("never_covered", G.word("never_covered"));
  }

  const inBuilding = (props) => [
    ["manager", props.manager],
    ["manager_kind", props.manager_kind && G.term("manager", props.manager_kind)],
    ["covered_since", G.isCovered(props) ? G.day(props.covered_since) : null],
    ["address", props.name ? props.address : null],
    ["neighborhood", props.neighborhood],
    ["community", props.community ?? named(props.community_code)],
    ["households", props.households && G.number(props.households)],
    ["floors", props.floors],
    ["built_year", props.built_year],
    ["use", props.use && G.term("use", props.use)],
    ["grid", props.grid_code],
    ["code", props.code],
  ];

  function building(props) {
    const box = card(G.named(props), "building", coverage(props), inBuilding(props), G.history(props.code));
    if (G.config.service) G.register().building(props.code).then((more) => complete(box, { ...props, ...more }), () => {});
    return box;
  }

  /* Fills in the attributes that tiles do not have, once the service returns them. */
  function complete(box, props) {
    box.querySelector(".badge").replaceWith(coverage(props));
    box.querySelector("dl").replaceWith(rows(inBuilding(props)));
    G.tell("grown");
  }

  G.standingWord = (props) =>
    G.word(G.isCovered(props) ? "covered" : props.reason === "lapsed" ? "lapsed" : "never_covered");

  /* Returns why a building has no coverage, and since when. */
  G.standingSince = (props) =>
    props.uncovered_since ? G.word("lapsed_on", { day: G.day(props.uncovered_since) }) : G.standingWord(props);

  const figures = (props) => [
    [G.isFiltered?.() ? "buildings_filtered" : "buildings", known(props.buildings, G.number)],
    ["uncovered", known(props.uncovered, G.number)],
    ["rate", known(props.rate, G.percent)],
    ["households", known(props.households, G.number)],
  ];

  const known = (value, write) => (value == null ? null : write(value));

  const grid = (props) =>
    card(G.named(props), "grid", null, [
      ["code", props.code],
      ["community", props.community ?? named(props.community_code)],
      ...figures(props),
    ]);

  const area = (props) =>
    card(G.named(props), props.level, null, [...figures(props), ["code", props.code]]);

  const ofIssue = (props) => [
    ["description", props.description],
    ["reported_at", G.moment(props.reported_at)],
    ["channel", props.channel && G.term("channel", props.channel)],
    ["grid_when_reported", props.grid_code],
    ["current_grid", props.current_grid_code === props.grid_code ? null : props.current_grid_code],
    ["ref", props.ref],
  ];

  function issue(props) {
    const box = card(G.term("category", props.category), "issue", badge(props.status, G.term("status", props.status)), ofIssue(props));
    if (G.config.service && props.grid_code === undefined && props.description === undefined) { // a tile of low zoom
      G.register().issue(props.ref).then((more) => {
        box.querySelector("dl").replaceWith(rows(ofIssue({ ...props, ...more })));
        G.tell("grown");
      }, () => {});
    }
    return box;
  }

  /* The lookup result of coordinates entered in the search box. */
  const place = ({ lon, lat, datum, grid, areas }) =>
    card(grid ? grid.name ?? grid.code : G.word("outside_all_grids"), "place", null, [
      ["wgs84", `${lon.toFixed(6)}, ${lat.toFixed(6)}`],
      ["entered_datum", datum === "wgs84" ? null : G.term("datum", datum)],
      ["grid", grid?.code],
      ...(areas ?? []).filter(({ level }) => level !== "city").map(({ level, name, code }) => [level, name ?? code]),
    ]);

  /* A search result that is a group of buildings. */
  const group = (kind) => ({ name, code, buildings }) =>
    card(name, kind, null, [["buildings", G.number(buildings)], ["code", code]]);

  const cards = { buildings: building, grids: grid, areas: area, issues: issue, place, neighborhood: group("neighborhood"), manager: group("property_manager") };

  G.facts = ({ layer, props }) => cards[layer](props);

  /* Returns the text of the tooltip that follows the pointer. */
  G.hint = function ({ layer, props }) {
    if (layer === "buildings") return `${G.named(props)} · ${G.standingWord(props)}`;
    if (layer === "heat") return G.word("issues_here", { count: G.number(props.heat) });
    if (layer === "issues") {
      if (props.cluster) return G.word("issues_here", { count: G.number(props.cluster) });
      return `${G.term("category", props.category)} · ${G.term("status", props.status)}`;
    }
    if (G.config.kind === "issues") return G.named(props);
    if (G.config.kind === "grids" && layer === "grids") {
      return `${G.named(props)} · ${G.word("household_count", { count: G.number(props.households) })}`;
    }
    return `${G.named(props)} · ${G.percent(props.rate)}`;
  };
})(window.Gridward);
