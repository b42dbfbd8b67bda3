/* Stores in the browser which grids an account has locked in a plan. */

import { config } from "../core/store.ts";

const storageKey = () => `gridward.locked-grids.${config.account.login}.${config.plan}`;

/** Returns the codes of the locked grids; none where the browser stores nothing. */
export function storedLocks(): Set<string> {
  try {
    const codes: unknown = JSON.parse(localStorage.getItem(storageKey()) ?? "[]");
    return new Set(Array.isArray(codes) ? codes.filter((code) => typeof code === "string") : []);
  } catch {
    return new Set();
  }
}

/** Stores the codes of the locked grids; returns whether the browser could. */
export function storeLocks(codes: ReadonlySet<string>): boolean {
  try {
    localStorage.setItem(storageKey(), JSON.stringify([...codes].sort()));
    return true;
  } catch {
    return false;
  }
}
