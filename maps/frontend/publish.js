/* Publishing, discarding, and resolving conflicts with changes by others. */
"use strict";

(function (G) {
  G.publish = async function () {
    const { json } = G.plan;
    const title = G.node("input", { type: "text", maxlength: "200", required: true, value: json.title });
    const at = G.node("input", { type: "datetime-local" });
    const errors = G.plan.findings.filter((finding) => finding.is_error).length;
    const chosen = await G.dialog(G.word("publish_plan"), [
      errors ? G.node("p", { class: "fault" }, G.word("publish_blocked", { count: errors })) : null,
      G.label_(G.word("publish_title"), title),
      G.label_(G.word("publish_at"), at),
    ], ["publish"]);
    if (!chosen || !title.value.trim()) return;
    const moment = at.value ? new Date(at.value).toISOString() : undefined;
    await send(title.value.trim(), moment, keyOf(G.plan.version));
  };

  let last = {};

  /* Returns one idempotency key per plan version: a retry after a lost response publishes once. */
  const keyOf = (version) => (last.version === version ? last : (last = { version, key: G.newKey() })).key;

  async function send(title, at, key) {
    try {
      const revision = await G.plan.publish(title, at, key);
      await G.plan.load();
      G.choose("look");
      G.say(G.word("published_as", { number: revision.number, day: G.moment(revision.effective_at) }), "done");
    } catch (problem) {
      if (problem.code === "plan_outdated") await outdated(problem);
      else if (problem.status === 412 || problem.code === "plan_changed") await G.planChanged();
      else G.say([problem.message, problem.hint].filter(Boolean).join(" "), "fault");
    }
  }

  /* Another revision changed a community of the plan: offers to reapply the steps. */
  async function outdated(problem) {
    const chosen = await G.dialog(G.word("plan_outdated"), [
      G.paragraph(problem.message), G.paragraph(G.word("outdated_offer")),
    ], ["rebase"]);
    if (!chosen) return;
    const picture = await G.attempt(() => G.plan.rebase());
    if (picture) await rebased(picture.dropped);
  }

  async function rebased(dropped) {
    await refreshBefore();
    if (!dropped.length) return G.say(G.word("all_steps_reapplied"), "done");
    const items = dropped.map(({ number, body, reason }) => G.node("li", {}, [G.node("b", {}, `${number}. ${G.stepText(body)}`), G.node("p", {}, reason)]));
    return G.dialog(G.word("steps_dropped_title"), [G.paragraph(G.word("steps_dropped", { count: dropped.length })), G.node("ul", { class: "dropped" }, items)], ["continue"]);
  }

  /* Loads the grids in force again after a rebase. */
  async function refreshBefore() {
    G.plan.before.clear();
    await Promise.all([...G.plan.communities].map((code) => G.plan.fetchGround(code)));
    G.tell("plan");
  }

  /* The plan was changed in another tab or by another person: offers to load it and repeat the step. */
  G.planChanged = async function (again) {
    const steps = G.plan.json.operations.length;
    const chosen = await G.dialog(G.word("plan_changed"), [G.paragraph(G.word("plan_changed_explained"))], again ? ["reload", "reload_repeat"] : ["reload"]);
    if (!chosen) return undefined;
    await G.plan.load();
    const newer = G.plan.json.operations.slice(steps).map(({ body, author }) => `${G.stepText(body)} (${author})`);
    if (chosen === "reload_repeat") return G.attempt(again);
    G.say(newer.length ? G.word("steps_added", { steps: newer.join(", ") }) : "", "done");
    return undefined;
  };

  G.discard = async function () {
    if (await G.dialog(G.word("discard_plan"), [G.paragraph(G.word("discard_explained"))], ["discard"])) {
      await G.attempt(() => G.plan.discard());
      G.choose("look");
    }
  };
})(window.Gridward);
