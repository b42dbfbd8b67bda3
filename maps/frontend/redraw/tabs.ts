/* The tabs of the panel. */

import { emit } from "../core/events.ts";
import { byId } from "../core/nodes.ts";

const STEPS = new Map([
  ["ArrowRight", 1],
  ["ArrowLeft", -1],
]);

const panelOf = (tab: HTMLElement) => byId(tab.getAttribute("aria-controls") ?? "");

/** Lets clicks and arrow keys change the tab. */
export function enableTabs() {
  const buttons = [...document.querySelectorAll<HTMLElement>("[role=tab]")];
  const open = (chosen: HTMLElement) => {
    for (const tab of buttons) {
      const isOpen = tab === chosen;
      tab.setAttribute("aria-selected", String(isOpen));
      tab.tabIndex = isOpen ? 0 : -1;
      panelOf(tab).hidden = !isOpen;
    }
    emit("tab");
  };
  buttons.forEach((tab, index) => {
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const step = STEPS.get(key);
      if (!step) return;
      const next = buttons[(index + step + buttons.length) % buttons.length];
      next.focus();
      open(next);
    });
  });
}

/** Sets the number in a tab, none for 0; an alarm makes it stand out. */
export function setBadge(tab: string, count: number, isAlarm = false) {
  const badge = document.querySelector(`[aria-controls="tab-${tab}"] .count-badge`);
  if (!badge) throw new Error(`The page has no tab ${tab}.`);
  badge.textContent = count ? String(count) : "";
  badge.classList.toggle("alarm", isAlarm);
}
