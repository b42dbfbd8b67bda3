/* The toolbar, the instruction line and the keyboard shortcuts. */
"use strict";

(function (G) {
  class Toolbar {
    constructor(place, hint, line, brush) {
      Object.assign(this, { place, hint, line, brush });
      for (const heard of ["mode", "picked", "plan", "compare", "line"]) G.on(heard, () => this.draw());
      document.addEventListener("keydown", (event) => this.key(event));
      document.addEventListener("keyup", (event) => this.lift(event));
      window.addEventListener("blur", () => this.compare(this.kept));
      this.kept = false;
      this.draw();
    }

    draw() {
      const { json, isOpen } = G.plan;
      const effective = json.operations.length - json.undone_count;
      const focused = document.activeElement?.dataset?.tool;
      const tool = (mode) => G.button(G.term("tool", mode), () => G.choose(mode), {
        "aria-pressed": String(G.desk.mode === mode), "aria-keyshortcuts": G.MODES[mode], "data-tool": mode,
        title: `${G.term("tool", mode)} (${G.MODES[mode].toUpperCase()})`, disabled: mode !== "look" && !isOpen,
      });
      G.fill(this.place, [
        G.node("div", { class: "group", role: "group", "aria-label": G.word("tools") }, Object.keys(G.MODES).map(tool)),
        G.node("div", { class: "group", role: "group", "aria-label": G.word("steps") }, [
          this.step("undo", effective, "Ctrl+Z", isOpen), this.step("redo", json.undone_count, "Ctrl+Y", isOpen),
        ]),
        G.button(G.word("compare_in_force"), () => this.compare(!this.kept, true), {
          class: "compare", "aria-pressed": String(G.desk.comparing), "data-tool": "compare", title: G.word("compare_hold"),
        }),
      ]);
      if (focused) this.place.querySelector(`[data-tool="${focused}"]`)?.focus();
      this.advise();
    }

    step(what, count, keys, isOpen) {
      return G.button(`${G.word(what)}${count ? ` (${count})` : ""}`, () => G.attempt(() => G.plan[what]()), {
        disabled: !count || !isOpen, "data-tool": what, title: keys, "aria-keyshortcuts": keys.replace("Ctrl", "Control"),
      });
    }

    /* Shows what to do next with the current tool. */
    advise() {
      const { mode, picked } = G.desk;
      const names = picked.map(G.shortCode).join(" + ");
      const corners = this.line.corners.length;
      const needs = { look: 0, paint: 1, split: 1, border: 2, merge: 2 }[mode];
      let text = G.plan.grids.size ? G.term("hint", mode) : G.word("hint_open");
      if (G.plan.grids.size && picked.length < needs) text = G.term("hint_pick", mode);
      const finish = mode === "merge" && picked.length > 1 ? G.button(G.word("merge_grids", { count: picked.length }), () => this.finish())
        : corners > 1 ? G.button(G.word("finish_line"), () => this.finish()) : null;
      G.fill(this.hint, [
        ...picked.map((code) => G.swatch(G.desk.colours.get(code))),
        names ? G.node("b", {}, names) : null,
        G.node("span", {}, text),
        finish,
        picked.length || corners ? G.button(G.word("clear_selection"), () => this.escape()) : null,
      ]);
    }

    async finish() {
      if (G.desk.mode !== "merge") return this.line.finish();
      const codes = [...G.desk.picked].sort();
      if (codes.length > 1 && (await G.act({ kind: "merge", codes }, codes))) G.drop();
      return undefined;
    }

    escape() {
      if (!this.brush.cancel() && !this.line.cancel()) G.drop();
    }

    compare(on, keep = false) {
      if (keep) this.kept = on;
      if (G.desk.comparing === on) return;
      G.desk.comparing = on;
      G.tell("compare");
    }

    key(event) {
      const typing = event.target.closest("input, textarea, dialog");
      const letter = event.key.toLowerCase();
      if (typing) return;
      if ((event.ctrlKey || event.metaKey) && (letter === "z" || letter === "y")) {
        event.preventDefault();
        G.attempt(() => (event.shiftKey || letter === "y" ? G.plan.redo() : G.plan.undo()));
      } else if (event.ctrlKey || event.metaKey || event.altKey) return;
      else if (event.key === "Escape") this.escape();
      else if (event.key === "Backspace" && this.line.corners.length) this.line.back();
      else if (event.key === "Enter" && !event.target.closest("button, a, summary")) this.finish();
      else if (letter === "c") this.compare(true);
      else this.mode(letter);
    }

    mode(letter) {
      const found = Object.entries(G.MODES).find(([, key]) => key === letter);
      if (found && (found[0] === "look" || G.plan.isOpen)) G.choose(found[0]);
    }

    lift(event) {
      if (event.key.toLowerCase() === "c") this.compare(this.kept);
    }
  }

  G.Toolbar = Toolbar;
})(window.Gridward);
