/* Draws a chart from the table inside a figure[data-chart]; the table stays for reading aloud and for print. */
(() => {
  "use strict";
  const number = (text) => Number(text.replace(/[^\d.-]/g, ""));
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  function draw(figure) {
    const table = figure.querySelector("table");
    const lines = [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent.trim()));
    const names = [...table.querySelectorAll("thead th")].slice(1).map((cell) => cell.textContent.trim());
    const box = document.createElement("div");
    box.className = "gh-chart-canvas";
    box.setAttribute("aria-hidden", "true");
    figure.querySelector("figcaption").after(box);
    const quiet = { color: token("text-2"), fontFamily: token("face"), fontSize: 12 };
    const line = { lineStyle: { color: token("line") } };
    const chart = echarts.init(box, null, { renderer: "svg" });
    chart.setOption({
      animation: false,
      color: [token("info"), token("good"), token("wait"), token("text-2"), token("stop"), token("gold")],
      grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
      legend: { show: names.length > 1, left: 0, top: 0, itemWidth: 14, textStyle: quiet },
      tooltip: { trigger: "axis", renderMode: "richText", confine: true },
      xAxis: { type: "category", data: lines.map((cells) => cells[0]), axisLabel: quiet, axisLine: line, axisTick: { show: false } },
      yAxis: { type: "value", axisLabel: quiet, splitLine: line },
      series: names.map((name, n) => ({
        name, type: figure.dataset.chart, data: lines.map((cells) => number(cells[n + 1])),
        symbol: ["circle", "rect", "triangle", "diamond"][n % 4], symbolSize: 7, barMaxWidth: 28,
        lineStyle: { width: 2, type: ["solid", "dashed", "dotted"][n % 3] },
      })),
    });
    table.classList.add("visually-hidden");
    new ResizeObserver(() => chart.resize()).observe(box);
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("figure[data-chart]").forEach(draw));
})();
