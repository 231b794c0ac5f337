/* The print button of the report. */
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
