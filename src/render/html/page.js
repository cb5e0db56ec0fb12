"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const search = form.querySelector("input[type=search]");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const changes = [...document.querySelectorAll(".changes > li")];
  const shown = document.getElementById("shown");
  const details = changes.map((change) => change.querySelector("details")).filter(Boolean);
  const plural = (count) => count + (count === 1 ? " change" : " changes");

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const actions = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const change of changes) {
      const address = change.dataset.address.toLowerCase();
      const fits = (actions.size === 0 || actions.has(change.dataset.action)) && words.every((word) => address.includes(word));
      change.hidden = !fits;
      if (fits) count += 1;
    }
    shown.textContent = count === changes.length ? plural(count) + ", all shown" : count + " of " + plural(changes.length) + " shown";
    return actions;
  };

  // The filter is part of the address, so that a link can lead to what is meant.
  const remember = () => {
    const actions = apply();
    const parts = new URLSearchParams();
    if (actions.size) parts.set("action", [...actions].join(","));
    if (search.value.trim()) parts.set("address", search.value.trim());
    try {
      history.replaceState(null, "", parts.size ? "#" + parts : "#changes");
    } catch {
      // Some viewers keep a file's address for themselves.
    }
  };

  const recall = () => {
    const text = location.hash.slice(1);
    if (text.includes("=")) {
      const parts = new URLSearchParams(text);
      const actions = (parts.get("action") || "").split(",");
      for (const box of boxes) box.checked = actions.includes(box.value);
      search.value = parts.get("address") || "";
    }
    apply();
  };

  form.addEventListener("input", remember);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(remember));
  addEventListener("hashchange", recall);
  const open = (value) => () => details.forEach((one) => { one.open = value; });
  document.getElementById("open").addEventListener("click", open(true));
  document.getElementById("close").addEventListener("click", open(false));
  addEventListener("beforeprint", open(true));
  for (const part of document.querySelectorAll(".needs-script")) part.hidden = false;
  recall();
})();
