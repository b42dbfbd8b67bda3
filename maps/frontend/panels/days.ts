/* The date that the map shows: a slider over the months of ten years, a date field, and playback. */

import { listen } from "../core/events.ts";
import { button, byId, node } from "../core/nodes.ts";
import { recordedDays } from "../core/recorded_days.ts";
import { config, state } from "../core/store.ts";
import { formatDay, formatLongDay, translate } from "../core/texts.ts";
import { figuresState } from "../map/figures.ts";
import { whenDrawn } from "../map/layers.ts";
import { setDay } from "../map/levels.ts";
import { dayStops, stopIndex } from "./day_stops.ts";

const SLIDER_REST = 120; // milliseconds that the slider rests before the map changes
const PLAYBACK_PAUSE = 600; // milliseconds that playback shows each month
const REPLAYED_STOPS = 36; // the last three years

type Timer = ReturnType<typeof setTimeout>;

/** The strip with the date slider. */
export class Days {
  readonly #map: L.Map;
  readonly #last: string;
  readonly #stops: string[];
  readonly #playButton: HTMLButtonElement;
  readonly #slider: HTMLInputElement;
  readonly #field: HTMLInputElement;
  #isPlaying = false;
  #sliderTimer: Timer | undefined;
  #cancelStep = () => {}; // of playback

  constructor(map: L.Map, container: HTMLElement) {
    this.#map = map;
    const { first, last } = recordedDays();
    this.#last = last;
    this.#stops = dayStops(last);
    this.#playButton = button("▶", () => this.#toggle(), { class: "play" });
    this.#slider = node("input", {
      type: "range",
      min: 0,
      max: this.#stops.length - 1,
      "aria-label": translate("date_shown"),
    });
    this.#field = node("input", { type: "date", min: first, max: last, "aria-label": translate("choose_date") });
    this.#slider.addEventListener("input", () => this.#slide());
    this.#field.addEventListener("change", () => this.#enterDay());
    this.#fill(container);
    listen("day", () => this.#draw());
    this.#draw();
  }

  #fill(container: HTMLElement) {
    const stepButton = (mark: string, by: number, key: string) =>
      button(mark, () => this.#choose(this.#index() + by), { "aria-label": translate(key), title: translate(key) });
    const ends = node("span", { class: "ends", "aria-hidden": "true" }, [
      node("span", {}, this.#stops[0].slice(0, 4)),
      node("span", {}, this.#last.slice(0, 4)),
    ]);
    container.append(
      this.#playButton,
      stepButton("‹", -1, "previous_month"),
      node("span", { class: "track" }, [this.#slider, ends]),
      stepButton("›", 1, "next_month"),
      this.#field,
    );
  }

  #index() {
    return stopIndex(this.#stops, state.on);
  }

  /* Updates the date field while the slider moves, and the map when it rests. */
  #slide() {
    const index = Number(this.#slider.value);
    this.#field.value = this.#stops[index];
    clearTimeout(this.#sliderTimer);
    this.#sliderTimer = setTimeout(() => this.#choose(index), SLIDER_REST);
  }

  #enterDay() {
    if (!this.#field.validity.valid) return;
    setDay(this.#field.value);
    this.#pause();
  }

  #choose(index: number) {
    this.#pause();
    this.#goTo(index);
  }

  #goTo(index: number) {
    setDay(this.#stops[Math.min(Math.max(index, 0), this.#stops.length - 1)]);
  }

  #toggle() {
    if (this.#isPlaying) {
      this.#pause();
      return;
    }
    const last = this.#stops.length - 1;
    if (this.#index() === last) this.#goTo(last - REPLAYED_STOPS);
    this.#isPlaying = true;
    this.#draw();
    if (figuresState() === "failed") this.#step();
    else this.#playNext();
  }

  /* Shows the next month, some time after the current one is rendered; stops if its figures failed to load. */
  #playNext() {
    this.#cancelStep = whenDrawn(this.#map, (hasFigures) => {
      if (!hasFigures) {
        this.#pause(); // a note on the map shows the error
        return;
      }
      const timer = setTimeout(() => this.#step(), PLAYBACK_PAUSE);
      this.#cancelStep = () => clearTimeout(timer);
    });
  }

  #step() {
    this.#goTo(this.#index() + 1);
    if (this.#index() === this.#stops.length - 1) this.#pause();
    else this.#playNext();
  }

  #pause() {
    this.#cancelStep();
    this.#isPlaying = false;
    this.#draw();
  }

  #draw() {
    this.#slider.value = String(this.#index());
    this.#slider.setAttribute("aria-valuetext", formatDay(state.on));
    this.#field.value = state.on;
    const label = translate(this.#isPlaying ? "pause" : "play_history");
    this.#playButton.textContent = this.#isPlaying ? "❚❚" : "▶";
    this.#playButton.setAttribute("aria-label", label);
    this.#playButton.title = label;
    byId("as-of").textContent =
      state.on === config.on ? config.asOf : translate("as_of", { day: formatLongDay(state.on) });
  }
}
