/* Behaviour of the pages, bound by data attributes; every page also works without it. */
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = document.documentElement;
  const store = {
    get(area, key) { try { return area.getItem(key); } catch { return null; } },
    set(area, key, value) { try { area.setItem(key, value); return true; } catch { return false; } },
    remove(area, key) { try { area.removeItem(key); } catch { /* private mode: nothing was kept */ } },
  };
  const time = (date) => date.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
  const token = (form) => {
    const field = form && $("input[name=csrfmiddlewaretoken]", form);
    if (field) return field.value;
    try { return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || ""; } catch { return ""; }
  };
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  /* Toasts */
  function toast(text, { kind = "info", undo = "" } = {}) {
    const box = element("div", `gh-toast gh-toast-${kind}`);
    box.append(element("span", "", text));
    if (undo) {
      const form = element("form");
      form.method = "post";
      form.action = undo;
      const csrf = element("input");
      Object.assign(csrf, { type: "hidden", name: "csrfmiddlewaretoken", value: token() });
      form.append(csrf, element("button", "gh-link", "撤销"));
      box.append(form);
    }
    const close = element("button", "gh-link", "关闭");
    close.type = "button";
    close.dataset.toastClose = "";
    box.append(close);
    $("#toasts")?.append(box);
    setTimeout(() => fade(box), undo ? 12000 : 6000);
    return box;
  }
  function fade(box) {
    if (box.matches(":hover, :focus-within")) setTimeout(() => fade(box), 3000);
    else box.remove();
  }
  document.addEventListener("toast", (event) => {
    const { text, undo, kind } = event.detail || {};
    if (text) toast(text, { undo, kind });
  });

  /* Dialogs */
  function openDialog(id, url) {
    const dialog = document.getElementById(id);
    if (!dialog) return;
    const form = $("form", dialog);
    if (url && form) form.action = url;
    if (dialog.showModal) dialog.showModal();
    else dialog.setAttribute("open", "");
  }

  /* Drawer */
  function setDrawer(id, open) {
    const drawer = document.getElementById(id);
    if (!drawer) return;
    drawer.classList.toggle("is-open", open);
    $$(`[data-drawer="${id}"]`).forEach((button) => button.setAttribute("aria-expanded", String(open)));
    if (open) $("button, a", drawer)?.focus();
    else $$(`[data-drawer="${id}"]`).find((button) => button.offsetParent)?.focus();
  }

  /* Preferences: a year in a cookie, so that the server draws the page right at once */
  function prefer(name, value) {
    document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`;
  }
  function flip(button, attribute, on, off, cookie) {
    const value = root.getAttribute(attribute) === on ? off : on;
    root.setAttribute(attribute, value);
    prefer(cookie, value);
    $$(`[${button}]`).forEach((each) => each.setAttribute("aria-pressed", String(value === on)));
  }

  /* Rows: one menu for the table, filled for the row that asks */
  function openRowMenu(button) {
    const list = button.closest("[data-list]");
    const row = button.closest("[data-id]");
    const source = $("[data-row-menu-items]", list);
    closeRowMenu();
    if (!source || !row) return;
    const can = (row.dataset.can || "").split(" ");
    const menu = element("div", "gh-panel gh-row-menu");
    menu.setAttribute("role", "menu");
    menu.append(source.content.cloneNode(true));
    const id = encodeURIComponent(row.dataset.id);
    $$("[role=menuitem]", menu).forEach((item) => {
      if (item.dataset.need && !can.includes(item.dataset.need)) { item.remove(); return; }
      if (item.hasAttribute("href")) item.setAttribute("href", item.getAttribute("href").replace(/\{id\}|%7Bid%7D/g, id));
      if (item.dataset.url) item.dataset.url = item.dataset.url.replace(/\{id\}|%7Bid%7D/g, id);
    });
    document.body.append(menu);
    const box = button.getBoundingClientRect();
    if (window.matchMedia("(min-width: 641px)").matches) {
      const below = box.bottom + menu.offsetHeight + 8 < window.innerHeight;
      menu.style.left = `${Math.max(8, box.right - menu.offsetWidth)}px`;
      menu.style.top = `${below ? box.bottom + 4 : box.top - menu.offsetHeight - 4}px`;
    }
    button.setAttribute("aria-expanded", "true");
    menu.opener = button;
    $("[role=menuitem]", menu)?.focus();
  }
  function closeRowMenu(refocus = false) {
    const menu = $(".gh-row-menu");
    if (!menu) return false;
    menu.opener.setAttribute("aria-expanded", "false");
    if (refocus) menu.opener.focus();
    menu.remove();
    return true;
  }

  /* Selection */
  function countPicked(list) {
    const boxes = $$("tbody .c-pick input", list);
    const picked = boxes.filter((box) => box.checked);
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-picked", box.checked));
    const all = $("[data-pick-all]", list);
    if (all) {
      all.checked = picked.length > 0 && picked.length === boxes.length;
      all.indeterminate = picked.length > 0 && picked.length < boxes.length;
    }
    const bar = $("[data-bulk]", list);
    if (!bar) return;
    bar.hidden = picked.length === 0;
    $("[data-bulk-count]", bar).textContent = picked.length;
    const whole = $("[data-bulk-all]", bar);
    if (whole) {
      whole.hidden = picked.length < boxes.length;
      if (whole.hidden) $("input", whole).checked = false;
    }
  }
  function pickAll(list, checked) {
    $$("tbody .c-pick input", list).forEach((box) => { box.checked = checked; });
    countPicked(list);
  }

  /* Keyboard */
  const rows = () => $$("[data-rows] > *").filter((row) => row.offsetParent !== null);
  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.classList.contains("is-here"));
    const to = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
    all.forEach((row) => row.classList.toggle("is-here", row === to));
    const target = $("a", to) || to;
    target.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
  }
  function showKeys() {
    let dialog = $("#keys");
    if (!dialog) {
      dialog = element("dialog", "gh-dialog gh-keys");
      dialog.id = "keys";
      dialog.setAttribute("aria-labelledby", "keys-title");
      const title = element("h2", "", "快捷键");
      title.id = "keys-title";
      const list = element("dl");
      const add = (keys, text) => {
        const term = element("dt");
        keys.forEach((key, n) => { if (n) term.append(" "); term.append(element("kbd", "", key)); });
        list.append(term, element("dd", "", text));
      };
      add(["/"], "搜索");
      if (rows().length) { add(["j"], "下一行"); add(["k"], "上一行"); add(["Enter"], "打开这一行"); }
      if ($("[data-pick-all]")) add(["x"], "选中这一行");
      const seen = new Set();
      $$("[data-go]").forEach((link) => {
        if (seen.has(link.dataset.go)) return;
        seen.add(link.dataset.go);
        const name = link.getAttribute("aria-label") || $("span", link)?.textContent || link.textContent;
        add(["g", link.dataset.go], name.trim().split("，")[0]);
      });
      add(["Esc"], "关闭菜单或窗口");
      add(["?"], "显示本表");
      const actions = element("div", "gh-actions");
      const close = element("button", "btn", "关闭");
      close.type = "button";
      close.dataset.dialogClose = "";
      actions.append(close);
      dialog.append(title, list, actions);
      document.body.append(dialog);
    }
    dialog.showModal();
  }
  let goUntil = 0;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = $("details.gh-drop[open]");
      if (closeRowMenu(true)) return;
      if (open) { open.open = false; $("summary", open).focus(); return; }
      const drawer = $(".wb-side.is-open");
      if (drawer) setDrawer(drawer.id, false);
      return;
    }
    const menu = event.target.closest?.("[role=menu]");
    if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const items = $$("[role=menuitem]", menu);
      const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      items[(at + items.length) % items.length].focus();
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]")) return;
    const now = Date.now();
    if (goUntil > now) {
      goUntil = 0;
      const link = $(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") goUntil = now + 1500;
    else if (event.key === "/") { const field = $("[data-hotkey='/']"); if (field) { event.preventDefault(); field.focus(); field.select(); } }
    else if (event.key === "?") { event.preventDefault(); showKeys(); }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "x") { const box = $("tr.is-here .c-pick input"); if (box) box.click(); }
  });

  /* Prints one part of a page: what does not lead to it is left off the paper. */
  function printPart(part) {
    const path = [];
    for (let at = part; at && at !== root; at = at.parentElement) path.push(at);
    path.forEach((each) => each.classList.add("is-print-path"));
    part.classList.add("is-printed");
    root.classList.add("is-print-one");
    window.addEventListener("afterprint", () => {
      path.forEach((each) => each.classList.remove("is-print-path"));
      part.classList.remove("is-printed");
      root.classList.remove("is-print-one");
    }, { once: true });
    window.print();
  }

  /* Clicks */
  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    const more = at(".gh-more");
    if (more) {
      const same = more.getAttribute("aria-expanded") === "true";
      closeRowMenu();
      if (!same) openRowMenu(more);
      return;
    }
    $$("details.gh-drop[open]").forEach((open) => { if (!open.contains(event.target)) open.open = false; });
    const opener = at("[data-dialog]");
    if (opener) {
      const drop = at("details.gh-drop");
      if (drop) drop.open = false;
      openDialog(opener.dataset.dialog, opener.dataset.url);
    }
    closeRowMenu();
    if (at("[data-dialog-close]")) at("dialog").close();
    const paper = at("[data-print-part]");
    if (paper) printPart(document.getElementById(paper.dataset.printPart) || paper.closest("figure, section"));
    if (event.target.matches("dialog.gh-dialog")) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside && event.detail) event.target.close();
    }
    const drawer = at("[data-drawer]");
    if (drawer) setDrawer(drawer.dataset.drawer, drawer.getAttribute("aria-expanded") !== "true");
    else if (at("[data-drawer-close]") || ($(".wb-side.is-open") && !at(".wb-side"))) setDrawer("side", false);
    if (at("[data-text-size]")) flip("data-text-size", "data-text", "large", "normal", "ui_text");
    if (at("[data-theme-switch]")) flip("data-theme-switch", "data-bs-theme", "dark", "light", "ui_theme");
    if (at("[data-keys]")) showKeys();
    if (at("[data-toast-close]")) at(".gh-toast").remove();
    const says = at("[data-toast]");
    if (says) toast(says.dataset.toast, { undo: says.dataset.undo });
    const copy = at("[data-copy]");
    if (copy) copyText(copy.dataset.copy);
    if (at("[data-bulk-clear]")) pickAll(at("[data-list]"), false);
    const choose = at("[data-choose]");
    if (choose) $$(`input[value="${choose.dataset.choose}"]`, choose.form).forEach((radio) => { radio.checked = true; });
    if (at("[data-file-remove]")) at("li").remove();
  });
  async function copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
      toast("已复制");
    } catch {
      toast(`复制不了，请手工选取：${text}`);
    }
  }
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-list]");
    if (list && event.target.matches("[data-pick-all]")) pickAll(list, event.target.checked);
    else if (list && event.target.closest("tbody .c-pick")) countPicked(list);
    const upload = event.target.closest("[data-upload-url]");
    if (upload && event.target.type === "file") sendFiles(upload, event.target.files, event.target);
    else if (event.target.type === "file") {
      const name = $("[data-file-name]", event.target.closest(".gh-file") || document.createElement("p"));
      if (name) name.textContent = [...event.target.files].map((file) => file.name).join("、") || "还没有选文件";
    }
  });
  ["dragover", "dragleave", "drop"].forEach((type) => document.addEventListener(type, (event) => {
    const zone = event.target.closest?.("[data-upload-url] .gh-drop-zone");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("is-over", type === "dragover");
    if (type === "drop") sendFiles(zone.closest("[data-upload-url]"), event.dataTransfer.files, $("input[type=file]", zone));
  }));

  /* A form is sent once */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent && Date.now() - form.dataset.sent < 8000) { event.preventDefault(); return; }
    form.dataset.sent = Date.now();
    event.submitter?.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    $$("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
    $$(".btn[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });

  /* Upload with progress */
  function sendFiles(box, files, input) {
    const list = $(".gh-files", box);
    [...files].forEach((file) => {
      const line = element("li");
      const text = element("span", "", file.name);
      const bar = element("progress");
      bar.max = 100;
      bar.value = 0;
      bar.setAttribute("aria-label", `${file.name} 上传进度`);
      line.append(text, bar);
      list.append(line);
      const fail = (why) => {
        bar.remove();
        line.className = "is-failed";
        text.textContent = `${file.name}：${why}`;
        const again = element("button", "gh-link", "移除");
        again.type = "button";
        again.dataset.fileRemove = "";
        line.append(again);
      };
      const body = new FormData();
      body.append("file", file);
      const request = new XMLHttpRequest();
      request.open("POST", box.dataset.uploadUrl);
      request.setRequestHeader("X-CSRFToken", token(box.closest("form")));
      request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total; };
      request.onerror = () => fail("网络不通，没有传上去，请重新选择。");
      request.onload = () => {
        let answer = {};
        try { answer = JSON.parse(request.responseText); } catch { /* a page instead of an answer: fails below */ }
        if (request.status >= 300 || !answer.id) { fail(answer.error || "没有传上去，请重新选择。"); return; }
        bar.remove();
        line.className = "is-done";
        const hidden = element("input");
        Object.assign(hidden, { type: "hidden", name: box.dataset.uploadName, value: answer.id });
        const remove = element("button", "gh-link", "移除");
        remove.type = "button";
        remove.dataset.fileRemove = "";
        line.append(hidden, remove);
      };
      request.send(body);
    });
    input.value = "";
  }

  /* Drafts: to the server; without a network into this browser, private fields left out */
  const DRAFT_PAUSE = 1500;
  const DRAFT_AGE = 24 * 3600 * 1000;
  const user = () => document.body.dataset.user || "";
  const draftKey = (form) => `draft:${user()}:${form.dataset.draftUrl}`;
  function say(form, text, local) {
    const state = $("[data-draft-state]", form);
    if (!state) return;
    state.classList.toggle("is-local", Boolean(local));
    state.replaceChildren(element("span", "", text));
  }
  function values(form, local) {
    const data = new FormData(form);
    [...form.elements].forEach((field) => {
      const skip = field.type === "file" || field.type === "password" || field.name === "csrfmiddlewaretoken";
      if (field.name && (skip || (local && field.hasAttribute("data-private")))) data.delete(field.name);
    });
    return data;
  }
  async function saveDraft(form) {
    try {
      const answer = await fetch(form.dataset.draftUrl, {
        method: "POST", body: values(form), credentials: "same-origin",
        headers: { "X-CSRFToken": token(form), "X-Requested-With": "fetch" },
      });
      if (!answer.ok) { say(form, "草稿没有保存，稍后会再试", true); form.draftDirty = true; return; }
      const saved = (await answer.json().catch(() => ({}))).saved_at;
      store.remove(localStorage, draftKey(form));
      say(form, `草稿已保存 ${time(saved ? new Date(saved) : new Date())}`);
    } catch {
      const kept = { at: Date.now(), fields: [...values(form, true)].filter(([, value]) => typeof value === "string") };
      if (store.set(localStorage, draftKey(form), JSON.stringify(kept))) say(form, `网络不通，草稿已存在本机 ${time(new Date())}`, true);
      else say(form, "网络不通，草稿没有保存", true);
      form.draftDirty = true;
    }
  }
  function watchDraft(form) {
    if (form.draftWatched) return;
    form.draftWatched = true;
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { form.draftDirty = false; saveDraft(form); }, DRAFT_PAUSE);
    });
    form.addEventListener("submit", () => { clearTimeout(timer); store.remove(localStorage, draftKey(form)); });
    window.addEventListener("online", () => { if (form.draftDirty) { form.draftDirty = false; saveDraft(form); } });
    offerDraft(form);
  }
  function offerDraft(form) {
    const kept = JSON.parse(store.get(localStorage, draftKey(form)) || "null");
    if (!kept) return;
    if (Date.now() - kept.at > DRAFT_AGE) { store.remove(localStorage, draftKey(form)); return; }
    const box = element("div", "gh-notice is-wait");
    const text = element("div");
    text.append(element("p", "", `本机有一份 ${time(new Date(kept.at))} 没有传上去的草稿。`));
    const use = element("button", "btn", "恢复草稿");
    const drop = element("button", "btn", "删除草稿");
    use.type = drop.type = "button";
    use.addEventListener("click", () => { restore(form, kept.fields); box.remove(); saveDraft(form); });
    drop.addEventListener("click", () => { store.remove(localStorage, draftKey(form)); box.remove(); });
    const actions = element("div", "gh-actions");
    actions.append(use, drop);
    text.append(actions);
    box.append(text);
    form.before(box);
  }
  function restore(form, fields) {
    const chosen = new Map();
    fields.forEach(([name, value]) => chosen.set(name, [...(chosen.get(name) || []), value]));
    [...form.elements].forEach((field) => {
      if (!field.name || field.type === "hidden" || !chosen.has(field.name)) return;
      const given = chosen.get(field.name);
      if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
      else if (field.multiple) [...field.options].forEach((option) => { option.selected = given.includes(option.value); });
      else field.value = given.shift() ?? field.value;
    });
  }
  function dropForeignDrafts() {
    const own = `draft:${user()}:`;
    try {
      Object.keys(localStorage).filter((key) => key.startsWith("draft:") && !key.startsWith(own)).forEach((key) => localStorage.removeItem(key));
    } catch { /* storage is switched off: nothing was kept */ }
  }

  /* Signing out leaves nothing of the person in this browser, drafts of the hall included */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches('form[action$="/signout/"]')) return;
    try {
      indexedDB.deleteDatabase("hall");
      ["draft:", "hall:"].forEach((kind) => Object.keys(localStorage).filter((key) => key.startsWith(kind)).forEach((key) => localStorage.removeItem(key)));
    } catch { /* storage is switched off: nothing was kept */ }
  });

  /* Scroll and open chapters, kept for the tab */
  function keepPlaces() {
    $$("[data-keep-scroll]").forEach((box) => {
      const key = `scroll:${box.dataset.keepScroll}`;
      box.scrollTop = Number(store.get(sessionStorage, key) || 0);
      window.addEventListener("pagehide", () => store.set(sessionStorage, key, box.scrollTop));
    });
    $$("[data-keep-open]").forEach((box) => {
      const key = `open:${box.dataset.keepOpen}`;
      const kept = store.get(sessionStorage, key);
      if (kept !== null && !$("[aria-current]", box)) box.open = kept === "1";
      box.addEventListener("toggle", () => store.set(sessionStorage, key, box.open ? "1" : "0"));
    });
  }

  function fit() {
    $$(".gh-scroll").forEach((box) => {
      box.classList.remove("is-wide");
      if (window.innerWidth > 640 && box.scrollWidth > box.clientWidth + 1) {
        box.classList.add("is-wide");
        box.tabIndex = 0;
        box.setAttribute("role", "region");
        box.setAttribute("aria-label", $("caption", box)?.textContent || "表格");
      } else box.removeAttribute("tabindex");
    });
  }

  function prepare(scope) {
    $$("form[data-draft-url]", scope).forEach(watchDraft);
    $$("[data-list]", scope).forEach(countPicked);
    $$(".gh-toasts .gh-toast", scope).forEach((box) => setTimeout(() => fade(box), 8000));
    $("[data-focus]", scope)?.focus();
    fit();
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (user()) dropForeignDrafts();
    keepPlaces();
    prepare(document);
    if (document.fonts) document.fonts.ready.then(fit);
  });
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.target));
  document.addEventListener("htmx:sendError", () => toast("网络不通，操作没有提交。请稍后再试。", { kind: "stop" }));
  document.addEventListener("htmx:responseError", (event) => {
    const words = { 403: "现在的岗位不能做这项操作。", 404: "这条记录已经不在了，请刷新页面。" };
    toast(words[event.detail.xhr.status] || "系统出了错，操作没有完成。请稍后再试。", { kind: "stop" });
  });
  let resizing = 0;
  window.addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(fit, 150); });

  window.gonghui = { toast, openDialog };
})();
