// Makes the pictures of a report answer to the pointer; without it the pictures stay as they are.
"use strict";
(() => {
  const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];
  const DASHES = [[], [8, 4], [8, 3, 2, 3], [2, 3], [6, 2, 2, 2, 2, 2], [1, 2], [12, 3]];
  const written = (value, chart) => {
    if (value === null || value === undefined) return "–";
    const number = (x, digits) => x.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    if (chart.unit === "share") return `${number(value * 100, 1)}%`;
    if (chart.unit === "points") return `${value > 0 ? "+" : ""}${number(value * 100, 1)} pp`;
    if (chart.unit === "money") return `${number(value / 10 ** chart.digits, chart.digits)} ${chart.currency}`;
    return chart.unit === "count" ? number(value, 0) : number(value, 2);
  };
  const label = (chart, place) => (Number.isInteger(place) && chart.x[place] !== undefined ? chart.x[place] : "");

  const serieses = (chart) => chart.series.map((one, n) => ({
    label: one.name + (one.style === "observed" ? "" : ` (${one.style})`),
    stroke: COLOURS[n % COLOURS.length],
    width: 1.5,
    dash: one.style === "observed" ? DASHES[n % DASHES.length] : [2, 4],
    points: { show: chart.x.length <= 40, size: 5 },
    value: (_, value) => written(value, chart),
    ...(chart.shape === "bars" ? { paths: uPlot.paths.bars({ size: [0.7 / chart.series.length], align: 0 }), fill: `${COLOURS[n % COLOURS.length]}99` } : {}),
  }));

  const draw = (place) => {
    const chart = JSON.parse(place.dataset.chart);
    if (!chart.x.length || !chart.series.length) return;
    const picture = place.querySelector("img");
    const size = () => ({ width: Math.min(place.clientWidth || 640, 760), height: 300 });
    const plot = new uPlot({
      ...size(),
      scales: { x: { time: false, range: (_, low, high) => [low - 0.4, high + 0.4] } },
      axes: [
        { label: chart.x_title, values: (_, ticks) => ticks.map((tick) => label(chart, tick)) },
        { label: chart.y_title, size: 70, values: (_, ticks) => ticks.map((tick) => written(tick, chart)) },
      ],
      series: [{ label: chart.x_title, value: (_, tick) => label(chart, tick) }, ...serieses(chart)],
    }, [chart.x.map((_, n) => n), ...chart.series.map((one) => one.y)], place);
    plot.root.setAttribute("role", "img");
    plot.root.setAttribute("aria-label", picture.alt);
    picture.hidden = true;
    addEventListener("resize", () => plot.setSize(size()));
  };

  if (typeof uPlot !== "undefined") document.querySelectorAll("[data-chart]").forEach(draw);
})();
