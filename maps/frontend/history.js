/* The management history of a building in its popup, with gaps. */
"use strict";

(function (G) {
  /* Returns the periods and the gaps between them, oldest first: [{from, to, manager?, kind?}]. */
  function spells(periods) {
    const told = [];
    let last = null;
    for (const { covered_from: from, covered_to: to, manager, manager_kind: kind } of periods) {
      if (last && last !== from) told.push({ from: last, to: from });
      told.push({ from, to, manager, kind });
      last = to;
    }
    if (last) told.push({ from: last, to: null });
    return told;
  }

  /* A period of the data ends before the day `to`; people name its last day. */
  const dayBefore = (day) => new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

  function line({ from, to, manager, kind }) {
    const days = to ? G.word("period", { from: G.longDay(from), last: G.longDay(dayBefore(to)) }) : G.word("since_day", { day: G.longDay(from) });
    return G.node("li", { class: manager ? "managed" : "gap" }, [
      G.node("span", { class: "days" }, days),
      G.node("span", {}, manager ?? G.word("uncovered_buildings")),
      kind ? G.node("small", {}, G.term("manager", kind)) : null,
    ]);
  }

  /* Returns an element that fills when the service responds; null on a stand-alone page. */
  G.history = function (code) {
    if (!G.config.service) return null;
    const box = G.node("section", { class: "history", "aria-busy": "true" }, G.node("h3", {}, G.word("history")));
    const say = (content) => {
      box.append(content);
      box.removeAttribute("aria-busy");
      G.tell("grown");
    };
    G.register().history(code).then(
      (periods) => say(periods.length ? G.node("ol", {}, spells(periods).map(line)) : G.node("p", {}, G.word("never_covered"))),
      (error) => say(G.node("p", {}, G.word("load_failed", { reason: error.message }))),
    );
    return box;
  };
})(window.Gridward);
