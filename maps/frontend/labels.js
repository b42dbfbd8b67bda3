/* Map labels: one or two centred lines with a halo. */
"use strict";

(function (G) {
  const ASCENT = 0.8;

  function measure(pen, lines) {
    let width = 0;
    let height = 0;
    for (const line of lines) {
      pen.font = line.font;
      width = Math.max(width, pen.measureText(line.text).width);
      height += line.size * 1.25;
    }
    return { width, height };
  }

  function write(ctx, lines, height) {
    ctx.globalAlpha = 1;
    ctx.textAlign = "center";
    ctx.lineJoin = "round";
    ctx.strokeStyle = "rgba(255, 255, 255, 0.92)";
    for (const halo of [true, false]) { // all halos first: a halo must not cover the line above it
      let y = -height / 2;
      for (const line of lines) {
        const base = y + line.size * ASCENT + line.size * 0.22;
        ctx.font = line.font;
        ctx.lineWidth = line.size * 0.28;
        ctx.fillStyle = line.colour;
        if (halo) ctx.strokeText(line.text, 0, base);
        else ctx.fillText(line.text, 0, base);
        y += line.size * 1.25;
      }
    }
    ctx.textAlign = "start";
  }

  /* `said(zoom, properties)` returns the lines: [{text, size, weight, colour}]. */
  G.label = (said) => ({
    place(layout, [[at]], feature) {
      const lines = said(layout.zoom, feature.props)
        .filter((line) => line.text)
        .map((line) => ({ ...line, size: line.size * G.state.scale }))
        .map((line) => ({ ...line, font: `${line.weight} ${line.size}px ${G.FONT}` }));
      if (!lines.length) return undefined;
      const { width, height } = measure(layout.scratch, lines);
      const [wide, high] = [width / 2 + 4, height / 2 + 2];
      const bbox = { minX: at.x - wide, maxX: at.x + wide, minY: at.y - high, maxY: at.y + high };
      return [{ anchor: at, bboxes: [bbox], draw: (ctx) => write(ctx, lines, height) }];
    },
  });
})(window.Gridward);
