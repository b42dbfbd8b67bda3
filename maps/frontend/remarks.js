/* The comments on a plan, and the list of its steps. */
"use strict";

(function (G) {
  class Remarks {
    constructor(place) {
      this.list = G.node("ol", { class: "remarks" });
      this.text = G.node("textarea", { rows: "3", maxlength: "10000", required: true });
      const form = G.node("form", {}, [G.label_(G.word("your_comment"), this.text), G.node("button", { type: "submit" }, G.word("add_comment"))]);
      form.addEventListener("submit", (event) => this.send(event));
      G.fill(place, [this.list, form]);
      this.place = place;
      this.address = `${G.plan.address}/comments`;
      G.on("tab", () => this.read());
      this.read();
    }

    async read() {
      try {
        this.draw(await G.get(this.address));
      } catch (problem) {
        G.say(problem.message, "fault");
      }
    }

    draw(comments) {
      G.counted("comments", comments.length);
      G.fill(this.list, comments.length ? comments.map(({ text, author, created_at: at }) =>
        G.node("li", {}, [G.node("small", {}, `${author} · ${G.moment(at)}`), G.node("p", {}, text)]))
        : G.node("li", { class: "empty" }, G.word("no_comments")));
    }

    async send(event) {
      event.preventDefault();
      try {
        await G.post(this.address, { text: this.text.value });
        this.text.value = "";
        await this.read();
      } catch (problem) {
        G.say(problem.message, "fault");
      }
    }
  }

  class Steps {
    constructor(place) {
      this.place = place;
      G.on("plan", () => this.draw());
      this.draw();
    }

    draw() {
      const { operations, undone_count: undoneCount } = G.plan.json;
      G.counted("steps", operations.length - undoneCount);
      const items = operations.map((step) => G.node("li", { class: step.undone ? "undone" : "" }, [
        G.node("b", {}, G.stepText(step.body)), G.node("small", {}, `${step.author} · ${G.moment(step.created_at)}`)]));
      G.fill(this.place, items.length ? G.node("ol", { class: "remarks steps" }, items) : G.node("p", { class: "empty" }, G.word("no_steps")));
    }
  }

  /* Describes a step in the page's language: its kind and the grids or buildings that it changes. */
  G.stepText = function (body) {
    const codes = [body.code, ...(body.codes ?? [])].filter(Boolean).map(G.shortCode);
    if (body.kind === "transfer") return G.word("step_transfer", { count: body.buildings.length, grid: G.shortCode(body.to) });
    if (body.kind === "rename") return `${G.term("step", body.kind)} ${codes[0]}: ${body.name}`;
    return `${G.term("step", body.kind)} ${codes.join(" + ") || (body.community ?? "")}`;
  };

  Object.assign(G, { Remarks, Steps });
})(window.Gridward);
