/* Tells where in the page an event occurred. */

/** Whether an event occurred in an element that a CSS selector matches. */
export const isWithin = (event: Event, selector: string) =>
  event.target instanceof Element && event.target.closest(selector) !== null;
