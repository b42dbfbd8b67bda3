/* The date that the map shows: a slider over the months of ten years, a date field, and playback. */
"use strict";

(function (G) {
  const YEARS = 10;
  const REST = 120; // milliseconds that the slider rests before the map changes
  const PAUSE = 600; // milliseconds that playback shows each month

  /* Whether the page can show other dates; a stand-alone page contains only one. */
  G.hasDays = () => Boolean(G.config.service) && G.config.kind !== "issues";

  const iso = (year, month, day) => new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);

  /* Returns the first and the last day that the map can show; the first is null without records. */
  G.recordedDays = () => ({ first: G.config.service?.firstDay ?? null, last: G.config.service?.today ?? G.config.on });

  G.isRecorded = function (day) {
    const { first, last } = G.recordedDays();
    return day >= (first ?? "") && day <= last;
  };

  /* Returns the first day of each month of the last ten years that has records, and today. */
  function stops(last) {
    const [year, month] = last.split("-").map(Number);
    const first = Array.from({ length: YEARS * 12 }, (_, at) => iso(year - YEARS, month + at, 1));
    return [...first.filter((day) => day < last && G.isRecorded(day)), last];
  }

  /* Shows another date: updates tiles, figures and table. Shading and labels wait for the figures. */
  G.setDay = function (on) {
    if (!on || on === G.state.on) return;
    G.state.on = on;
    G.refresh("grids", "buildings", ...(G.byGrid() ? ["shade", "names"] : []));
    G.tell("day");
  };

  class Days {
    constructor(map, place) {
      this.map = map;
      const days = G.recordedDays();
      this.last = days.last;
      this.stops = stops(this.last);
      this.playing = G.button("▶", () => this.toggle(), { class: "play" });
      this.range = G.node("input", { type: "range", min: 0, max: this.stops.length - 1, "aria-label": G.word("date_shown") });
      this.field = G.node("input", { type: "date", min: days.first, max: this.last, "aria-label": G.word("choose_date") });
      this.range.addEventListener("input", () => this.slide());
      this.field.addEventListener("change", () => this.field.validity.valid && this.halt(G.setDay(this.field.value)));
      const step = (mark, by, word) => G.button(mark, () => this.choose(this.at() + by), { "aria-label": G.word(word), title: G.word(word) });
      const ends = G.node("span", { class: "ends", "aria-hidden": "true" }, [
        G.node("span", {}, this.stops[0].slice(0, 4)), G.node("span", {}, this.last.slice(0, 4)),
      ]);
      place.append(this.playing, step("‹", -1, "previous_month"), G.node("span", { class: "track" }, [this.range, ends]),
        step("›", 1, "next_month"), this.field);
      G.on("day", () => this.draw());
      this.draw();
    }

    /* Returns the index of the last slider stop at or before the date shown. */
    at() {
      return Math.max(0, this.stops.findLastIndex((day) => day <= G.state.on));
    }

    /* Updates the date field while the slider moves, and the map when it rests. */
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
      if (this.at() === this.stops.length - 1) this.go(this.stops.length - 37); // replays the last three years
      this.running = true;
      this.draw();
      return this.next();
    }

    /* Shows the next month, some time after the current one is rendered. */
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
      const word = G.word(this.running ? "pause" : "play_history");
      this.playing.textContent = this.running ? "❚❚" : "▶";
      this.playing.setAttribute("aria-label", word);
      this.playing.title = word;
      if (G.state.on !== G.config.on) document.getElementById("as-of").textContent = G.word("as_of", { day: G.longDay(G.state.on) });
      else document.getElementById("as-of").textContent = G.config.asOf;
    }
  }

  G.Days = Days;
})(window.Gridward);
