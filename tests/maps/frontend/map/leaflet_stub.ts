/* Stands for Leaflet, a script of the page that has no part in what is tested. Import it before the modules. */

import { vi } from "vitest";

vi.stubGlobal("L", { TileLayer: class {} });
