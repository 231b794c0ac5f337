/* Fields that name a record: typing offers what the server finds, choosing posts its id.
   Without this script the full name is posted and looked up. */
(() => {
  "use strict";

  const WAIT = 200;
  let number = 0;

  function prepare(input) {
    if (input.dataset.picker) return;
    input.dataset.picker = "ready";
    const box = document.createElement("div");
    box.className = "gh-pick";
    input.replaceWith(box);
    const list = document.createElement("ul");
    list.id = `pick-${++number}`;
    list.className = "gh-pick-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "可选的名称");
    list.hidden = true;
    const chosen = document.createElement("input");
    chosen.type = "hidden";
    box.append(input, list, chosen);
    Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    }).forEach(([name, value]) => input.setAttribute(name, value));
    const name = input.name;
    let timer = 0;
    let active = -1;

    const options = () => [...list.querySelectorAll("[role=option]")];
    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function mark(to) {
      const all = options();
      if (!all.length) return;
      active = (to + all.length) % all.length;
      all.forEach((option, at) => option.setAttribute("aria-selected", at === active));
      all[active].id = `${list.id}-${active}`;
      input.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    }
    function choose(option) {
      input.value = option.dataset.name;
      chosen.value = option.dataset.id;
      chosen.name = name;
      input.name = "";
      close();
    }
    function forget() {
      chosen.name = "";
      input.name = name;
    }
    async function look() {
      const url = new URL(input.dataset.pick, location.href);
      url.searchParams.set("q", input.value.trim());
      try {
        const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
        if (!answer.ok) return close();
        list.innerHTML = await answer.text();
        list.hidden = false;
        input.setAttribute("aria-expanded", "true");
        active = -1;
      } catch { close(); }
    }
    input.addEventListener("input", () => {
      forget();
      clearTimeout(timer);
      if (!input.value.trim()) return close();
      timer = setTimeout(look, WAIT);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown") mark(active + 1);
      else if (event.key === "ArrowUp") mark(active - 1);
      else if (event.key === "Enter" && active >= 0) choose(options()[active]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    list.addEventListener("mousedown", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) { event.preventDefault(); choose(option); }
    });
    input.addEventListener("blur", () => setTimeout(close, 150));
  }

  const all = (root) => root.querySelectorAll("input[data-pick]").forEach(prepare);
  document.addEventListener("DOMContentLoaded", () => all(document));
  document.addEventListener("htmx:afterSettle", (event) => all(event.target));
})();
