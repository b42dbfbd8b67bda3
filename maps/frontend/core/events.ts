/* Announcements of changes to the parts of a page. */

import type { LevelName } from "./types.ts";

/** By event, its detail: most have none, and the parts read the state. */
interface Events {
  /* Of map pages. */
  level: undefined;
  scope: undefined;
  measure: undefined;
  selected: undefined;
  filter: undefined;
  day: undefined;
  compare: undefined; // also of the redraw page
  period: undefined;
  /** A popup has more content. */
  grown: undefined;
  /** A layer was added to the map or removed. */
  layers: undefined;
  /** The table shows rows of a level. */
  listed: { level: LevelName | "building" };
  /* Of the redraw page. */
  plan: undefined;
  mode: undefined;
  picked: undefined;
  line: undefined;
  refused: undefined;
  tab: undefined;
}

/** The name of an event. */
export type EventName = keyof Events;

const bus = new EventTarget();

/** Calls back at each event of a name. */
export function listen<Name extends EventName>(name: Name, callback: (detail: Events[Name]) => void) {
  bus.addEventListener(name, (event) => callback((event as CustomEvent<Events[Name]>).detail));
}

type Details<Name extends EventName> = Events[Name] extends undefined ? [] : [detail: Events[Name]];

/** Announces an event. */
export function emit<Name extends EventName>(name: Name, ...[detail]: Details<Name>) {
  bus.dispatchEvent(new CustomEvent(name, { detail }));
}
