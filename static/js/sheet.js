/* Opens the dialog #sheet when htmx has put a form into it. Without this file the same links lead to pages. */
(() => {
  "use strict";
  const sheet = document.getElementById("sheet");
  sheet?.addEventListener("htmx:afterSwap", () => { if (!sheet.open) sheet.showModal(); });
  sheet?.addEventListener("close", () => sheet.querySelector("#sheet-body").replaceChildren());
})();
