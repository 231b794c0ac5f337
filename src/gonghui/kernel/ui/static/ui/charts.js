/* Draws a chart from the table inside a figure[data-chart]; the table stays for reading aloud and for print. */
(() => {
  "use strict";
  const number = (text) => Number(text.replace(/[^\d.-]/g, ""));
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const COLOURS = ["info", "good", "wait", "text-2", "stop", "gold"];
  const DASHES = [null, [6, 4], [2, 3]];
  const SVG = "http://www.w3.org/2000/svg";

  function keys(names) {
    const list = document.createElement("p");
    list.className = "gh-chart-keys";
    list.setAttribute("aria-hidden", "true");
    names.forEach((name, n) => {
      const item = document.createElement("span");
      const picture = document.createElementNS(SVG, "svg");
      picture.setAttribute("viewBox", "0 0 28 12");
      const stroke = document.createElementNS(SVG, "path");
      Object.entries({ d: "M0 6h28", fill: "none", stroke: token(COLOURS[n % COLOURS.length]), "stroke-width": 2.5, "stroke-dasharray": (DASHES[n % 3] || []).join(" ") })
        .forEach(([key, value]) => stroke.setAttribute(key, value));
      picture.append(stroke);
      item.append(picture, name);
      list.append(item);
    });
    return list;
  }

  function draw(figure) {
    const table = figure.querySelector("table");
    const lines = [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent.trim()));
    const names = [...table.querySelectorAll("thead th")].slice(1).map((cell) => cell.textContent.trim());
    const box = document.createElement("div");
    box.className = "gh-chart-canvas";
    box.setAttribute("aria-hidden", "true");
    figure.querySelector("figcaption").after(...(names.length > 1 ? [keys(names), box] : [box]));
    const quiet = { color: token("text-2"), fontFamily: token("face"), fontSize: 12 };
    const line = { lineStyle: { color: token("line") } };
    const chart = echarts.init(box, null, { renderer: "svg" });
    chart.setOption({
      animation: false,
      color: COLOURS.map(token),
      grid: { left: 8, right: 16, top: 24, bottom: 8, containLabel: true },
      xAxis: { type: "category", data: lines.map((cells) => cells[0]), axisLabel: quiet, axisLine: line, axisTick: { show: false } },
      yAxis: { type: "value", axisLabel: quiet, splitLine: line },
      series: names.map((name, n) => ({
        name, type: figure.dataset.chart, data: lines.map((cells) => number(cells[n + 1])),
        symbol: "circle", symbolSize: 6, barMaxWidth: 28, lineStyle: { width: 2, type: DASHES[n % 3] },
        label: { show: lines.length <= 12 && names.length <= 2, position: "top", formatter: (point) => point.value.toLocaleString("zh-CN"), ...quiet },
      })),
    });
    table.classList.add("visually-hidden");
    new ResizeObserver(() => chart.resize()).observe(box);
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("figure[data-chart]").forEach(draw));
})();
