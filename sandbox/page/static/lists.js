// What lists need beyond HTML: a box that filters long ones, and arrow keys in
// menus.

const shown = (list) => [...list.querySelectorAll("label")].filter((one) => !one.hidden);

// filter hides the options that don't have what is typed in a box.
export function filter(box) {
  const list = document.getElementById(box.dataset.filter);
  const typed = box.value.trim().toLowerCase();
  const all = [...list.querySelectorAll("label")];
  for (const one of all) one.hidden = !one.textContent.toLowerCase().includes(typed);
  for (const group of list.querySelectorAll(".group")) group.hidden = typed !== "";
  box.nextElementSibling.textContent = typed && `${shown(list).length} of ${all.length} shown`;
}

document.addEventListener("input", (e) => { if ("filter" in e.target.dataset) filter(e.target); });

document.addEventListener("keydown", (e) => {
  if ("filter" in e.target.dataset) return fromBox(e);
  const menu = e.target.closest("details.menu[open]");
  if (menu) inMenu(e, menu);
});

// fromBox: Enter chooses the first option that is shown, an arrow leads to it.
function fromBox(e) {
  const first = shown(document.getElementById(e.target.dataset.filter))[0]?.querySelector("input");
  if (e.key !== "Enter" && e.key !== "ArrowDown") return;
  e.preventDefault();
  if (e.key === "Enter") first?.click();
  else first?.focus();
}

function inMenu(e, menu) {
  const items = [...menu.querySelectorAll("summary, li > *")];
  const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (by) items[(items.indexOf(document.activeElement) + by + items.length) % items.length].focus();
  else if (e.key === "Escape") {
    menu.open = false;
    items[0].focus();
  } else return;
  e.preventDefault();
}
