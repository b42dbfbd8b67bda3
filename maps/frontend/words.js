/* The words of the page in its language, and numbers and days as that language writes them. */
"use strict";

window.Gridward = window.Gridward || {};

(function (G) {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  /* What the page was told: words, style, what it shows and where its data is. Scripts run before the body. */
  G.load = function () {
    G.config = read("gridward-config");
    G.style = G.config.style;
    G.locale = G.config.language === "zh" ? "zh-CN" : "en-GB";
    const data = document.getElementById("gridward-data");
    G.data = data ? JSON.parse(data.textContent) : null;
    G.state = {
      level: G.config.levels[0],
      areaLevel: G.config.levels[0],
      follows: true, // the level follows the zoom until somebody chooses one
      scope: G.config.area ?? "",
      selected: null,
      on: G.config.on, // the day shown
      then: null, // the earlier day that it is compared with
      scale: 1, // how much larger to draw, where the map shows its tiles smaller than they are
      measure: "households",
      classes: [],
      floor: 0, // the coarsest level that has parts of the chosen area
      hidden: { category: new Set(), status: new Set(), standing: new Set(), use: new Set() },
      built: { from: null, to: null }, // years
      period: { from: null, to: null }, // days on which issues were reported
      heat: false, // whether issues from afar are a heat map, not bubbles
    };
  };

  G.word = function (key, values = {}) {
    const text = G.config.words[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };

  /* A word for a value that comes from a list we know, or the value itself. */
  G.term = (family, value) => G.config.words[`${family}.${value}`] ?? String(value ?? "");

  /* The name that a row or a feature goes by in the page's language. */
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

  /* What cannot be read as a day stays as it is. */
  const written = (moment, format, text) =>
    Number.isNaN(moment.getTime()) ? text : new Intl.DateTimeFormat(G.locale, format).format(moment);

  G.day = function (text) {
    if (!text) return "";
    const [year, month, day] = text.slice(0, 10).split("-").map(Number);
    return written(new Date(Date.UTC(year, month - 1, day)), { dateStyle: "medium", timeZone: "UTC" }, text);
  };

  /* The day of a moment where the city is, as ISO has it. */
  G.isoDay = function (text) {
    const moment = new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
    if (Number.isNaN(moment.getTime())) return text.slice(0, 10);
    return new Intl.DateTimeFormat("sv-SE", { timeZone: G.config.served?.timezone }).format(moment);
  };

  G.longDay = (text) => written(new Date(`${text}T00:00:00Z`), { dateStyle: "long", timeZone: "UTC" }, text);

  G.moment = function (text) {
    if (!text) return "";
    if (text.length <= 10) return G.day(text);
    const iso = text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"); // as PostgreSQL writes it
    return written(new Date(iso), { dateStyle: "medium", timeStyle: "short" }, text);
  };

  /* Subjects that tell each other: "level", "measure", "selected", "filter", "day", "compare", "grown". */
  const bus = new EventTarget();
  G.on = (name, heard) => bus.addEventListener(name, (event) => heard(event.detail));
  G.tell = (name, detail) => bus.dispatchEvent(new CustomEvent(name, { detail }));
})(window.Gridward);
