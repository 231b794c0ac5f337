/* The hall without a network: answers and photos wait in this browser until they can be sent. */
(() => {
  "use strict";

  const STORE = "waiting";
  const DAY = 24 * 3600 * 1000;
  const WHO = "hall:user";
  /* The page without a network is the same for everybody; it shows what the last page's user kept. */
  const shell = () => "shell" in document.body.dataset;
  const user = () => (shell() ? remembered() : document.body.dataset.user || "");
  function remembered() {
    try { return localStorage.getItem(WHO) || ""; } catch { return ""; }
  }
  function remember() {
    try { localStorage.setItem(WHO, document.body.dataset.user || ""); } catch { /* nothing is kept */ }
  }
  const say = (text) => window.gonghui?.toast(text);

  /* IndexedDB, one store: {key: user + address + for whom, at, user, address, title, fields} */
  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open("hall", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }
  async function run(mode, work) {
    const base = await open();
    return new Promise((resolve, reject) => {
      const change = base.transaction(STORE, mode);
      const asked = work(change.objectStore(STORE));
      change.oncomplete = () => { base.close(); resolve(asked && asked.result); };
      change.onerror = () => { base.close(); reject(change.error); };
    });
  }
  const put = (entry) => run("readwrite", (store) => store.put(entry));
  const forget = (key) => run("readwrite", (store) => store.delete(key));
  const all = () => run("readonly", (store) => store.getAll());

  /* Whoever used this browser before leaves nothing to whoever comes next. */
  async function clean() {
    for (const entry of await all()) {
      if ((user() && entry.user !== user()) || Date.now() - entry.at > DAY) await forget(entry.key);
    }
  }
  const own = async () => (await all()).filter((entry) => entry.user === user());

  function collect(form, submitter) {
    const fields = [];
    for (const [name, value] of new FormData(form)) {
      const field = form.elements[name];
      if (name === "csrfmiddlewaretoken" || (field && field.hasAttribute?.("data-private"))) continue;
      if (value instanceof File && !value.size) continue;
      fields.push([name, value]);
    }
    if (submitter && submitter.name) fields.push([submitter.name, submitter.value]);
    return fields;
  }

  async function keep(form, submitter) {
    const address = location.pathname;
    await put({
      key: `${user()}:${address}:${form.elements.acting_for?.value || ""}`, at: Date.now(), user: user(), address,
      title: document.title.split(" · ")[0], fields: collect(form, submitter),
    });
    say("没有网络，已存在这台设备上，联网后自动传上去。");
  }

  /* What waits is sent as the form would have been, with a fresh token. */
  async function send(entry) {
    const page = await fetch(entry.address, { credentials: "same-origin" });
    if (!page.ok || page.redirected) return false;
    const token = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("input[name=csrfmiddlewaretoken]");
    if (!token) return false;
    const body = new FormData();
    body.append("csrfmiddlewaretoken", token.value);
    entry.fields.forEach(([name, value]) => body.append(name, value));
    const answer = await fetch(entry.address, { method: "POST", body, credentials: "same-origin" });
    if (!answer.ok && answer.status !== 422) return false;
    await forget(entry.key);
    return answer.url;
  }
  async function sendAll() {
    for (const entry of await own()) {
      try {
        const where = await send(entry);
        if (!where) continue;
        say(`“${entry.title}”已传上去。`);
        if (location.pathname === entry.address) { location.assign(where); return; }
      } catch { return; }
    }
    show();
  }

  async function show() {
    const box = document.querySelector("[data-kept]");
    if (!box) return;
    const list = box.querySelector("[data-kept-list]");
    const entries = await own();
    list.replaceChildren(...entries.map((entry) => {
      const line = document.createElement("li");
      const link = document.createElement("a");
      link.href = entry.address;
      link.textContent = entry.title;
      line.append(link);
      return line;
    }));
    box.hidden = !entries.length;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("[data-offline]") || navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    keep(form, event.submitter).catch(() => say("这台设备不能保存，请等联网后再提交。"));
  }, true);

  /* The kept page is drawn for nobody; large type and contrast come from this browser's choice. */
  function adapt() {
    const kept = new Map(document.cookie.split("; ").map((pair) => pair.split("=")));
    for (const name of ["text", "contrast", "motion"]) {
      if (kept.has(`ui_${name}`)) document.documentElement.dataset[name] = kept.get(`ui_${name}`);
    }
  }

  /* Put on the home screen, when the browser offers it */
  let offer = null;
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    document.querySelectorAll("[data-install]").forEach((button) => { button.hidden = false; });
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-install]");
    if (!button || !offer) return;
    offer.prompt();
    offer = null;
    button.hidden = true;
  });

  function enlist() {
    const worker = document.body.dataset.worker;
    if (worker && "serviceWorker" in navigator) navigator.serviceWorker.register(worker, { scope: "/hall/" }).catch(() => {});
  }
  document.addEventListener("DOMContentLoaded", async () => {
    /* The shell is fetched when the page is there, so that the page does not wait for it. */
    if (document.readyState === "complete") enlist();
    else window.addEventListener("load", enlist);
    if (!("indexedDB" in window)) return;
    if (shell()) adapt();
    else remember();
    try {
      await clean();
      if (navigator.onLine) await sendAll();
      else show();
    } catch { /* private mode: nothing is kept */ }
  });
  window.addEventListener("online", () => { sendAll().catch(() => {}); });
})();
