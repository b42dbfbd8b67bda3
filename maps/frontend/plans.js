/* The list of plans, and the form that creates one. */
"use strict";

(function (G) {
  const home = (id) => `${G.config.urls.page}/${id}${location.search}`;

  G.plans = function () {
    G.load();
    const form = document.getElementById("begin");
    form.addEventListener("submit", (event) => begin(event, form.querySelector("input")));
    read();
  };

  async function begin(event, field) {
    event.preventDefault();
    try {
      const plan = await G.post(G.config.urls.plans, { title: field.value.trim() });
      location.assign(home(plan.id));
    } catch (problem) {
      say([problem.message, problem.hint].filter(Boolean).join(" "));
    }
  }

  async function read(address = G.config.urls.plans) {
    try {
      const { plans, links = [] } = await G.get(address);
      const body = document.getElementById("plans");
      body.append(...plans.map(row));
      document.getElementById("no-plans").hidden = body.children.length > 0;
      const next = links.find(({ rel }) => rel === "next")?.href;
      const more = document.getElementById("more");
      G.fill(more, next ? G.button(G.word("more_plans"), () => read(new URL(next, location.href).pathname + new URL(next, location.href).search)) : []);
    } catch (problem) {
      say(problem.message);
    }
    document.documentElement.dataset.ready = "true";
  }

  function row({ id, title, status, author, communities, changed_at: at, revision }) {
    const state = G.term("plan", status) + (revision ? ` · ${G.word("revision", { number: revision })}` : "");
    return G.node("tr", {}, [
      G.node("th", { scope: "row" }, G.node("a", { href: home(id) }, title)),
      G.node("td", {}, G.node("span", { class: `tag plan-${status}` }, state)),
      G.node("td", {}, author),
      G.node("td", { class: "n" }, G.number(communities.length)),
      G.node("td", {}, G.moment(at)),
    ]);
  }

  function say(text) {
    const place = document.getElementById("said");
    place.hidden = false;
    place.textContent = text;
  }
})(window.Gridward);
