// The grid of a decision table: arrows, new lines, moving, pasting. Without it every button
// posts the form and comes back with the same rows changed.
(function () {
  "use strict";
  var form = document.getElementById("grid-form");
  if (!form) return;
  var say = form.querySelector("[data-say]");
  var dirty = form.dataset.dirty === "1";

  function rows(body) { return Array.prototype.slice.call(body.rows); }
  function fields(row) { return Array.prototype.slice.call(row.querySelectorAll("input, select")); }
  function blank(what) {
    var source = document.querySelector('template[data-blank="' + what + '"]');
    return source.content.querySelector("tr").cloneNode(true);
  }
  function renumber(table) {
    var what = table.dataset.grid;
    rows(table.tBodies[0]).forEach(function (row, at) {
      var number = at + 1, place = what === "line" ? "第 " + number + " 行" : "用例 " + number;
      row.querySelector("[data-n]").textContent = number;
      fields(row).forEach(function (field) {
        field.setAttribute("aria-label", place + " " + field.dataset.title);
      });
      row.querySelectorAll("[data-op]").forEach(function (button) {
        button.value = what + ":" + button.dataset.op + ":" + at;
        button.setAttribute("aria-label", button.dataset.title + place);
      });
    });
  }
  function changed(table, words) {
    dirty = true;
    renumber(table);
    if (words) say.textContent = words;
  }
  function forget(row) {
    row.querySelectorAll(".dt-fault").forEach(function (fault) { fault.remove(); });
    fields(row).forEach(function (field) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    });
    var result = row.querySelector("[data-result]");
    if (result) result.textContent = "未核对";
  }
  function add(table) {
    var row = blank(table.dataset.grid);
    table.tBodies[0].appendChild(row);
    changed(table, "已添加第 " + table.tBodies[0].rows.length + " 行");
    return row;
  }
  function move(table, row, verb) {
    var body = table.tBodies[0], at = rows(body).indexOf(row), count = body.rows.length;
    if (verb === "up" && at > 0) body.insertBefore(row, body.rows[at - 1]);
    else if (verb === "down" && at < count - 1) body.insertBefore(body.rows[at + 1], row);
    else if (verb === "copy") {
      var copy = row.cloneNode(true), from = fields(row);
      fields(copy).forEach(function (field, place) { field.value = from[place].value; });
      forget(copy);
      body.insertBefore(copy, row.nextSibling);
      row = copy;
    } else if (verb === "drop") {
      var next = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      changed(table, "已删去");
      if (next) fields(next)[0].focus();
      else document.querySelector('[data-op="add"][data-for="' + table.dataset.grid + '"]').focus();
      return;
    } else return;
    changed(table, "现在是第 " + (rows(body).indexOf(row) + 1) + " 行");
  }

  form.addEventListener("click", function (event) {
    var button = event.target.closest("[data-op]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.op === "add") {
      var table = form.querySelector('[data-grid="' + button.dataset.for + '"]');
      fields(add(table))[0].focus();
      return;
    }
    var verb = button.dataset.op;
    move(button.closest("table"), button.closest("tr"), verb);
    if (verb === "up" || verb === "down") button.focus();
  });

  form.addEventListener("keydown", function (event) {
    var field = event.target, table = field.closest("[data-grid]");
    if (!table || field.tagName !== "INPUT" || event.isComposing) return;
    var row = field.closest("tr"), body = table.tBodies[0];
    var at = rows(body).indexOf(row), place = fields(row).indexOf(field), target = null;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      move(table, row, event.key === "ArrowUp" ? "up" : "down");
      field.focus();
      return;
    }
    // A list of choices uses the arrows itself.
    if (event.key === "ArrowUp" && !field.list) target = body.rows[at - 1];
    else if (event.key === "ArrowDown" && !field.list) target = body.rows[at + 1];
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      target = body.rows[at + 1] || add(table);
    }
    if (target) {
      event.preventDefault();
      fields(target)[place].focus();
    }
  });

  form.addEventListener("paste", function (event) {
    var field = event.target, table = field.closest && field.closest("[data-grid]");
    var text = event.clipboardData ? event.clipboardData.getData("text") : "";
    if (!table || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    var row = field.closest("tr"), first = fields(row).indexOf(field);
    text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").forEach(function (line) {
      row = row || add(table);
      var into = fields(row);
      line.split("\t").forEach(function (value, step) {
        var target = into[first + step];
        if (target && target.tagName === "INPUT") target.value = value.trim();
      });
      row = row.nextElementSibling;
    });
    changed(table, "已粘贴");
  });

  form.addEventListener("input", function () { dirty = true; });
  form.addEventListener("submit", function () { dirty = false; });
  window.addEventListener("beforeunload", function (event) {
    if (dirty) event.preventDefault();
  });
  form.querySelectorAll("[data-grid]").forEach(renumber);
})();
