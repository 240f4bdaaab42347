// What lists need beyond HTML: a box that filters long ones, arrow keys in
// menus, and the commands that a slash begins.

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

document.addEventListener("input", (e) => {
  if ("filter" in e.target.dataset) filter(e.target);
  if (e.target.id === "line") complete();
});

// offered are the commands that go on as the line begins; a whole one stays,
// so that its hint can be read.
function offered() {
  const [typed, ...more] = document.getElementById("line").value.split(" ");
  return [...document.querySelectorAll("[data-complete]")].filter(({ dataset }) => typed && more.join("") === "" && dataset.complete.startsWith(typed));
}

// complete shows what the line can be completed to.
export function complete() {
  const those = offered();
  for (const one of document.querySelectorAll("[data-complete]")) one.hidden = !those.includes(one);
}

function completeTo(command) {
  const line = document.getElementById("line");
  line.value = command + " ";
  line.focus();
  complete();
}

document.addEventListener("click", (e) => {
  const one = e.target.closest("[data-complete]");
  if (one) completeTo(one.dataset.complete);
});

document.addEventListener("keydown", (e) => {
  if ("filter" in e.target.dataset) return fromBox(e);
  if (e.target.id === "line" && e.key === "Tab" && !e.shiftKey) {
    const [one] = offered();
    if (!one || e.target.value.startsWith(one.dataset.complete)) return;
    e.preventDefault();
    completeTo(one.dataset.complete);
    return;
  }
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
