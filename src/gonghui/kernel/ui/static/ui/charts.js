/* Draws a figure[data-chart] from the table inside it; the table stays, folded, for whoever cannot see the drawing. */
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const COLOURS = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"];
  const DASHES = ["solid", [6, 4], [2, 3], [10, 3, 2, 3]];
  const TONES = { good: "good", wait: "wait", stop: "stop", idle: "line-strong" };
  const SYMBOLS = ["circle", "rect", "triangle", "diamond"];
  const LYING = new Set(["hbar", "pyramid", "target", "funnel"]);
  const ROUND = new Set(["pie", "ring"]);
  const SLICES = 8;
  const NARROW = 480;
  const drawn = [];

  /* Colours and faces as the tokens of the wanted theme say; a column that is a state has the state's. */
  function look(theme, tones) {
    const probe = document.createElement("i");
    if (theme) probe.dataset.bsTheme = theme;
    probe.hidden = true;
    document.body.append(probe);
    const style = getComputedStyle(probe);
    const token = (name) => style.getPropertyValue(`--${name}`).trim();
    const found = {
      colours: COLOURS.map((name, n) => token(TONES[tones[n]] || name)), text: token("text"), quiet: token("text-2"), line: token("line"),
      ground: token("surface"), face: token("face"), size: parseFloat(token("fs-xs")) * parseFloat(getComputedStyle(document.documentElement).fontSize) || 12,
    };
    probe.remove();
    return found;
  }

  function read(figure) {
    const table = figure.querySelector("table");
    const heads = [...table.querySelectorAll("thead th")].slice(1);
    const rows = [...table.querySelectorAll("tbody tr")];
    const value = (cell) => (cell.dataset.value === "" ? null : Number(cell.dataset.value));
    const figures = rows.map((row) => [...row.querySelectorAll("td")].map(value));
    return {
      kind: figure.dataset.chart, unit: figure.dataset.unit,
      title: figure.querySelector(".gh-chart-title").textContent,
      asOf: figure.querySelector(".gh-asof")?.textContent || "",
      labels: rows.map((row) => row.querySelector("th").textContent.trim()),
      links: rows.map((row) => row.querySelector("th a")?.href || ""),
      names: heads.map((cell) => cell.textContent.trim()),
      tones: heads.map((cell) => cell.dataset.tone || ""),
      units: heads.map((cell) => cell.dataset.unit || figure.dataset.unit),
      columns: heads.map((_, n) => figures.map((line) => line[n])),
    };
  }

  const said = (value, unit) => (value === null || value === undefined ? "—" : value.toLocaleString("zh-CN") + (unit ? ` ${unit}` : ""));
  /* Bars that stand beside or on each other are told apart by their filling too. */
  const decal = (n, colour) => (n % 4 === 0 ? undefined : { symbol: n % 4 === 2 ? "circle" : "rect", color: colour, dashArrayX: n % 4 === 2 ? [[3, 5], [0, 4, 3, 1]] : [1, 0], dashArrayY: n % 4 === 2 ? [3, 3] : [1.5, 5], rotation: n % 4 === 1 ? 0.785 : -0.785, symbolSize: n % 4 === 2 ? 0.6 : 1 });

  /* The names that have a key, with how each is drawn: bar, line or slice. */
  function keyed(data) {
    if (ROUND.has(data.kind)) return [];
    if (data.kind === "waterfall" || data.kind === "funnel") return [];
    if (data.names.length < 2) return [];
    const lines = data.kind === "line" || data.kind === "area";
    return data.names.map((name, n) => {
      const last = n === data.names.length - 1;
      const stroke = lines || (last && (data.kind === "combo" || data.kind === "pareto" || data.kind === "target"));
      return { name, stroke };
    });
  }

  function folded(data) {
    const slices = data.labels.map((name, n) => ({ name, value: data.columns[0][n] || 0 })).filter((slice) => slice.value);
    if (slices.length <= SLICES) return slices;
    const sorted = [...slices].sort((a, b) => b.value - a.value);
    const rest = sorted.slice(SLICES - 1);
    return [...sorted.slice(0, SLICES - 1), { name: `其他 ${rest.length} 项`, value: rest.reduce((sum, slice) => sum + slice.value, 0) }];
  }

  function option(data, theme, width) {
    const { kind, labels, columns, names, units } = data;
    const quiet = { color: theme.quiet, fontFamily: theme.face, fontSize: theme.size };
    const base = { animation: false, color: theme.colours, textStyle: { fontFamily: theme.face } };
    if (ROUND.has(kind)) {
      const total = columns[0].reduce((sum, value) => sum + (value || 0), 0);
      const slices = folded(data).map((slice, n) => ({ ...slice, itemStyle: { color: theme.colours[n % 8], decal: decal(n, theme.ground + "66"), borderColor: theme.ground, borderWidth: 2 } }));
      const share = (value) => `${(Math.round((1000 * value) / total) / 10).toFixed(1)}%`;
      const series = [{
        type: "pie", radius: kind === "ring" ? ["48%", "72%"] : [0, "72%"], center: ["50%", "50%"], data: slices, minShowLabelAngle: 4,
        label: { ...quiet, color: theme.text, formatter: (point) => (width < NARROW ? `${point.name}\n${share(point.value)}` : `${point.name} ${said(point.value, "")}（${share(point.value)}）`), overflow: "break", width: width < NARROW ? 72 : Math.max(72, Math.min(180, width / 2 - 150)) },
        labelLine: { lineStyle: { color: theme.line } }, emphasis: { scaleSize: 4 },
      }];
      if (kind === "ring") {
        series.push({ type: "pie", silent: true, radius: [0, 0], data: [{ value: 1 }], label: { show: true, position: "center", formatter: `合计\n${said(total, data.unit)}`, fontFamily: theme.face, fontSize: theme.size + 3, color: theme.text, lineHeight: theme.size * 1.8 }, itemStyle: { color: "transparent" } });
      }
      return { ...base, series };
    }
    const lying = LYING.has(kind) || (kind === "bar" && width < NARROW && labels.length > 6);
    const few = width < NARROW ? labels.length * names.length <= 7 : labels.length <= 12 && names.length <= 2;
    const tags = { ...quiet, formatter: (point) => said(Math.abs(point.value), ""), show: few };
    const category = { type: "category", data: labels, axisLabel: { ...quiet, ...(lying ? { width: width < NARROW ? 88 : 150, overflow: "truncate" } : { hideOverlap: true, interval: labels.length > 16 ? "auto" : 0, width: Math.max(30, (width - 80) / labels.length - 4), overflow: labels.length > 16 ? "none" : "break" }) }, axisLine: { lineStyle: { color: theme.line } }, axisTick: { show: false }, inverse: lying };
    const value = { type: "value", axisLabel: { ...quiet, formatter: (number) => (Math.abs(number) >= 10000 ? `${number / 10000}万` : `${Math.abs(number)}`), hideOverlap: true }, splitLine: { lineStyle: { color: theme.line } }, splitNumber: width < NARROW ? 3 : 5, minInterval: columns.flat().every((number) => number === null || Number.isInteger(number)) ? 1 : 0 };
    const bar = (n, more = {}) => ({ type: "bar", name: names[n], data: columns[n], barMaxWidth: 28, itemStyle: { color: theme.colours[n % 8], decal: decal(n, theme.ground + "66"), borderRadius: lying ? [0, 3, 3, 0] : [3, 3, 0, 0] }, label: { ...tags, position: lying ? "right" : "top" }, ...more });
    const line = (n, more = {}) => ({ type: "line", name: names[n], data: columns[n], symbol: SYMBOLS[n % 4], symbolSize: 7, connectNulls: false, itemStyle: { color: theme.colours[n % 8] }, lineStyle: { width: 2, type: DASHES[n % 4], color: theme.colours[n % 8] }, label: { ...tags, position: "top" }, ...more });
    const percent = { ...value, axisLabel: { ...quiet, formatter: (number) => `${number}%` }, minInterval: 0 };
    let series = [];
    let values = value;
    const flat = { borderRadius: 0 };
    if (kind === "line") series = columns.map((_, n) => line(n));
    else if (kind === "area") series = columns.map((_, n) => line(n, { areaStyle: { color: theme.colours[n % 8], opacity: 0.18 } }));
    else if (kind === "stacked") series = columns.map((_, n) => bar(n, { stack: "all", label: { show: false }, itemStyle: { ...bar(n).itemStyle, ...flat } }));
    else if (kind === "share") {
      const totals = labels.map((_, place) => columns.reduce((sum, column) => sum + (column[place] || 0), 0));
      series = columns.map((column, n) => bar(n, { stack: "all", data: column.map((number, place) => (totals[place] ? Math.round((1000 * (number || 0)) / totals[place]) / 10 : null)), label: { show: false }, itemStyle: { ...bar(n).itemStyle, ...flat } }));
      values = { ...percent, max: 100 };
    } else if (kind === "combo" || kind === "pareto") {
      const last = columns.length - 1;
      const right = units[last] === "%" ? { ...percent, max: kind === "pareto" ? 100 : undefined } : { ...value };
      series = columns.map((_, n) => (n === last ? line(n, { yAxisIndex: 1, label: { show: false } }) : bar(n)));
      values = [value, { ...right, splitLine: { show: false } }];
    } else if (kind === "waterfall") {
      const steps = columns[0].map((number) => number || 0);
      const ends = columns[1];
      const low = steps.map((step, n) => Math.min(ends[n], ends[n] - step));
      series = [
        { type: "bar", stack: "all", silent: true, data: low, itemStyle: { color: "transparent" }, barMaxWidth: 40 },
        bar(0, { stack: "all", barMaxWidth: 40, data: steps.map((step, n) => ({ value: Math.abs(step), itemStyle: { color: theme.colours[step < 0 ? 1 : n === 0 ? 0 : 2], decal: decal(step < 0 ? 1 : 0, theme.ground + "66"), borderRadius: 2 } })), label: { ...quiet, show: labels.length <= 12, position: "top", formatter: (point) => (steps[point.dataIndex] > 0 && point.dataIndex ? "+" : "") + said(steps[point.dataIndex], "") } }),
      ];
    } else if (kind === "pyramid") {
      series = columns.map((column, n) => bar(n, { stack: "all", data: column.map((number) => (n ? number : -(number || 0))), label: { ...tags, position: n ? "right" : "left" }, itemStyle: { ...bar(n).itemStyle, ...flat } }));
      const edge = Math.max(...columns.flat().map((number) => number || 0));
      values = { ...value, min: -edge * 1.2, max: edge * 1.2, axisLabel: { ...value.axisLabel, formatter: (number) => said(Math.round(Math.abs(number)), "") }, minInterval: 0 };
    } else if (kind === "target") {
      series = [bar(0, { barMaxWidth: 18, label: { show: false } }), { type: "line", name: names[1], data: columns[1], symbol: "rect", symbolSize: [4, 22], lineStyle: { width: 0 }, itemStyle: { color: theme.text }, label: { show: false } }];
    } else if (kind === "funnel") {
      const most = Math.max(...columns[0].map((number) => number || 0));
      series = [
        { type: "bar", stack: "all", silent: true, data: columns[0].map((number) => (most - (number || 0)) / 2), itemStyle: { color: "transparent" }, barWidth: "72%" },
        bar(0, { stack: "all", barMaxWidth: undefined, barWidth: "72%", itemStyle: { color: theme.colours[0], borderRadius: 4 }, label: { show: true, position: "inside", fontFamily: theme.face, fontSize: theme.size, color: theme.text, backgroundColor: theme.ground, padding: [2, 6], borderRadius: 4, formatter: (point) => `${said(columns[0][point.dataIndex], data.unit)}（${said(columns[1][point.dataIndex], "")}%）` } }),
      ];
      values = { ...value, show: false, max: most };
    } else series = columns.map((_, n) => bar(n));
    const room = { left: 8, right: lying && few ? 48 : 16, top: 24, bottom: 8, containLabel: true };
    return { ...base, grid: room, xAxis: lying ? values : category, yAxis: lying ? category : values, series };
  }

  function height(data, width) {
    const lying = LYING.has(data.kind) || (data.kind === "bar" && width < NARROW && data.labels.length > 6);
    return lying ? Math.max(160, data.labels.length * (data.kind === "hbar" ? 14 + 14 * data.names.length : data.kind === "bar" ? 14 + 14 * data.names.length : 34) + 48) : 272;
  }

  function keys(data, theme) {
    const list = document.createElement("p");
    list.className = "gh-chart-keys";
    list.setAttribute("aria-hidden", "true");
    keyed(data).forEach((key, n) => {
      const item = document.createElement("span");
      const picture = document.createElementNS(SVG, "svg");
      picture.setAttribute("viewBox", "0 0 28 12");
      const shape = document.createElementNS(SVG, "path");
      const dash = DASHES[n % 4] === "solid" ? "" : DASHES[n % 4].join(" ");
      const facts = key.stroke
        ? { d: data.kind === "target" ? "M14 0v12" : "M0 6h28", fill: "none", stroke: data.kind === "target" ? theme.text : theme.colours[n % 8], "stroke-width": data.kind === "target" ? 4 : 2.5, "stroke-dasharray": data.kind === "target" ? "" : dash }
        : { d: "M7 0h14v12H7z", fill: theme.colours[n % 8] };
      Object.entries(facts).forEach(([name, value]) => shape.setAttribute(name, value));
      picture.append(shape);
      if (!key.stroke && n % 4) {
        const mark = document.createElementNS(SVG, "path");
        Object.entries({ d: n % 4 === 2 ? "M10 4h2M16 4h2M13 8h2" : n % 4 === 1 ? "M7 12L19 0M13 12L21 4" : "M7 0L19 12M13 0L21 8", stroke: theme.ground, "stroke-width": 1.6, fill: "none" }).forEach(([name, value]) => mark.setAttribute(name, value));
        picture.append(mark);
      }
      item.append(picture, key.name);
      list.append(item);
    });
    return list;
  }

  function tools(held) {
    const row = document.createElement("p");
    row.className = "gh-chart-tools";
    [["下载图片", () => picture(held)], ["打印图表", null]].forEach(([title, act]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "gh-link";
      button.textContent = title;
      button.setAttribute("aria-label", `${title}：${held.data.title}`);
      if (act) button.addEventListener("click", act);
      else button.dataset.printPart = "";
      row.append(button);
    });
    return row;
  }

  /* The chart with its title, keys and time on a sheet of its own, twice as fine as the screen. */
  function picture({ data }) {
    const theme = look("light", data.tones);
    const width = 960, scale = 2, tall = Math.max(420, height(data, width));
    const box = document.createElement("div");
    Object.assign(box.style, { position: "absolute", left: "-9999px", width: `${width}px`, height: `${tall}px` });
    document.body.append(box);
    const chart = echarts.init(box, null, { renderer: "canvas", devicePixelRatio: scale });
    chart.setOption(option(data, theme, width));
    const source = chart.getRenderedCanvas({ pixelRatio: scale, backgroundColor: theme.ground });
    const sheet = document.createElement("canvas");
    const top = 88, foot = 40;
    sheet.width = width * scale;
    sheet.height = (tall + top + foot) * scale;
    const pen = sheet.getContext("2d");
    pen.scale(scale, scale);
    pen.fillStyle = theme.ground;
    pen.fillRect(0, 0, width, tall + top + foot);
    pen.fillStyle = theme.text;
    pen.font = `600 20px ${theme.face}`;
    pen.fillText(data.title, 24, 36);
    pen.font = `13px ${theme.face}`;
    let x = 24;
    keyed(data).forEach((key, n) => {
      pen.fillStyle = data.kind === "target" && key.stroke ? theme.text : theme.colours[n % 8];
      pen.fillRect(x, key.stroke ? 65 : 60, 18, key.stroke ? 3 : 12);
      pen.fillStyle = theme.text;
      pen.fillText(key.name, x + 24, 71);
      x += 48 + pen.measureText(key.name).width;
    });
    pen.drawImage(source, 0, top, width, tall);
    pen.fillStyle = theme.quiet;
    pen.fillText(data.asOf, 24, top + tall + 24);
    chart.dispose();
    box.remove();
    sheet.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${data.title}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }, "image/png");
  }

  /* What is pointed at, in words; the drawing library is vendored without its own. */
  function telling(held) {
    const tip = document.createElement("div");
    tip.className = "gh-chart-tip";
    tip.hidden = true;
    held.box.append(tip);
    held.chart.on("mouseover", (point) => {
      const { data } = held;
      const place = ROUND.has(data.kind) ? data.labels.indexOf(point.name) : point.dataIndex;
      const lines = place < 0 ? [`${point.name}：${said(point.value, data.unit)}`] : [data.labels[place], ...data.names.map((name, n) => `${name}：${said(data.columns[n][place], data.units[n])}`)];
      tip.replaceChildren(...lines.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
      tip.hidden = false;
      const wide = held.box.clientWidth - tip.offsetWidth - 8;
      tip.style.left = `${Math.max(0, Math.min(point.event.offsetX + 12, wide))}px`;
      tip.style.top = `${Math.max(0, point.event.offsetY - tip.offsetHeight - 8)}px`;
    });
    held.chart.on("mouseout", () => { tip.hidden = true; });
    held.chart.on("click", (point) => {
      const link = held.data.links[point.dataIndex];
      if (link) window.location.assign(link);
    });
  }

  function paint(held, theme = "", width = held.box.clientWidth) {
    const found = look(theme, held.data.tones);
    const tall = height(held.data, width);
    held.box.style.height = `${tall}px`;
    held.chart.resize({ width, height: tall });
    held.chart.setOption(option(held.data, found, width), true);
    const fresh = keys(held.data, found);
    held.keys.replaceWith(fresh);
    held.keys = fresh;
  }

  function draw(figure) {
    if (figure.querySelector(".gh-chart-canvas")) return;
    const data = read(figure);
    const box = document.createElement("div");
    box.className = "gh-chart-canvas";
    box.setAttribute("aria-hidden", "true");
    const held = { figure, data, box, keys: document.createElement("p") };
    const details = figure.querySelector("details");
    figure.querySelector("figcaption").after(held.keys, box);
    box.style.height = `${height(data, box.clientWidth)}px`;
    // Twice the points of a plain screen, so that paper is sharp as well.
    held.chart = echarts.init(box, null, { renderer: "canvas", devicePixelRatio: Math.max(2, window.devicePixelRatio) });
    telling(held);
    details.open = false;
    details.before(tools(held));
    drawn.push(held);
    paint(held);
    let before = box.clientWidth;
    new ResizeObserver(() => {
      if (box.clientWidth && box.clientWidth !== before) {
        before = box.clientWidth;
        paint(held);
      }
    }).observe(box);
  }

  const drawAll = (root) => root.querySelectorAll("figure[data-chart]").forEach(draw);
  const repaint = (theme, width) => drawn.filter((held) => held.box.isConnected).forEach((held) => paint(held, theme, width && Math.min(width, held.box.clientWidth)));
  document.addEventListener("DOMContentLoaded", () => {
    drawAll(document);
    new MutationObserver(() => repaint()).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme", "data-text"] });
  });
  document.addEventListener("htmx:load", (event) => drawAll(event.target));
  window.addEventListener("beforeprint", () => repaint("light", 660));
  window.addEventListener("afterprint", () => repaint());
})();
