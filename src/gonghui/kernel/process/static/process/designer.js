/* The designer of a flow: the vendored editor with few, Chinese tools, our own property panel, faults on the diagram. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const KEPT = new Set([
    "replace-with-user-task", "replace-with-service-task", "replace-with-exclusive-gateway", "replace-with-parallel-gateway",
    "replace-with-inclusive-gateway", "replace-with-none-end", "replace-with-terminate-end",
    "replace-with-timer-intermediate-catch", "replace-with-message-intermediate-catch", "replace-with-timer-boundary",
    "replace-with-non-interrupting-timer-boundary", "replace-with-message-boundary", "replace-with-non-interrupting-message-boundary",
    "replace-with-expanded-subprocess", "replace-with-sequence-flow", "replace-with-conditional-flow", "replace-with-default-flow",
  ]);

  /* What can be drawn: only what the platform runs. */
  const TOOLS = [
    ["create.start", "event", "bpmn-icon-start-event-none", "开始", { type: "bpmn:StartEvent" }],
    ["create.user", "activity", "bpmn-icon-user-task", "人工办理", { type: "bpmn:UserTask" }],
    ["create.service", "activity", "bpmn-icon-service-task", "自动办理", { type: "bpmn:ServiceTask" }],
    ["create.exclusive", "gateway", "bpmn-icon-gateway-xor", "排他网关：走一条分支", { type: "bpmn:ExclusiveGateway" }],
    ["create.parallel", "gateway", "bpmn-icon-gateway-parallel", "并行网关：同时走各条分支", { type: "bpmn:ParallelGateway" }],
    ["create.timer", "event", "bpmn-icon-intermediate-event-catch-timer", "等待一段时间", { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:TimerEventDefinition" }],
    ["create.message", "event", "bpmn-icon-intermediate-event-catch-message", "等待消息", { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:MessageEventDefinition" }],
    ["create.end", "event", "bpmn-icon-end-event-none", "结束", { type: "bpmn:EndEvent" }],
  ];

  function Palette(palette, create, elementFactory, handTool, lassoTool, spaceTool, globalConnect) {
    this.getPaletteEntries = () => {
      const entries = {
        "hand-tool": { group: "tools", className: "bpmn-icon-hand-tool", title: "移动画布", action: { click: (event) => handTool.activateHand(event) } },
        "lasso-tool": { group: "tools", className: "bpmn-icon-lasso-tool", title: "框选", action: { click: (event) => lassoTool.activateSelection(event) } },
        "space-tool": { group: "tools", className: "bpmn-icon-space-tool", title: "增减间距", action: { click: (event) => spaceTool.activateSelection(event) } },
        "connect-tool": { group: "tools", className: "bpmn-icon-connection-multi", title: "连线", action: { click: (event) => globalConnect.start(event) } },
        "tool-separator": { group: "tools", separator: true },
      };
      for (const [name, group, className, title, attrs] of TOOLS) {
        const begin = (event) => create.start(event, elementFactory.createShape({ ...attrs }));
        entries[name] = { group, className, title, action: { dragstart: begin, click: begin } };
      }
      return entries;
    };
    palette.registerProvider(this);
  }
  Palette.$inject = ["palette", "create", "elementFactory", "handTool", "lassoTool", "spaceTool", "globalConnect"];

  function Menus(popupMenu, contextPad, autoPlace, elementFactory, create) {
    popupMenu.registerProvider("bpmn-replace", 500, {
      getPopupMenuEntries: () => (entries) => Object.fromEntries(Object.entries(entries).filter(([name]) => KEPT.has(name))),
      getPopupMenuHeaderEntries: () => () => ({}),
    });
    const append = (attrs, className, title) => (element) => {
      const shape = () => elementFactory.createShape({ ...attrs });
      return { group: "model", className, title, action: { click: () => autoPlace.append(element, shape()), dragstart: (event) => create.start(event, shape(), { source: element }) } };
    };
    const ours = {
      "append.user": append({ type: "bpmn:UserTask" }, "bpmn-icon-user-task", "接人工办理"),
      "append.service": append({ type: "bpmn:ServiceTask" }, "bpmn-icon-service-task", "接自动办理"),
      "append.gateway": append({ type: "bpmn:ExclusiveGateway" }, "bpmn-icon-gateway-xor", "接排他网关"),
      "append.end": append({ type: "bpmn:EndEvent" }, "bpmn-icon-end-event-none", "接结束"),
    };
    contextPad.registerProvider(500, {
      getContextPadEntries: (element) => (entries) => {
        const kept = {};
        for (const name of ["connect", "replace", "delete"]) if (entries[name]) kept[name] = entries[name];
        if (!entries["append.end-event"]) return kept;
        return { ...Object.fromEntries(Object.entries(ours).map(([name, make]) => [name, make(element)])), ...kept };
      },
      getMultiElementContextPadEntries: () => (entries) => (entries.delete ? { delete: entries.delete } : {}),
    });
  }
  Menus.$inject = ["popupMenu", "contextPad", "autoPlace", "elementFactory", "create"];

  const token = () => $("input[name=csrfmiddlewaretoken]")?.value || "";
  const say = (text, kind = "info") => document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind } }));

  async function send(url, body) {
    const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token(), "Content-Type": "application/json", Accept: "application/json", "X-Requested-With": "fetch" }, body: JSON.stringify(body) });
    const data = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error((data.title && data.title + (data.remedy || "")) || "没有办成，请稍后再试。填写的内容仍在页面上。");
    return data;
  }

  /* Faults: a list beside the diagram, a mark on each element; a line of the list leads to its place. */
  function showFaults(modeler, faults) {
    const list = $("#faults"), canvas = modeler.get("canvas"), registry = modeler.get("elementRegistry"), overlays = modeler.get("overlays");
    overlays.remove({ type: "fault" });
    for (const element of registry.getAll()) { canvas.removeMarker(element, "has-fault"); canvas.removeMarker(element, "has-advice"); }
    list.replaceChildren();
    const numbered = new Map();
    faults.forEach((fault, index) => {
      const element = fault.element && registry.get(fault.element);
      const item = document.createElement("li");
      item.className = fault.advice ? "is-advice" : "is-fault";
      const words = document.createElement(element ? "button" : "p");
      if (element) {
        words.type = "button";
        words.addEventListener("click", () => { modeler.get("selection").select(element); canvas.scrollToElement(element); });
        canvas.addMarker(element, fault.advice ? "has-advice" : "has-fault");
        numbered.set(element.id, [...(numbered.get(element.id) || []), index + 1]);
      }
      words.textContent = `${index + 1}. ${fault.text}`;
      item.append(words);
      if (fault.remedy) { const help = document.createElement("p"); help.className = "gh-quiet"; help.textContent = fault.remedy; item.append(help); }
      list.append(item);
    });
    for (const [id, numbers] of numbered) {
      const mark = document.createElement("span");
      mark.className = "gp-fault-mark";
      mark.textContent = numbers.join("、");
      const element = registry.get(id);
      overlays.add(id, "fault", { position: element.waypoints ? { top: -10, left: 0 } : { top: -12, right: 10 }, html: mark });
    }
    const grave = faults.filter((fault) => !fault.advice).length;
    $("#faults-head").textContent = faults.length === 0 ? "检查通过，没有发现问题" : grave ? `有 ${grave} 处问题，改好后才能发布` : `可以发布，有 ${faults.length} 条提示`;
    $("#faults-box").hidden = false;
    return grave;
  }

  document.addEventListener("DOMContentLoaded", async () => {
    const page = $("#designer");
    if (!page) return;
    const known = JSON.parse($("#flow-known").textContent);
    const modeler = new window.BpmnJS({
      container: $("#canvas"),
      moddleExtensions: { gonghui: known.moddle },
      additionalModules: [{
        __init__: ["gonghuiMenus"],
        translate: ["value", window.processWords],
        paletteProvider: ["type", Palette],
        gonghuiMenus: ["type", Menus],
      }],
    });
    // Steps are named in conditions (choice_<step>), so their ids are of small letters.
    const ids = modeler.get("moddle").ids;
    const PREFIXES = { Activity_: "step_", Gateway_: "gate_", Event_: "event_", Flow_: "flow_" };
    ids.nextPrefixed = (prefix, element) => {
      const start = PREFIXES[prefix] || prefix.toLowerCase();
      let number = 1;
      while (ids.assigned(`${start}${number}`)) number += 1;
      ids.claim(`${start}${number}`, element);
      return `${start}${number}`;
    };
    try {
      await modeler.importXML(JSON.parse($("#flow-xml").textContent));
    } catch {
      say("流程图打不开，请换一个版本。", "stop");
      return;
    }
    const fit = () => {
      const canvas = modeler.get("canvas");
      const { inner, outer } = canvas.viewbox(), tools = 80, room = 24;
      const scale = Math.min(1, (outer.width - tools - 2 * room) / inner.width, (outer.height - 4 * room) / inner.height);
      const spare = outer.width - tools - inner.width * scale;
      canvas.viewbox({ x: inner.x - (tools + spare / 2) / scale, y: inner.y - (outer.height / scale - inner.height) / 2, width: outer.width / scale, height: outer.height / scale });
    };
    fit();
    window.processPanel(modeler, known, $("#panel"));

    // A step dropped on a connection would cover its words: they go to the middle of what is left of it.
    modeler.on("commandStack.connection.reconnect.postExecuted", 100, ({ context: { connection } }) => {
      const { label, waypoints: [start, end] } = connection;
      if (!label) return;
      const modeling = modeler.get("modeling");
      modeling.moveShape(label, { x: (start.x + end.x - label.width) / 2 - label.x, y: (start.y + end.y) / 2 - label.height - 4 - label.y });
    });

    let dirty = false;
    modeler.on("commandStack.changed", () => { dirty = true; $("#saved").textContent = "有改动，尚未保存"; });
    window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

    const xml = async () => (await modeler.saveXML({ format: true })).xml;
    async function save() {
      const data = await send(page.dataset.save, { xml: await xml(), mark: page.dataset.mark });
      page.dataset.mark = data.mark;
      dirty = false;
      $("#saved").textContent = `已保存 ${data.saved_at}`;
      return data;
    }
    async function run(button, work) {
      button.disabled = true;
      try { await work(); } catch (error) { say(error.message, "stop"); } finally { button.disabled = false; }
    }
    $("#save")?.addEventListener("click", (event) => run(event.currentTarget, async () => { const data = await save(); showFaults(modeler, data.faults); say("草稿已保存。"); }));
    $("#check")?.addEventListener("click", (event) => run(event.currentTarget, async () => { const data = await send(page.dataset.check, { xml: await xml() }); showFaults(modeler, data.faults); $("#faults-head").focus(); }));
    for (const id of ["try", "publish"]) {
      $(`#${id}`)?.addEventListener("click", (event) => {
        event.preventDefault();
        const link = event.currentTarget;
        run(link, async () => {
          const data = dirty ? await save() : await send(page.dataset.check, { xml: await xml() });
          if (showFaults(modeler, data.faults)) { say("流程图有问题，已在图上标出。", "stop"); $("#faults-head").focus(); return; }
          location.assign(link.href);
        });
      });
    }
    if (known.faults) showFaults(modeler, known.faults);
    $("#undo")?.addEventListener("click", () => modeler.get("commandStack").undo());
    $("#redo")?.addEventListener("click", () => modeler.get("commandStack").redo());
    $("#fit")?.addEventListener("click", fit);
    $("#canvas").dataset.ready = "1";
    window.processModeler = modeler;
  });
})();
