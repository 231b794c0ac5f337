/* Arranging the desk with a pointer and by keys. Every change can also be made by the buttons. */
(() => {
  "use strict";

  const grid = () => document.querySelector("[data-arrange]");
  const parts = () => [...grid().querySelectorAll("[data-widget]")];
  const title = (part) => part.querySelector("h2").textContent;
  let moving = null;

  function say(text) {
    const line = document.querySelector("[data-arranged]");
    if (line) line.textContent = text;
  }
  async function save(part) {
    const body = new FormData();
    body.append("op", "order");
    body.append("order", parts().map((each) => each.dataset.widget).join(","));
    const headers = { "HX-Request": "true" };
    try { headers["X-CSRFToken"] = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || ""; } catch { /* the server refuses without it */ }
    try {
      const answer = await fetch(grid().dataset.arrange, { method: "POST", body, headers, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      say(`“${title(part)}”现在是第 ${parts().indexOf(part) + 1} 个，共 ${parts().length} 个。`);
    } catch {
      window.gonghui?.toast("排列没有保存，请稍后再试。", { kind: "stop" });
    }
  }
  function place(part, at) {
    const others = parts().filter((each) => each !== part);
    const next = others[at];
    if (next) next.before(part);
    else grid().append(part);
  }

  document.addEventListener("keydown", (event) => {
    const grip = event.target.closest?.("[data-grip]");
    if (!grip || !grid()) return;
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const part = grip.closest("[data-widget]");
    const at = parts().indexOf(part) + by;
    if (at < 0 || at >= parts().length) return;
    place(part, at);
    grip.focus();
    save(part);
  });

  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest?.("[data-grip]");
    if (!grip || !grid() || event.button) return;
    moving = grip.closest("[data-widget]");
    moving.startedAt = parts().indexOf(moving);
    moving.classList.add("is-moving");
    grip.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  document.addEventListener("pointermove", (event) => {
    if (!moving) return;
    const over = document.elementsFromPoint(event.clientX, event.clientY).map((each) => each.closest("[data-widget]")).find((each) => each && each !== moving);
    if (!over || over.parentElement !== grid()) return;
    const box = over.getBoundingClientRect();
    const at = parts().indexOf(over);
    const mine = parts().indexOf(moving);
    // Past the middle of the other part in the direction of the move, or it would jump to and fro.
    const past = mine < at
      ? event.clientX > box.left + box.width / 3 && event.clientY > box.top + box.height / 4
      : event.clientX < box.right - box.width / 3 && event.clientY < box.bottom - box.height / 4;
    if (past) place(moving, at);
  });
  function drop() {
    if (!moving) return;
    const part = moving;
    moving = null;
    part.classList.remove("is-moving");
    if (parts().indexOf(part) !== part.startedAt) save(part);
  }

  /* The inbox: what is chosen, and which kinds of it can be settled together */
  function chosen(form) {
    const boxes = [...form.querySelectorAll("input[name=ids]")];
    const picked = boxes.filter((box) => box.checked);
    form.querySelector("[data-todo-count]").textContent = picked.length;
    const all = form.querySelector("[data-todo-all]");
    all.checked = picked.length > 0 && picked.length === boxes.length;
    all.indeterminate = picked.length > 0 && picked.length < boxes.length;
    form.querySelectorAll("[data-for]").forEach((button) => {
      button.hidden = !picked.some((box) => box.dataset.kind === button.dataset.for);
    });
  }
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-todos]");
    if (!form) return;
    if (event.target.matches("[data-todo-all]")) {
      form.querySelectorAll("input[name=ids]").forEach((box) => { box.checked = event.target.checked; });
    }
    chosen(form);
  });
  // A list that fetched itself anew keeps what was chosen in it.
  let kept = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id === "todo-list") kept = [...event.target.querySelectorAll("input[name=ids]:checked")].map((box) => box.value);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "todo-list") return;
    event.target.querySelectorAll("input[name=ids]").forEach((box) => { box.checked = kept.includes(box.value); });
    const form = event.target.querySelector("[data-todos]");
    if (form) chosen(form);
  });

  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);
})();
