/* A diagram: move, zoom, and show the neighbours of what is pointed at or reached by keyboard. */
document.querySelectorAll("[data-graph]").forEach((graph) => {
  const frame = graph.querySelector(".graph-frame");
  const drawing = graph.querySelector(".graph-drawing");
  const [, , width, height] = drawing.getAttribute("viewBox").split(" ").map(Number);
  let scale = 1;

  const zoom = (wanted, x = frame.clientWidth / 2, y = frame.clientHeight / 2) => {
    const next = Math.min(2.5, Math.max(0.2, wanted));
    const left = (frame.scrollLeft + x) * (next / scale) - x;
    const top = (frame.scrollTop + y) * (next / scale) - y;
    scale = next;
    drawing.setAttribute("width", width * scale);
    drawing.setAttribute("height", height * scale);
    frame.scrollTo(left, top);
  };
  const whole = () => zoom(Math.min((frame.clientWidth - 16) / width, (frame.clientHeight - 16) / height, 1));

  graph.querySelector("[data-graph-in]").addEventListener("click", () => zoom(scale * 1.25));
  graph.querySelector("[data-graph-out]").addEventListener("click", () => zoom(scale / 1.25));
  graph.querySelector("[data-graph-real]").addEventListener("click", () => zoom(1));
  graph.querySelector("[data-graph-fit]").addEventListener("click", whole);
  // A wide graph opens as a whole as long as its words stay legible.
  if (width > frame.clientWidth) zoom(Math.max(0.75, (frame.clientWidth - 16) / width), 0, 0);

  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = frame.getBoundingClientRect();
    zoom(scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });

  let held = null;
  let moved = false;
  frame.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    held = { x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop };
    moved = false;
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const x = event.clientX - held.x;
    const y = event.clientY - held.y;
    if (!moved && Math.hypot(x, y) < 4) return;
    moved = true;
    frame.classList.add("is-held");
    frame.scrollTo(held.left - x, held.top - y);
  });
  window.addEventListener("pointerup", () => {
    held = null;
    frame.classList.remove("is-held");
  });
  // A drag that ends on a box is no wish to open it.
  frame.addEventListener("click", (event) => { if (moved) event.preventDefault(); moved = false; }, true);
  frame.addEventListener("dragstart", (event) => event.preventDefault());

  frame.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") zoom(scale * 1.25);
    else if (event.key === "-") zoom(scale / 1.25);
    else if (event.key === "0") whole();
    else return;
    event.preventDefault();
  });

  const nodes = [...drawing.querySelectorAll("[data-id]")];
  const lines = [...drawing.querySelectorAll("[data-from]")];
  const show = (node) => {
    const id = node ? node.dataset.id : "";
    drawing.classList.toggle("is-focused", Boolean(node));
    const near = new Set([id]);
    lines.forEach((line) => {
      const touches = Boolean(node) && (line.dataset.from === id || line.dataset.to === id);
      line.classList.toggle("is-near", touches);
      if (touches) near.add(line.dataset.from).add(line.dataset.to);
    });
    nodes.forEach((each) => each.classList.toggle("is-near", Boolean(node) && near.has(each.dataset.id)));
  };
  nodes.forEach((node) => {
    node.addEventListener("mouseenter", () => show(node));
    node.addEventListener("mouseleave", () => show(null));
    node.addEventListener("focus", () => { show(node); node.scrollIntoView({ block: "nearest", inline: "nearest" }); });
    node.addEventListener("blur", () => show(null));
  });

  const stopped = drawing.querySelector(".is-stopped");
  if (stopped) {
    const place = stopped.getBBox();
    frame.scrollTo(place.x * scale - frame.clientWidth / 2, place.y * scale - frame.clientHeight / 2);
  }
});
