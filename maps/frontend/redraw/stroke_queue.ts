/* Strokes of the brush that wait for the one being sent: the last stroke over a building wins. */

import { applyOperation } from "./operations.ts";

/** Buildings that change to a grid. */
export interface PaintedBuildings {
  /** The code of the grid. */
  to: string;
  buildings: ReadonlySet<string>;
}

/** Sends one stroke at a time; those that wait for it become as few steps as possible. */
export class StrokeQueue {
  #waiting: PaintedBuildings[] = [];
  #sending: PaintedBuildings | null = null;
  readonly #changed: () => void;

  /** Calls back whenever a stroke was sent or removed. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The strokes that the plan does not have yet, in order. */
  get strokes(): readonly PaintedBuildings[] {
    return this.#sending ? [this.#sending, ...this.#waiting] : this.#waiting;
  }

  /** Adds a stroke, and removes its buildings from those that wait; resolves when all are sent. */
  async add(stroke: PaintedBuildings) {
    const earlier = this.#waiting
      .map(({ to, buildings }) => ({ to, buildings: without(buildings, stroke.buildings) }))
      .filter(({ buildings }) => buildings.size);
    const last = earlier.at(-1);
    if (last?.to === stroke.to) last.buildings = new Set([...last.buildings, ...stroke.buildings]);
    else earlier.push({ to: stroke.to, buildings: new Set(stroke.buildings) });
    this.#waiting = earlier;
    if (!this.#sending) await this.#send();
  }

  async #send() {
    for (let stroke = this.#waiting.shift(); stroke; stroke = this.#waiting.shift()) {
      this.#sending = stroke;
      const { to, buildings } = stroke;
      try {
        await applyOperation({ kind: "transfer", buildings: [...buildings].sort(), to }, [to]);
      } finally {
        this.#sending = null;
        this.#changed();
      }
    }
  }

  /** Removes the last stroke that waits; returns whether there was one. */
  removeLast() {
    const removed = this.#waiting.pop() !== undefined;
    if (removed) this.#changed();
    return removed;
  }
}

const without = (buildings: ReadonlySet<string>, removed: ReadonlySet<string>) =>
  new Set([...buildings].filter((code) => !removed.has(code)));
