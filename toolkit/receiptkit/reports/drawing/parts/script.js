"use strict";
document.querySelector(".tools").hidden = false;
const root = document.documentElement;
document.getElementById("theme").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
document.getElementById("filter").addEventListener("input", (event) => {
  const text = event.target.value.trim().toLowerCase();
  for (const group of document.querySelectorAll(".group")) {
    group.hidden = !group.textContent.toLowerCase().includes(text);
  }
});
const open = () => {
  const found = document.querySelector("[id='" + CSS.escape(location.hash.slice(1)) + "'] > details");
  if (found) found.open = true;
};
addEventListener("hashchange", open);
open();
