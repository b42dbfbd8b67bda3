import { expect, test } from "vitest";
import { cityLocalTime, cityTimestamp } from "../../../../maps/frontend/core/city_time.ts";
import { loadPage } from "../page_config.ts";

test("a time is that of the city, whatever the zone of the browser", () => {
  loadPage({ timezone: "Asia/Shanghai" });
  expect(cityTimestamp("2024-05-01T08:30")).toBe("2024-05-01T00:30:00.000Z");
  expect(cityTimestamp("2024-01-01T00:00")).toBe("2023-12-31T16:00:00.000Z");
  expect(cityLocalTime(Date.parse("2024-05-01T00:30:59Z"))).toBe("2024-05-01T08:30");
});

test("the hours around a change of the clocks have the offset of their side", () => {
  loadPage({ timezone: "Europe/London" }); // 01:00 to 02:00 on 31 March 2024 does not exist
  expect(cityTimestamp("2024-03-31T00:59")).toBe("2024-03-31T00:59:00.000Z");
  expect(cityTimestamp("2024-03-31T02:00")).toBe("2024-03-31T01:00:00.000Z");
  expect(cityTimestamp("2024-10-27T00:30")).toBe("2024-10-26T23:30:00.000Z");
  expect(cityTimestamp("2024-10-27T02:30")).toBe("2024-10-27T02:30:00.000Z");
});

test("a time of any season is read as it is shown, in zones with and without changes of the clocks", () => {
  for (const timeZone of ["Asia/Shanghai", "Asia/Kathmandu", "America/New_York", "Pacific/Apia"]) {
    loadPage({ timezone: timeZone });
    const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
    for (let hour = 0; hour < 366 * 24; hour += 53) {
      const shown = format.format(Date.UTC(2024, 0, 1, hour)).replace(" ", "T");
      expect(format.format(Date.parse(cityTimestamp(shown))).replace(" ", "T")).toBe(shown);
    }
  }
});
