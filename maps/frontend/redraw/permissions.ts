/* What the account of the page may do: its role and its reach, which the service checks again. */

import { config } from "../core/store.ts";

/** Whether the account may redraw grids somewhere. */
export const isCoordinator = () => ["coordinator", "admin"].includes(config.account.role);

/** Whether an area or grid lies in the reach of the account; without a reach it may change everything. */
export const isInReach = (code: string) => code.startsWith(config.account.reach ?? "");
