/* What can neither HTML, CSS nor htmx do? Toasts, keys, the palette's arrows, focus after a refused form.
   No dependency, no eval, no inline handler; every page works without this file. */
(() => {
  "use strict";
  const TOAST_MS = 10_000;
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isTyping = (el) => el?.matches?.("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
  const announce = (words) => {
    const region = $("#announce");
    if (region && words) region.textContent = words;
  };

  /* ---- toasts: leave after ten seconds, unless read, focused or an error; the live region says them once */
  function startToast(toast) {
    if (toast.dataset.started) return;
    toast.dataset.started = "yes";
    announce($("span", toast)?.textContent.trim());
    if (toast.dataset.level === "error") return;
    let timer;
    const hold = () => clearTimeout(timer);
    const go = () => { hold(); timer = setTimeout(() => toast.remove(), TOAST_MS); };
    for (const type of ["pointerenter", "focusin"]) toast.addEventListener(type, hold);
    for (const type of ["pointerleave", "focusout"]) toast.addEventListener(type, go);
    go();
  }

  function failed() {
    const box = $("#toasts"), template = $("#toast-failed");
    if (box && template) box.append(template.content.cloneNode(true));
  }

  /* ---- dialogs: invoker commands are native in current browsers; older ones get them here */
  const hasCommands = "command" in HTMLButtonElement.prototype;
  function runCommand(button) {
    const dialog = document.getElementById(button.getAttribute("commandfor"));
    if (!(dialog instanceof HTMLDialogElement)) return;
    if (button.getAttribute("command") === "show-modal") dialog.showModal();
    else dialog.close();
  }

  /* ---- palette: a combobox over the list the server sends */
  const palette = $("#palette");
  const options = () => $$("[role=option]:not([aria-disabled])", palette);
  function choose(option) {
    const input = $("#palette-q");
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }
  function openPalette() {
    if (!palette || palette.open) return;
    palette.showModal();
  }
  function paletteKey(event) {
    const all = options(), at = all.findIndex((o) => o.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (all.length) choose(all[(at + step + all.length) % all.length]);
    } else if (event.key === "Enter" && all.length) {
      event.preventDefault();
      all[Math.max(at, 0)].click();
    }
  }
  if (palette) {
    $("#palette-q").addEventListener("keydown", paletteKey);
    palette.addEventListener("toggle", (event) => {
      const input = $("#palette-q"), open = event.newState === "open";
      input.setAttribute("aria-expanded", String(open));
      if (open) { input.select(); input.dispatchEvent(new Event("palette-open")); }
    });
    palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  }

  /* ---- keys: Ctrl K always; single keys from data-key unless the reader switched them off (WCAG 2.1.4) */
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && key === "k" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    if (document.body.dataset.shortcuts === "off" || isTyping(event.target) || $("dialog[open]")) return;
    if (pickByDigit(event)) return;
    const target = key === "z"
      ? $$("[data-undo] button").at(-1)
      : $$("[data-key]").find((el) => el.dataset.key.toLowerCase() === key && el.checkVisibility());
    if (!target) return;
    event.preventDefault();
    if (isTyping(target)) target.focus(); else target.click();
  });

  /* a digit picks the n-th choice of the question the focus is in */
  function pickByDigit(event) {
    const picks = event.target.closest?.("form[data-digits] fieldset");
    const radio = /^[1-9]$/.test(event.key) && picks && $$("input[type=radio]", picks)[event.key - 1];
    if (!radio) return false;
    event.preventDefault();
    radio.focus();
    radio.click();
    return true;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button?.hasAttribute("data-dismiss")) button.closest(".toast")?.remove();
    if (button?.hasAttribute("data-print")) window.print();
    if (button?.dataset.copy) copy(button);
    if (!hasCommands && button?.hasAttribute("commandfor")) runCommand(button);
    for (const menu of $$("details.chip-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  async function copy(button) {
    await navigator.clipboard.writeText($(button.dataset.copy)?.textContent ?? "");
    announce("Copied");
  }

  /* ---- what has been typed is not lost: a changed form asks before the page is left */
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-guard]");
    if (form) form.dataset.changed = "yes";
  });
  document.addEventListener("submit", (event) => { delete event.target.dataset.changed; });
  window.addEventListener("beforeunload", (event) => { if ($("form[data-changed]")) event.preventDefault(); });

  /* ---- htmx: no polling in hidden tabs, no refresh over a form in use, focus where the work goes on */
  const isRefresh = (el) => el.matches("[hx-trigger*='every']");
  document.addEventListener("htmx:beforeRequest", (event) => {
    const el = event.detail.elt;
    if (isRefresh(el) && (document.hidden || $("form[data-changed]", el) || isTyping(el.contains(document.activeElement) && document.activeElement))) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && window.htmx) for (const el of $$("[hx-trigger*='every']")) window.htmx.trigger(el, "visible-again");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const status = event.detail.xhr?.status, target = event.detail.elt;
    if (target?.id === "palette-options") choose(options()[0]);
    if (status === 422 || status === 409) focusProblem(target);
    else if (!event.detail.requestConfig?.triggeringEvent?.detail?.refresh) $("[data-focus]", target)?.focus();
  });
  for (const type of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(type, (event) => {
    if (!isRefresh(event.detail.elt)) failed();
  });
  function focusProblem(root) {
    const box = root?.isConnected ? root : document;
    const field = $("[aria-invalid=true]", box) ?? $("[data-focus]", box);
    field?.focus();
  }

  /* ---- on a phone the open tab may lie outside its strip: only the strip is moved, never the page */
  const strip = $(".tabs"), tab = strip && $("[aria-current]", strip);
  if (tab) strip.scrollLeft = tab.offsetLeft - strip.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2;

  const toasts = $("#toasts");
  if (toasts) {
    $$(".toast", toasts).forEach(startToast);
    new MutationObserver(() => $$(".toast", toasts).forEach(startToast)).observe(toasts, { childList: true, subtree: true });
  }
  if ($("[aria-invalid=true], [data-focus]")) focusProblem(document);
})();
