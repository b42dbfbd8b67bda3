/* The day that the map shows: a slider over the months of ten years, a field for any day, and play. */
"use strict";

(function (G) {
  const YEARS = 10;
  const REST = 120; // milliseconds
  const PAUSE = 600; // milliseconds that a drawn month stands while the past is played

  /* Whether the page can show another day at all: one without a service holds a single one. */
  G.hasDays = () => Boolean(G.config.served) && G.config.kind !== "issues";

  const iso = (year, month, day) => new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);

  /* Today as the clock here has it, or the page's day where that is later: in the city it may be tomorrow. */
  function today() {
    const now = new Date();
    const here = iso(now.getFullYear(), now.getMonth(), now.getDate());
    return here > G.config.on ? here : G.config.on;
  }

  /* The first day of each month of the last years, and today. */
  function stops(last) {
    const [year, month] = last.split("-").map(Number);
    const first = Array.from({ length: YEARS * 12 }, (_, at) => iso(year - YEARS, month + at, 1));
    return [...first.filter((day) => day < last), last];
  }

  /* Shows another day: tiles, figures and table follow. */
  G.setDay = function (on) {
    if (!on || on === G.state.on) return;
    G.state.on = on;
    G.refresh("shade", "borders", "grids", "buildings", "names");
    G.tell("day");
  };

  class Days {
    constructor(map, place) {
      this.map = map;
      this.last = today();
      this.stops = stops(this.last);
      this.playing = G.button("▶", () => this.toggle(), { class: "play" });
      this.range = G.node("input", { type: "range", min: 0, max: this.stops.length - 1, "aria-label": G.word("day_shown") });
      this.field = G.node("input", { type: "date", max: this.last, "aria-label": G.word("any_day") });
      this.range.addEventListener("input", () => this.slide());
      this.field.addEventListener("change", () => this.field.validity.valid && this.halt(G.setDay(this.field.value)));
      const step = (mark, by, word) => G.button(mark, () => this.choose(this.at() + by), { "aria-label": G.word(word), title: G.word(word) });
      const ends = G.node("span", { class: "ends", "aria-hidden": "true" }, [
        G.node("span", {}, this.stops[0].slice(0, 4)), G.node("span", {}, this.last.slice(0, 4)),
      ]);
      place.append(this.playing, step("‹", -1, "month_back"), G.node("span", { class: "track" }, [this.range, ends]),
        step("›", 1, "month_on"), this.field);
      G.on("day", () => this.draw());
      this.draw();
    }

    /* The stop that the day shown stands at, or the last one before it. */
    at() {
      return Math.max(0, this.stops.findLastIndex((day) => day <= G.state.on));
    }

    /* While the thumb moves the label follows it; the map does as soon as it rests. */
    slide() {
      const at = Number(this.range.value);
      this.field.value = this.stops[at];
      clearTimeout(this.sliding);
      this.sliding = setTimeout(() => this.choose(at), REST);
    }

    choose(at) {
      this.halt();
      this.go(at);
    }

    go(at) {
      G.setDay(this.stops[Math.min(Math.max(at, 0), this.stops.length - 1)]);
    }

    toggle() {
      if (this.running) return this.halt();
      if (this.at() === this.stops.length - 1) this.go(this.stops.length - 37); // three years to see
      this.running = true;
      this.draw();
      return this.next();
    }

    /* One month on, as soon as the one before has been drawn and looked at. */
    next() {
      G.whenDrawn(this.map, () => {
        this.timer = setTimeout(() => {
          if (!this.running) return;
          this.go(this.at() + 1);
          if (this.at() === this.stops.length - 1) this.halt();
          else this.next();
        }, PAUSE);
      });
    }

    halt() {
      clearTimeout(this.timer);
      this.running = false;
      this.draw();
    }

    draw() {
      this.range.value = this.at();
      this.range.setAttribute("aria-valuetext", G.day(G.state.on));
      this.field.value = G.state.on;
      const word = G.word(this.running ? "pause" : "play");
      this.playing.textContent = this.running ? "❚❚" : "▶";
      this.playing.setAttribute("aria-label", word);
      this.playing.title = word;
      if (G.state.on !== G.config.on) document.getElementById("as-of").textContent = G.word("as_of", { day: G.longDay(G.state.on) });
      else document.getElementById("as-of").textContent = G.config.asOf;
    }
  }

  G.Days = Days;
})(window.Gridward);
