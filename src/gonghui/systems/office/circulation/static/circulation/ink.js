// A pad to write an opinion on by finger or pen; what is written becomes the file of the field.
(() => {
  "use strict";
  const WIDTH = 2.4;

  function pad(field) {
    const canvas = document.createElement("canvas");
    canvas.className = "circ-pad";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "手写区，用手指或笔书写");
    const clear = document.createElement("button");
    clear.type = "button";
    clear.className = "btn";
    clear.textContent = "清除重写";
    const holder = document.createElement("div");
    holder.append(canvas, clear);
    (field.closest(".gh-field") || field.parentNode).append(holder);

    const ratio = window.devicePixelRatio || 1;
    const box = canvas.getBoundingClientRect();
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    const pen = canvas.getContext("2d");
    let drawing = false;
    let written = false;

    function blank() {
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.strokeStyle = "#1f2430";
      pen.lineWidth = WIDTH;
      pen.lineCap = "round";
      pen.lineJoin = "round";
    }

    function place(event) {
      const at = canvas.getBoundingClientRect();
      return [event.clientX - at.left, event.clientY - at.top];
    }

    function keep() {
      canvas.toBlob((blob) => {
        const kept = new DataTransfer();
        kept.items.add(new File([blob], "手写意见.png", { type: "image/png" }));
        field.files = kept.files;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }, "image/png");
    }

    canvas.addEventListener("pointerdown", (event) => {
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...place(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      written = true;
      pen.lineTo(...place(event));
      pen.stroke();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, () => {
        if (drawing && written) keep();
        drawing = false;
      });
    }
    clear.addEventListener("click", () => {
      blank();
      written = false;
      field.value = "";
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    blank();
  }

  document.querySelectorAll("input[data-ink]").forEach(pad);
})();
