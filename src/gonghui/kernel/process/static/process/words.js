/* The editor's words in Chinese: a value of its `translate` service. */
(() => {
  "use strict";
  const KINDS = {
    "Start event": "开始", "End event": "结束", "Intermediate throw event": "中间事件", "Boundary event": "边界事件",
    "Terminate end event": "终止结束", "Task": "任务", "User task": "人工办理", "Service task": "自动办理", "Manual task": "手工任务",
    "Send task": "发送任务", "Receive task": "等待消息", "Script task": "脚本任务", "Business rule task": "规则任务", "Call activity": "调用流程",
    "Sub-process": "子流程", "Sub-process (collapsed)": "子流程（收起）", "Sub-process (expanded)": "子流程（展开）", "Event sub-process": "事件子流程",
    "Ad-hoc sub-process": "特别子流程", "Ad-hoc sub-process (collapsed)": "特别子流程（收起）", "Ad-hoc sub-process (expanded)": "特别子流程（展开）",
    "Transaction": "事务", "Exclusive gateway": "排他网关", "Parallel gateway": "并行网关", "Inclusive gateway": "包容网关",
    "Complex gateway": "复杂网关", "Event-based gateway": "事件网关", "Event based instantiating Gateway": "启动事件网关",
    "Parallel Event based instantiating Gateway": "并行启动事件网关", "Timer intermediate catch event": "等待一段时间",
    "Message intermediate catch event": "等待消息", "Timer boundary event": "超时处理", "Timer boundary event (non-interrupting)": "超时提醒（不中断）",
    "Message boundary event": "收到消息时", "Message boundary event (non-interrupting)": "收到消息时（不中断）",
    "Sequence flow": "连线", "Default flow": "默认分支", "Conditional flow": "条件分支", "Data object reference": "数据对象",
    "Data store reference": "数据存储", "Expanded pool/participant": "泳池（展开）", "Empty pool/participant": "泳池（空）", "Root": "流程",
  };
  const EVENT_KINDS = { Message: "消息", Timer: "定时", Conditional: "条件", Signal: "信号", Error: "错误", Escalation: "升级", Compensation: "补偿", Cancel: "取消", Link: "链接" };
  const EVENT_PLACES = {
    "start event": "开始", "start event (non-interrupting)": "开始（不中断）", "end event": "结束", "boundary event": "边界事件",
    "boundary event (non-interrupting)": "边界事件（不中断）", "intermediate catch event": "等待", "intermediate throw event": "发出",
  };
  for (const [kind, word] of Object.entries(EVENT_KINDS)) {
    for (const [place, words] of Object.entries(EVENT_PLACES)) KINDS[`${kind} ${place}`] ??= `${word}${words}`;
  }
  const WORDS = {
    ...KINDS,
    "Activate hand tool": "移动画布", "Activate lasso tool": "框选", "Activate create/remove space tool": "增减间距", "Activate global connect tool": "连线",
    "Create start event": "开始", "Create end event": "结束", "Create gateway": "网关", "Create task": "任务", "Create group": "分组",
    "Create intermediate/boundary event": "等待", "Create data object reference": "数据对象", "Create data store reference": "数据存储",
    "Create expanded sub-process": "子流程", "Create pool/participant": "泳池", "Append end event": "接结束", "Append gateway": "接网关",
    "Append task": "接人工办理", "Append intermediate/boundary event": "接等待", "Append receive task": "接等待消息",
    "Append message intermediate catch event": "接等待消息", "Append timer intermediate catch event": "接等待一段时间",
    "Append conditional intermediate catch event": "接等待条件", "Append signal intermediate catch event": "接等待信号",
    "Append compensation activity": "接补偿", "Add text annotation": "加注释", "Change element": "改变类型", "Change type": "改变类型", "Delete": "删除",
    "Connect to other element": "连到其他环节", "Connect using association": "关联", "Connect using data input association": "数据关联",
    "Connect using sequence/message flow or association": "连线", "Connect using sequence/MessageFlow or Association": "连线",
    "Add lane above": "上方加泳道", "Add lane below": "下方加泳道", "Divide into two lanes": "分为两道", "Divide into three lanes": "分为三道",
    "Align elements": "对齐", "Align elements left": "左对齐", "Align elements right": "右对齐", "Align elements center": "水平居中",
    "Align elements top": "顶端对齐", "Align elements bottom": "底端对齐", "Align elements middle": "垂直居中",
    "Distribute elements horizontally": "水平均分", "Distribute elements vertically": "垂直均分", "Search in diagram": "在图中查找",
    "Parallel multi-instance": "并行多实例", "Sequential multi-instance": "依次多实例", "Loop": "循环", "Collection": "集合",
    "Participant multiplicity": "多个参与方", "Toggle non-interrupting": "是否中断", "Open {element}": "打开{element}",
    "flow elements must be children of pools/participants": "元素须放在泳池内", "Data object must be placed within a pool/participant.": "数据对象须放在泳池内",
  };
  window.processWords = (template, values = {}) =>
    (WORDS[template] || template).replace(/{([^}]+)}/g, (whole, name) => values[name] ?? whole);
})();
