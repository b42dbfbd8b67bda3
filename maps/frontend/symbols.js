/* Symbolizers for canvas tiles: polygons, lines, dots, clusters. */
"use strict";

(function (G) {
  function trace(ctx, rings) {
    ctx.beginPath();
    for (const ring of rings) {
      ring.forEach((corner, at) => (at ? ctx.lineTo(corner.x, corner.y) : ctx.moveTo(corner.x, corner.y)));
    }
  }

  const dashes = (dash) => (dash ?? []).map((length) => length * G.state.scale);

  const hatches = new Map();

  /* Returns a canvas with diagonal stripes, which tell colours apart in print; it repeats seamlessly. */
  G.hatchTile = function (colour, ground) {
    const key = `${colour} ${ground}`;
    if (!hatches.has(key)) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 8;
      const pen = tile.getContext("2d");
      pen.fillStyle = ground;
      pen.fillRect(0, 0, 8, 8);
      pen.strokeStyle = colour;
      pen.lineWidth = 2.4;
      for (const shift of [-8, 0, 8]) {
        pen.beginPath();
        pen.moveTo(shift - 2, 10);
        pen.lineTo(shift + 10, -2);
        pen.stroke();
      }
      hatches.set(key, tile);
    }
    return hatches.get(key);
  };

  G.hatch = (ctx, colour, ground) => ctx.createPattern(G.hatchTile(colour, ground), "repeat");

  /* Returns a symbolizer from a function (zoom, properties) => style. */
  G.polygon = (styled) => ({
    draw(ctx, rings, zoom, feature) {
      const { fill, hatch, opacity = 1, stroke, width = 0, dash } = styled(zoom, feature.props);
      trace(ctx, rings);
      if (fill) {
        ctx.globalAlpha = opacity;
        ctx.fillStyle = hatch ? G.hatch(ctx, hatch, fill) : fill;
        ctx.fill("evenodd");
      }
      if (stroke && width) {
        ctx.globalAlpha = 1;
        ctx.strokeStyle = stroke;
        ctx.lineWidth = width * G.state.scale;
        ctx.lineJoin = "round";
        ctx.setLineDash(dashes(dash));
        ctx.stroke();
      }
    },
  });

  G.line = (styled) => ({
    draw(ctx, lines, zoom, feature) {
      const { stroke, width, dash, opacity = 1 } = styled(zoom, feature.props);
      if (!width) return;
      trace(ctx, lines);
      ctx.globalAlpha = opacity;
      ctx.strokeStyle = stroke;
      ctx.lineWidth = width * G.state.scale;
      ctx.lineCap = dash ? "butt" : "round";
      ctx.lineJoin = "round";
      ctx.setLineDash(dashes(dash));
      ctx.stroke();
    },
  });

  G.dot = (styled) => ({
    draw(ctx, [[at]], zoom, feature) {
      const { fill, radius, ring, hollow } = styled(zoom, feature.props);
      ctx.globalAlpha = 1;
      ctx.setLineDash([]);
      ctx.beginPath();
      ctx.arc(at.x, at.y, radius * G.state.scale, 0, 2 * Math.PI);
      ctx.fillStyle = hollow ? "#fff" : fill;
      ctx.fill();
      ctx.lineWidth = (hollow ? 1.6 : 1.25) * G.state.scale;
      ctx.strokeStyle = hollow ? fill : ring;
      ctx.stroke();
    },
  });

  /* A cluster with its number of issues; the rim shows the share of unresolved ones. */
  G.bubble = () => ({
    draw(ctx, [[at]], zoom, { props: { cluster, unsettled, radius } }) {
      const { ink, open, closed } = G.style.colours;
      const { scale } = G.state;
      const rim = (colour, share) => {
        ctx.beginPath();
        ctx.arc(at.x, at.y, radius - 2 * scale, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * share);
        ctx.strokeStyle = colour;
        ctx.stroke();
      };
      ctx.globalAlpha = 1;
      ctx.setLineDash([]);
      ctx.beginPath();
      ctx.arc(at.x, at.y, radius, 0, 2 * Math.PI);
      ctx.fillStyle = "#fff";
      ctx.fill();
      ctx.lineWidth = 4 * scale;
      rim(closed, 1);
      if (unsettled) rim(open, unsettled / cluster);
      ctx.fillStyle = ink;
      ctx.font = `600 ${(radius > 15 * scale ? 12 : 11) * scale}px ${G.FONT}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(cluster > 999 ? `${(cluster / 1000).toFixed(1)}k` : cluster, at.x, at.y + 0.5);
      ctx.textAlign = "start";
      ctx.textBaseline = "alphabetic";
    },
  });

  /* The number of buildings of a square, or of uncovered ones, where they are too many to render. */
  G.crowd = () => ({
    draw(ctx, [[at]], zoom, { props: { buildings, covered, uncovered } }) {
      const tells = G.tellsCoverage();
      const count = tells ? uncovered : buildings;
      if (!count) return;
      const { scale } = G.state;
      const radius = scale * Math.min(17, 8 + 2 * Math.log10(count) + String(count).length * 1.5);
      ctx.globalAlpha = 1;
      ctx.setLineDash([]);
      ctx.beginPath();
      ctx.arc(at.x, at.y, radius, 0, 2 * Math.PI);
      ctx.fillStyle = "#fff";
      ctx.fill();
      ctx.lineWidth = 2 * scale;
      ctx.strokeStyle = tells ? G.shade(covered / buildings) : G.style.colours.built_line;
      ctx.stroke();
      ctx.fillStyle = tells ? G.style.colours.uncovered_line : G.style.colours.ink;
      ctx.font = `600 ${11 * scale}px ${G.FONT}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(count > 9999 ? `${Math.round(count / 1000)}k` : count, at.x, at.y + 0.5);
      ctx.textAlign = "start";
      ctx.textBaseline = "alphabetic";
    },
  });

  G.FONT =
    '-apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", ' +
    '"Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", system-ui, sans-serif';
})(window.Gridward);
