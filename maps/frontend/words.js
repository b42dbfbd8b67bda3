/* Texts, numbers and dates in the page's language. */
"use strict";

window.Gridward = window.Gridward || {};

(function (G) {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  /* Reads the configuration and data from the page. Scripts load before the body is parsed. */
  G.load = function () {
    G.config = read("gridward-config");
    G.style = G.config.style;
    G.locale = G.config.language === "zh" ? "zh-CN" : "en-GB";
    const data = document.getElementById("gridward-data");
    G.data = data ? JSON.parse(data.textContent) : null;
    G.state = {
      level: G.config.levels[0],
      areaLevel: G.config.levels[0],
      follows: true, // the level follows the zoom until the user chooses one
      scope: G.config.area ?? "",
      area: { code: G.config.area ?? "", name: G.config.title, level: G.config.levels[0] }, // of the scope
      listsBuildings: false, // whether the table lists buildings at any zoom
      selected: null,
      on: G.config.on, // the date shown
      then: null, // the earlier date of a comparison
      scale: 1, // enlarges symbols where the map scales its tiles down
      measure: "households",
      classes: [],
      floor: 0, // index of the coarsest level below the current area
      hidden: { category: new Set(), status: new Set(), standing: new Set(), use: new Set() },
      built: { from: null, to: null }, // years
      period: { from: null, to: null }, // report dates
      heat: false, // whether issues at low zoom are a heat map instead of clusters
    };
  };

  G.word = function (key, values = {}) {
    const text = G.config.texts[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };

  /* Returns the text of a value of a known list, or the value itself. */
  G.term = (family, value) => G.config.texts[`${family}.${value}`] ?? String(value ?? "");

  /* Returns the name of a row or feature in the page's language. */
  G.named = function (props) {
    const { name, name_en, address, code, community_code } = props;
    if (G.config.language !== "en") return name || address || code;
    if (name_en) return name_en;
    if (props.buildings != null && community_code) return `${G.word("grid")} ${code.slice(community_code.length)}`;
    return name || address || code;
  };

  G.number = (value) => (value == null ? "–" : new Intl.NumberFormat(G.locale).format(value));

  G.percent = function (rate) {
    if (rate == null) return "–";
    const digits = { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 };
    return new Intl.NumberFormat(G.locale, digits).format(rate);
  };

  /* Formats a date; an invalid date stays as it is. */
  const written = (moment, format, text) =>
    Number.isNaN(moment.getTime()) ? text : new Intl.DateTimeFormat(G.locale, format).format(moment);

  G.day = function (text) {
    if (!text) return "";
    const [year, month, day] = text.slice(0, 10).split("-").map(Number);
    return written(new Date(Date.UTC(year, month - 1, day)), { dateStyle: "medium", timeZone: "UTC" }, text);
  };

  /* Returns the ISO date of a timestamp in the city's time zone. */
  G.isoDay = function (text) {
    const moment = new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
    if (Number.isNaN(moment.getTime())) return text.slice(0, 10);
    return new Intl.DateTimeFormat("sv-SE", { timeZone: G.config.service?.timezone }).format(moment);
  };

  G.longDay = (text) => written(new Date(`${text}T00:00:00Z`), { dateStyle: "long", timeZone: "UTC" }, text);

  G.moment = function (text) {
    if (!text) return "";
    if (text.length <= 10) return G.day(text);
    const iso = text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"); // PostgreSQL's format
    return written(new Date(iso), { dateStyle: "medium", timeStyle: "short" }, text);
  };

  /* Events of the page: "level", "scope", "measure", "selected", "filter", "day", "compare", "grown", "listed". */
  const bus = new EventTarget();
  G.on = (name, heard) => bus.addEventListener(name, (event) => heard(event.detail));
  G.tell = (name, detail) => bus.dispatchEvent(new CustomEvent(name, { detail }));
})(window.Gridward);
