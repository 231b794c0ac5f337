/* Our property panel: who acts, how, by when, with which form and buttons; conditions; what runs by itself. */
(() => {
  "use strict";
  const make = (tag, attrs = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attrs)) {
      if (name === "on") Object.entries(value).forEach(([event, handle]) => node.addEventListener(event, handle));
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };
  let serial = 0;

  window.processPanel = (modeler, known, panel) => {
    const modeling = modeler.get("modeling"), moddle = modeler.get("moddle"), selection = modeler.get("selection"), canvas = modeler.get("canvas");
    const is = (element, type) => element.businessObject?.$instanceOf?.(type);
    let shown = null;

    const field = (label, control, help = "") => {
      const id = `p${(serial += 1)}`;
      control.id = id;
      const note = help ? make("p", { class: "form-hint", id: `${id}-h` }, help) : null;
      if (note) control.setAttribute("aria-describedby", note.id);
      return make("div", { class: "gp-field" }, make("label", { class: "form-label", for: id }, label), control, note);
    };
    const typed = (input, value, change) => {
      let kept = value || "";
      input.value = kept;
      input.addEventListener("change", () => {
        const now = input.value.trim();
        if (now !== kept) change(kept = now);
      });
      return input;
    };
    const text = (value, change, attrs = {}) => typed(make("input", { class: "form-control", ...attrs }), value, change);
    const area = (value, change, attrs = {}) => typed(make("textarea", { class: "form-control", rows: 2, ...attrs }), value, change);
    // What is typed counts as soon as the pointer is elsewhere: by the time of a click, the change would take its target away.
    document.addEventListener("pointermove", ({ target }) => {
      const at = document.activeElement;
      if (!panel.contains(target) && panel.contains(at) && at.matches("input:not([type=checkbox]), textarea")) at.dispatchEvent(new Event("change"));
    }, true);
    const select = (value, pairs, change, empty = "请选择") => {
      const options = Object.entries(pairs);
      const input = make("select", { class: "form-select", on: { change: () => change(input.value) } });
      if (empty !== null) input.append(make("option", { value: "" }, empty));
      for (const [code, title] of options) input.append(make("option", { value: code }, title));
      if (value && !(value in pairs)) input.append(make("option", { value }, `${value}（已不可用）`));
      input.value = value || "";
      return input;
    };
    const check = (label, value, change) => {
      const id = `p${(serial += 1)}`;
      const input = make("input", { type: "checkbox", class: "form-check-input", id, on: { change: () => change(input.checked) } });
      input.checked = Boolean(value);
      return make("div", { class: "form-check" }, input, make("label", { class: "form-check-label", for: id }, label));
    };
    const button = (label, act, attrs = {}) => make("button", { type: "button", class: "btn btn-sm", ...attrs, on: { click: act } }, label);
    const group = (title, ...children) => make("fieldset", { class: "gp-group" }, make("legend", {}, title), ...children);

    // A change made here must not redraw what is being used: a click would lose its target.
    let ours = false;
    const change = (work) => { ours = true; try { work(); } finally { ours = false; } };
    const set = (element, properties) => change(() => modeling.updateProperties(element, properties));
    const setPart = (element, part, properties) => change(() => modeling.updateModdleProperties(element, part, properties));
    const setOwn = (element, name, value) => set(element, { [`gonghui:${name}`]: value || undefined });

    /* Extension elements of one type, replaced as a whole. */
    const listOf = (element, type) => (element.businessObject.extensionElements?.values || []).filter((item) => item.$type === type);
    const setList = (element, type, rows) => {
      const others = (element.businessObject.extensionElements?.values || []).filter((item) => item.$type !== type);
      const values = [...others, ...rows.map((row) => moddle.create(type, Object.fromEntries(Object.entries(row).filter(([, value]) => value))))];
      const holder = moddle.create("bpmn:ExtensionElements", { values });
      values.forEach((value) => { value.$parent = holder; });
      set(element, { extensionElements: values.length ? holder : undefined });
    };
    const plainRow = (item, names) => Object.fromEntries(names.map((name) => [name, item.get(name) || ""]));

    /* A choice of one of our attributes, on which further fields depend. usual: what none means. */
    const own = (element, name, pairs, usual) => {
      const value = element.businessObject.get(`gonghui:${name}`) || usual;
      const control = select(value, pairs, (chosen) => { setOwn(element, name, chosen); draw(element, name); }, usual ? null : "请选择");
      control.dataset.own = name;
      return control;
    };

    /* The effects a step may lead to before anybody else has to act, that ask for a permission. */
    const WAITS = ["bpmn:UserTask", "bpmn:IntermediateCatchEvent", "bpmn:ReceiveTask"];
    function ledTo(element) {
      const seen = new Set(), found = new Map(), ways = [...(element.outgoing || [])];
      while (ways.length) {
        const next = ways.pop().target;
        if (!next?.businessObject || seen.has(next)) continue;
        seen.add(next);
        const effect = next.businessObject.get("gonghui:effect");
        if (known.needs[effect]) found.set(effect, known.needs[effect]);
        if (!WAITS.some((type) => is(next, type))) ways.push(...(next.outgoing || []));
      }
      return found;
    }

    function entitled(element, role) {
      return [...ledTo(element)].map(([effect, need]) => {
        const able = !role || need.roles.includes(role);
        const words = able ? `之后会“${known.effects[effect]}”，须由${need.words}办理。` : `${known.roles[role]}无权“${known.effects[effect]}”，请改由${need.words}办理，或在后面再加一个由${need.words}办理的环节。`;
        return make("p", able ? { class: "form-hint" } : { class: "gp-wrong", role: "status" }, words);
      });
    }

    function who(element) {
      const business = element.businessObject, value = business.get("gonghui:who") || "";
      const parts = [field("由谁办理", own(element, "who", known.who))];
      if (["role", "superior", "initiator_union"].includes(value)) parts.push(field("角色", own(element, "role", known.roles)));
      if (value === "role") parts.push(field("哪一级工会", select(business.get("gonghui:at") || "here", known.at, (chosen) => setOwn(element, "at", chosen), null)));
      if (value === "user") parts.push(field("人员", select(business.get("gonghui:user"), known.users, (chosen) => setOwn(element, "user", chosen)), "列出本级工会有岗位的人员。"));
      if (value === "expression") parts.push(expression(business.get("gonghui:expression"), (chosen) => setOwn(element, "expression", chosen), "办理人的表达式", "结果为用户编号。"));
      parts.push(...entitled(element, ["role", "superior", "initiator_union"].includes(value) ? business.get("gonghui:role") : ""));
      return group("由谁办理", ...parts);
    }

    function expression(value, change, label, help) {
      const input = area(value, change, { class: "form-control gp-code", spellcheck: "false", autocomplete: "off" });
      const names = make("p", { class: "gp-names" }, "可用数据项：");
      for (const [code, variable] of Object.entries(known.variables)) {
        names.append(button(variable.title, () => { input.setRangeText(code, input.selectionStart, input.selectionEnd, "end"); input.dispatchEvent(new Event("change")); input.focus(); }, { class: "btn btn-sm gp-name", title: code }));
      }
      return make("div", {}, field(label, input, help), names);
    }

    /* The buttons of the steps last taken before a connection: what `choice` may be there. */
    function buttonsBefore(element) {
      const seen = new Set(), found = {}, steps = [element.source];
      while (steps.length) {
        const step = steps.pop();
        if (!step?.businessObject || seen.has(step)) continue;
        seen.add(step);
        if (is(step, "bpmn:UserTask")) for (const button of listOf(step, "gonghui:Choice")) found[button.get("code")] = `${button.get("title")}（${step.businessObject.name || step.id}）`;
        else steps.push(...(step.incoming || []).map((way) => way.source));
      }
      return Object.keys(found).length ? found : null;
    }

    function builder(element, flow) {
      const holder = make("div", { class: "gp-builder" });
      const variables = Object.fromEntries(Object.entries(known.variables).map(([code, item]) => [code, item.title]));
      const left = select("", variables, () => refresh(), "数据项");
      const operator = select("==", { "==": "等于", "!=": "不等于", ">": "大于", ">=": "不小于", "<": "小于", "<=": "不大于" }, () => {}, null);
      let right = make("input", { class: "form-control", "aria-label": "值" });
      const place = make("span", {}, right);
      left.setAttribute("aria-label", "数据项");
      operator.setAttribute("aria-label", "比较");
      function refresh() {
        const variable = known.variables[left.value];
        const options = taken(left.value);
        right = options ? select("", options, () => {}, "值") : variable?.kind === "flag" ? select("true", { true: "是", false: "否" }, () => {}, null) : make("input", { class: "form-control" });
        right.setAttribute("aria-label", "值");
        place.replaceChildren(right);
      }
      const taken = (code) => (code === "choice" ? buttonsBefore(element) : known.variables[code]?.choices);
      const quoted = (kind, value) => (["integer", "number", "flag"].includes(kind) ? value : JSON.stringify(value));
      holder.append(left, operator, place, button("加入条件", () => {
        const variable = known.variables[left.value];
        if (!variable || !right.value.trim()) return;
        const piece = `${left.value} ${operator.value} ${quoted(variable.kind, right.value.trim())}`;
        const before = flow.conditionExpression?.body || "";
        condition(element, before ? `${before} && ${piece}` : piece);
        draw(element);
      }));
      return group("选项拼写", holder);
    }

    function condition(element, value) {
      const body = value ? moddle.create("bpmn:FormalExpression", { body: value }) : undefined;
      set(element, { conditionExpression: body });
    }

    function rows(element, type, names, title, columns, fresh) {
      const items = listOf(element, type).map((item) => plainRow(item, names));
      const save = (next, again = true) => { setList(element, type, next); if (again) draw(element); };
      const list = make("ol", { class: "gp-rows" });
      items.forEach((item, index) => {
        const change = (name) => (value) => { items[index] = { ...items[index], [name]: value }; save(items, false); };
        const move = (by) => { const next = [...items]; const [taken] = next.splice(index, 1); next.splice(index + by, 0, taken); save(next); };
        list.append(make("li", {}, ...columns(item, change), make("div", { class: "gp-tools" },
          index > 0 ? button("上移", () => move(-1)) : null,
          button("删除", () => save(items.filter((_, each) => each !== index)), { "aria-label": `删除第 ${index + 1} 个` }))));
      });
      return group(title, items.length ? list : make("p", { class: "gh-quiet" }, "还没有。"), button(fresh.label, () => save([...items, fresh.row(items)])));
    }

    function choices(element) {
      return rows(element, "gonghui:Choice", ["code", "title", "tone", "reason"], "办理按钮", (item, change) => [
        field("名称", text(item.title, change("title"), { maxlength: 20 })),
        field("代码", text(item.code, change("code"), { maxlength: 50, class: "form-control gp-code", autocomplete: "off", spellcheck: "false" }), "小写字母，条件中用它判断选了哪个。"),
        check("须填写意见", item.reason === "true", (on) => change("reason")(on ? "true" : "")),
      ], {
        label: "加一个按钮",
        row: (items) => ([{ code: "agree", title: "同意", tone: "primary" }, { code: "refuse", title: "不同意", tone: "danger", reason: "true" }].find((row) => !items.some((item) => item.code === row.code)) || { code: `choice_${items.length + 1}`, title: "" }),
      });
    }

    function form(element) {
      const variables = Object.fromEntries(known.fields.map((code) => [code, known.variables[code].title]));
      return rows(element, "gonghui:Field", ["name", "title", "kind", "required"], "填写的表单", (item, change) => [
        field("数据项", select(item.name, variables, change("name"))),
        field("显示名称", text(item.title, change("title"), { maxlength: 30 })),
        field("类型", select(item.kind || "text", known.fieldKinds, change("kind"), null)),
        check("必填", item.required === "true", (on) => change("required")(on ? "true" : "")),
      ], { label: "加一个项目", row: () => ({ name: "", title: "", kind: "text" }) });
    }

    function work(element) {
      const business = element.businessObject, mode = business.get("gonghui:mode") || "one";
      return [
        who(element),
        group("怎样办理",
          field("办理方式", own(element, "mode", known.modes, "one")),
          mode === "n" ? field("同意人数", text(business.get("gonghui:count"), (value) => setOwn(element, "count", value), { type: "number", min: 1, max: 50 })) : null,
          field("办理期限（工作日）", text(business.get("gonghui:deadline"), (value) => setOwn(element, "deadline", value), { type: "number", min: 1, max: 366 }), "留空表示不限；到期前提醒，逾期报上级。")),
        choices(element),
        form(element),
      ];
    }

    function service(element) {
      const need = known.needs[element.businessObject.get("gonghui:effect")];
      return group("自动办理", field("办理内容", own(element, "effect", known.effects), need ? `走到这里的前一个办理环节须由${need.words}办理。` : ""));
    }

    function event(element) {
      const definition = element.businessObject.eventDefinitions?.[0];
      if (!definition) return [];
      if (definition.$type === "bpmn:TimerEventDefinition") {
        const days = definition.timeDuration?.body || "";
        const wait = (value) => setPart(element, definition, { timeDuration: value ? moddle.create("bpmn:FormalExpression", { body: value }) : undefined });
        return [group("等待", field("工作日数", text(days, wait, { type: "number", min: 1, max: 366 })))];
      }
      if (definition.$type === "bpmn:MessageEventDefinition") {
        const expect = (code) => {
          const root = modeler.getDefinitions();
          let message = (root.rootElements || []).find((item) => item.$type === "bpmn:Message" && item.name === code);
          if (!message && code) {
            message = moddle.create("bpmn:Message", { id: `Message_${code}`, name: code });
            message.$parent = root;
            root.rootElements.push(message);
          }
          setPart(element, definition, { messageRef: message || undefined });
        };
        return [group("等待", field("消息", select(definition.messageRef?.name, known.messages, expect)))];
      }
      return [];
    }

    function arrow(element) {
      const flow = element.businessObject, source = element.source?.businessObject;
      const branching = source && (source.$type === "bpmn:ExclusiveGateway" || source.$type === "bpmn:InclusiveGateway") && element.source.outgoing.length > 1;
      if (!branching) return [make("p", { class: "gh-quiet" }, "从网关分出两条以上连线时，在这里设条件。")];
      const isDefault = source.default === flow;
      const parts = [check("默认分支（其他条件都不满足时走这条）", isDefault, (on) => {
        if (on) condition(element, "");
        set(element.source, { default: on ? flow : undefined });
        draw(element);
      })];
      if (!isDefault) {
        parts.push(expression(flow.conditionExpression?.body, (value) => condition(element, value), "条件", "如 choice == \"agree\"。"));
        return [group("分支", ...parts), builder(element, flow)];
      }
      return [group("分支", ...parts)];
    }

    const TITLES = { "bpmn:UserTask": "人工办理", "bpmn:ServiceTask": "自动办理", "bpmn:SequenceFlow": "连线", "bpmn:StartEvent": "开始", "bpmn:EndEvent": "结束", "bpmn:ExclusiveGateway": "排他网关", "bpmn:ParallelGateway": "并行网关", "bpmn:InclusiveGateway": "包容网关", "bpmn:IntermediateCatchEvent": "等待", "bpmn:BoundaryEvent": "边界事件", "bpmn:SubProcess": "子流程", "bpmn:Process": "流程" };

    function draw(element, keep = "") {
      // What is still being typed counts before the field goes.
      if (panel.contains(document.activeElement)) document.activeElement.blur();
      const at = element === shown ? panel.scrollTop : 0;
      shown = element;
      const business = element.businessObject, type = business?.$type || "";
      const parts = [make("h2", { class: "gp-title" }, TITLES[type] || "元素")];
      if (type) parts.push(field("名称", text(business.name, (value) => set(element, { name: value }), { maxlength: 60 })));
      if (is(element, "bpmn:UserTask")) parts.push(...work(element));
      else if (is(element, "bpmn:ServiceTask")) parts.push(service(element));
      else if (is(element, "bpmn:SequenceFlow")) parts.push(...arrow(element));
      else if (is(element, "bpmn:CatchEvent")) parts.push(...event(element));
      else if (type === "bpmn:Process") parts.push(make("p", { class: "gh-quiet" }, "选中一个环节或连线，在这里设置由谁办理、期限、按钮和条件。"));
      panel.replaceChildren(...parts.filter(Boolean));
      panel.scrollTop = at;
      if (keep) panel.querySelector(`[data-own="${keep}"]`)?.focus({ preventScroll: true });
    }

    const current = () => { const chosen = selection.get(); return chosen.length === 1 ? chosen[0].labelTarget || chosen[0] : canvas.getRootElement(); };
    modeler.on("selection.changed", () => draw(current()));
    modeler.on("element.changed", ({ element }) => { if (!ours && element === shown) draw(element); });
    modeler.on("import.done", () => draw(canvas.getRootElement()));
    draw(canvas.getRootElement());
  };
})();
