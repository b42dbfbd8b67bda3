/* Editor state of the redraw page: the tool, selected and locked grids, colours, and messages. */
"use strict";

(function (G) {
  G.MODES = { look: "v", paint: "b", split: "s", border: "m", merge: "j" };

  const desk = { mode: "look", picked: [], locked: new Set(), comparing: false, colours: new Map() };
  G.desk = desk;

  G.choose = function (mode) {
    desk.mode = mode;
    if (mode !== "border" && mode !== "merge") desk.picked.length = Math.min(desk.picked.length, 1);
    G.say("");
    G.tell("mode");
    G.tell("picked");
  };

  const most = () => ({ border: 2, merge: Infinity })[desk.mode] ?? 1;

  /* Selects a grid, or adds it to the selection of a tool that needs several; there a second call removes it. */
  G.pick = function (code) {
    if (desk.picked.includes(code)) desk.picked = most() > 1 ? desk.picked.filter((one) => one !== code) : desk.picked;
    else if (desk.picked.length < most()) desk.picked = [...desk.picked, code];
    else desk.picked = [code];
    G.tell("picked");
  };

  G.drop = function () {
    desk.picked = [];
    G.tell("picked");
  };

  G.lock = function (code) {
    if (!desk.locked.delete(code)) desk.locked.add(code);
    G.tell("picked");
  };

  /* Gives each grid a colour unlike its neighbours'; an existing grid keeps its colour. */
  G.colourAll = function (plan) {
    for (const code of desk.colours.keys()) if (!plan.grids.has(code)) desk.colours.delete(code);
    for (const [code, grid] of plan.grids) {
      if (desk.colours.has(code)) continue;
      const near = [...plan.grids.values()].filter((other) => G.meet(grid.extent, other.extent));
      const taken = new Map(G.style.gridColours.map((colour) => [colour, 0]));
      for (const { properties } of near) {
        const colour = desk.colours.get(properties.code);
        if (colour) taken.set(colour, taken.get(colour) + 1);
      }
      for (const colour of desk.colours.values()) taken.set(colour, taken.get(colour) + 0.001); // on a tie, the least used colour
      desk.colours.set(code, [...taken].sort((a, b) => a[1] - b[1])[0][0]);
    }
    desk.picked = desk.picked.filter((code) => plan.grids.has(code));
  };

  /* Returns a grid code without the community's code. */
  G.shortCode = function (code) {
    const grid = G.plan.grids.get(code) ?? G.plan.before.get(code);
    const community = grid?.properties.community_code ?? [...G.plan.communities].find((one) => code.startsWith(one)) ?? "";
    return code.slice(community.length);
  };

  /* Applies an operation unless it changes a locked grid; shows why it was refused. */
  G.act = async function (operation, grids = []) {
    const locked = grids.find((code) => desk.locked.has(code));
    if (locked) return G.say(G.word("grid_locked", { grid: G.shortCode(locked) }), "fault");
    return G.attempt(() => G.plan.apply(operation));
  };

  const SLOW_MS = 700; // milliseconds without a response before a progress message is shown

  /* Runs an operation and shows errors; on a version conflict opens the conflict dialog. */
  G.attempt = async function (run) {
    if (!G.plan.isOpen) return G.say(G.word("plan_read_only"), "fault");
    const slow = setTimeout(() => G.say(G.word("calculating"), "working"), SLOW_MS);
    try {
      document.body.classList.add("busy");
      const answer = await run();
      G.say("");
      return answer;
    } catch (problem) {
      G.say("");
      if (!(problem instanceof G.Problem)) throw problem;
      if (problem.status === 412 || problem.code === "plan_changed") return G.planChanged(run);
      G.say([problem.message, problem.hint].filter(Boolean).join(" "), "fault");
      G.tell("refused");
      return undefined;
    } finally {
      clearTimeout(slow);
      document.body.classList.remove("busy");
    }
  };

  G.say = function (text, kind = "") {
    const place = document.getElementById("said");
    place.className = `said ${kind}`;
    place.hidden = !text;
    G.fill(place, text ? [G.node("span", {}, text), G.button("×", () => G.say(""), { "aria-label": G.word("close") })] : []);
  };
})(window.Gridward);
