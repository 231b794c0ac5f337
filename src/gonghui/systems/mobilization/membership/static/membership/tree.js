/* Opening and closing levels of the union tree by mouse and arrow keys. */
(() => {
  "use strict";
  const below = (button) => document.getElementById(button.getAttribute("aria-controls"));
  const set = (button, open) => {
    button.setAttribute("aria-expanded", String(open));
    below(button).hidden = !open;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tree-toggle]");
    if (button) set(button, button.getAttribute("aria-expanded") !== "true");
  });
  document.addEventListener("keydown", (event) => {
    const item = event.target.closest?.("[data-tree] li");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const button = item.querySelector(":scope > .mb-node > [data-tree-toggle]");
    const open = button && button.getAttribute("aria-expanded") === "true";
    if (event.key === "ArrowRight" && button) {
      if (open) below(button).querySelector("a")?.focus();
      else button.click();
    } else if (event.key === "ArrowLeft") {
      if (open) set(button, false);
      else item.parentElement.closest("li")?.querySelector("a")?.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const names = [...document.querySelectorAll("[data-tree] .mb-name")].filter((name) => name.offsetParent);
      const at = names.indexOf(item.querySelector(".mb-name"));
      names[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    } else return;
    event.preventDefault();
  });
})();
