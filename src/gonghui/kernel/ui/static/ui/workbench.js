/* The frame of the workbench: live counts, search as one types, and what was opened (kept on this
   device; functions alone are sent, and only to the desk that asks for them). */
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const user = () => document.body.dataset.user || "";
  const local = {
    get(name, fallback) {
      try { return JSON.parse(localStorage.getItem(`${name}:${user()}`)) ?? fallback; } catch { return fallback; }
    },
    set(name, value) {
      try { localStorage.setItem(`${name}:${user()}`, JSON.stringify(value)); } catch { /* storage is off: nothing is kept */ }
    },
    remove(name) {
      try { localStorage.removeItem(`${name}:${user()}`); } catch { /* nothing was kept */ }
    },
  };
  const OWN = ["visits", "places", "searches", "personal"];

  /* Live: one stream while the page is seen; topics become events the page's parts wait for */
  let stream = null;
  let opened = 0;
  function announce(topic) {
    document.body.dispatchEvent(new CustomEvent(`live-${topic}`));
  }
  function listen() {
    const url = document.body.dataset.events;
    if (!url || stream || document.hidden || !window.EventSource) return;
    stream = new EventSource(url, { withCredentials: true });
    ["todos", "messages"].forEach((topic) => stream.addEventListener(topic, () => announce(topic)));
    stream.addEventListener("refetch", () => {
      // The first one comes with the page itself, whose figures are fresh.
      if (opened) { announce("todos"); announce("messages"); }
      opened += 1;
    });
  }
  function hush() {
    stream?.close();
    stream = null;
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));
  window.addEventListener("pagehide", hush);
  window.addEventListener("pageshow", listen);

  /* Search as one types */
  const field = () => $("#q");
  const panel = () => $("#found");
  function showFound(show) {
    const box = panel();
    if (!box) return;
    box.hidden = !show || !box.children.length;
  }
  function recent() {
    const words = local.get("searches", []);
    const box = panel();
    if (!box || !words.length) return;
    const title = document.createElement("p");
    title.className = "gh-panel-title";
    title.textContent = "最近搜索（只存在本机）";
    const links = words.map((word) => {
      const link = document.createElement("a");
      link.className = "gh-item";
      link.href = `${field().form.getAttribute("action")}?q=${encodeURIComponent(word)}`;
      link.textContent = word;
      return link;
    });
    const clear = document.createElement("button");
    clear.type = "button";
    clear.className = "gh-item";
    clear.dataset.forgetSearches = "";
    clear.textContent = "清除最近搜索";
    box.replaceChildren(title, ...links, clear);
    showFound(true);
  }
  function remember(word) {
    // A whole number of a document or a telephone is nothing to keep in a browser.
    if (!word || /\d{7,}/.test(word) || local.get("personal", true) === false) return;
    local.set("searches", [word, ...local.get("searches", []).filter((each) => each !== word)].slice(0, 8));
  }
  function walk(by) {
    const stops = [field(), ...$$("a, button", panel())];
    const at = stops.indexOf(document.activeElement);
    stops[(at + by + stops.length) % stops.length].focus();
  }
  document.addEventListener("focusin", (event) => {
    if (event.target === field()) {
      if (event.target.value.trim()) showFound(true);
      else recent();
    } else if (!event.target.closest?.(".wb-search")) showFound(false);
  });
  document.addEventListener("keydown", (event) => {
    const inside = event.target.closest?.(".wb-search");
    if (!inside) return;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && panel() && !panel().hidden) {
      event.preventDefault();
      walk(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && panel() && !panel().hidden) {
      event.preventDefault();
      event.stopPropagation();
      field().focus();
      showFound(false);
    }
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-forget-searches]")) {
      local.remove("searches");
      panel().replaceChildren();
      showFound(false);
    } else if (!event.target.closest(".wb-search")) showFound(false);
  });
  document.addEventListener("input", (event) => {
    if (event.target === field() && !event.target.value.trim()) { panel().replaceChildren(); recent(); }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "found") showFound(document.activeElement === field() && Boolean(field().value.trim()));
  });
  document.addEventListener("submit", (event) => {
    const word = event.target.matches("[role=search]") && $("input[name=q]", event.target)?.value.trim();
    if (word && event.target.getAttribute("action") === field()?.form.getAttribute("action")) remember(word);
    if (event.target.matches("[data-signout]")) OWN.slice(0, 3).forEach((name) => local.remove(name));
  });

  /* Filtering a list of links by what is typed: words, pinyin initials */
  document.addEventListener("input", (event) => {
    const box = event.target.closest?.("[data-filters]");
    if (!box) return;
    const word = event.target.value.trim().toLowerCase();
    const list = document.getElementById(box.dataset.filters);
    $$("[data-words]", list).forEach((item) => { item.hidden = Boolean(word) && !item.dataset.words.includes(word); });
    $$("[data-group]", list).forEach((group) => { group.hidden = !$$("[data-words]", group).some((item) => !item.hidden); });
    const none = $("[data-none]", list);
    if (none) none.hidden = $$("[data-words]", list).some((item) => !item.hidden);
  });

  /* What was opened */
  function visited() {
    const desk = $("[data-usage]");
    if (desk?.dataset.usage === "off") {
      OWN.forEach((name) => local.remove(name));
      local.set("personal", false);
      return;
    }
    if (desk) local.remove("personal");
    if (local.get("personal", true) === false) return;
    const path = location.pathname;
    if (!desk) {
      const counts = local.get("visits", {});
      counts[path] = Math.min(99, (counts[path] || 0) + 1);
      const kept = Object.entries(counts).slice(-60);
      local.set("visits", Object.fromEntries(kept));
      if (!$("[data-forget-place]")) {
        const title = document.title.split(" · ")[0].slice(0, 60);
        const others = local.get("places", []).filter((place) => place.path !== path);
        local.set("places", [{ path, title, at: Date.now() }, ...others].slice(0, 12));
      }
      return;
    }
    drawPlaces();
    const counts = local.get("visits", {});
    if (!Object.keys(counts).length || !desk.dataset.usage) return;
    local.remove("visits");
    const headers = { "Content-Type": "application/json" };
    try { headers["X-CSRFToken"] = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || ""; } catch { return; }
    fetch(desk.dataset.usage, { method: "POST", body: JSON.stringify(counts), headers, credentials: "same-origin" })
      .catch(() => local.set("visits", counts));
  }
  function drawPlaces() {
    $$("[data-places]").forEach((list) => {
      const places = local.get("places", []).slice(0, Number(list.dataset.places) || 6);
      if (!places.length) return;
      list.replaceChildren(...places.map((place) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = place.path.startsWith("/") && !place.path.startsWith("//") ? place.path : "/";
        link.textContent = place.title;
        const time = document.createElement("small");
        time.className = "gh-minor";
        time.textContent = new Date(place.at).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
        item.append(link, time);
        return item;
      }));
    });
  }
  function dropForeign() {
    try {
      Object.keys(localStorage)
        .filter((key) => OWN.some((name) => key.startsWith(`${name}:`) && key !== `${name}:${user()}`))
        .forEach((key) => localStorage.removeItem(key));
    } catch { /* storage is off: nothing was kept */ }
  }
  document.addEventListener("htmx:afterSettle", (event) => { if ($("[data-places]", event.target)) drawPlaces(); });

  document.addEventListener("DOMContentLoaded", () => {
    if (!user()) return;
    dropForeign();
    visited();
    listen();
  });
})();
