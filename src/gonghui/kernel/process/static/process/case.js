/* The diagram of a case: what was passed, where it stands. The list beside it says the same in words. */
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-case-diagram]").forEach(async (box) => {
    const data = JSON.parse(document.getElementById(box.dataset.caseDiagram).textContent);
    const viewer = new window.BpmnJS({ container: box });
    try {
      await viewer.importXML(data.xml);
    } catch {
      box.hidden = true;
      return;
    }
    const canvas = viewer.get("canvas"), overlays = viewer.get("overlays"), registry = viewer.get("elementRegistry");
    const mark = (id, text, now) => {
      const words = document.createElement("span");
      words.className = now ? "gp-mark is-now" : "gp-mark";
      words.textContent = text;
      overlays.add(id, { position: { bottom: 8, left: 0 }, html: words });
    };
    for (const id of data.passed) if (registry.get(id)) canvas.addMarker(id, "is-passed");
    for (const { id, text } of data.marks) if (registry.get(id)) mark(id, text, false);
    for (const { id, text } of data.here) {
      if (!registry.get(id)) continue;
      canvas.removeMarker(id, "is-passed");
      canvas.addMarker(id, "is-here");
      mark(id, text, true);
    }
    for (const fault of data.faults || []) {
      const element = registry.get(fault.element);
      if (!element) continue;
      canvas.addMarker(element, fault.advice ? "has-advice" : "has-fault");
      const words = document.createElement("span");
      words.className = "gp-fault-mark";
      words.textContent = data.faults.indexOf(fault) + 1;
      overlays.add(fault.element, { position: element.waypoints ? { top: -10, left: 0 } : { top: -12, right: 10 }, html: words });
    }
    canvas.zoom("fit-viewport", "auto");
    // Room at the foot for the mark of bpmn.io, which nothing may cover.
    canvas.zoom(Math.min(canvas.zoom() * 0.88, 1), "auto");
    const first = data.here.find(({ id }) => registry.get(id));
    if (first && canvas.zoom() < 0.6) {
      // On a phone the whole diagram would be too small to read: begin where the case stands.
      canvas.zoom(0.75);
      canvas.scrollToElement(first.id, 40);
    }
    box.dataset.ready = "1";
  }));
})();
