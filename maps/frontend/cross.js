/* A keyboard cursor on the map, moved by the arrow keys, for everything that the mouse can do. */
"use strict";

(function (G) {
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const STEP = 10; // pixels; a fifth of that with Shift

  class Cross {
    constructor(map, brush, line) {
      Object.assign(this, { map, brush, line });
      this.at = null;
      this.node = G.node("div", { class: "cross", hidden: true, "aria-hidden": "true" });
      map.getContainer().append(this.node);
      map.getContainer().addEventListener("keydown", (event) => this.key(event), true);
      map.getContainer().addEventListener("blur", () => this.hide());
      map.on("mousedown", () => this.hide());
    }

    hide() {
      this.at = null;
      this.node.hidden = true;
    }

    key(event) {
      if (event.target !== this.map.getContainer() || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = STEPS[event.key];
      if (step) this.move(step, event.shiftKey);
      else if (event.key === " " && this.at) this.press();
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    move([x, y], fine) {
      const size = this.map.getSize();
      const length = fine ? STEP / 5 : STEP;
      this.at = this.at ? this.at.add([x * length, y * length]) : size.divideBy(2);
      this.at = L.point(Math.min(Math.max(this.at.x, 4), size.x - 4), Math.min(Math.max(this.at.y, 4), size.y - 4));
      this.node.hidden = false;
      this.node.style.transform = `translate(${this.at.x}px, ${this.at.y}px)`;
      this.line.stretch(this.place());
    }

    place() {
      return this.map.containerPointToLatLng(this.at);
    }

    press() {
      if (G.desk.mode !== "paint") return this.line.click(this.place());
      this.brush.begin(this.place());
      return this.brush.up();
    }
  }

  G.Cross = Cross;
})(window.Gridward);
