// The page works without this script. With it, forms are sent without a reload,
// and the page is fetched again whenever the world changes: what differs is
// changed in place, so that focus, scrolling and typed text stay.
import { morph } from "./morph.js";
import { complete, filter } from "./lists.js";

const $ = (selector, from = document) => from.querySelector(selector);

let running = null;
let again = false;

// refresh shows the page as it is now. Calls while it runs are folded into one.
function refresh() {
  again = true;
  running ??= (async () => {
    while (again) {
      again = false;
      const address = location.href;
      const answer = await fetch(address);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (address === location.href) apply(fresh);
      else again = true;
    }
  })().catch(unreachable).finally(() => { running = null; });
  return running;
}

function apply(fresh) {
  const log = $("#messages");
  const atEnd = log && log.scrollHeight - log.scrollTop - log.clientHeight < 60; // App Home has no log
  const held = document.activeElement;
  const around = held?.closest("article, .console");
  document.title = fresh.title;
  for (const selector of [".top", ".halves"]) morph($(selector), $(selector, fresh));
  document.querySelectorAll("[data-filter]").forEach(filter);
  if ($("#line")) complete(); // App Home has none
  if (atEnd && log.isConnected) log.scrollTop = log.scrollHeight;
  openModal();
  if (!held || held === document.body || held.isConnected) return;
  const next = around?.isConnected ? $("[autofocus]", around) ?? around : opener?.isConnected ? opener : $("#line") ?? $("#home");
  if (!$("dialog:modal")) next.focus({ preventScroll: true });
}

let opener = null; // what had the keyboard when a window opened; it gets it back

// openModal makes a window that came with the page modal, with focus inside.
function openModal() {
  for (const dialog of document.querySelectorAll("dialog[data-modal]:not(:modal)")) {
    if (!document.activeElement.closest("dialog")) opener = document.activeElement;
    dialog.close();
    dialog.showModal();
  }
}

function say(where, text) {
  $("#" + where).textContent = text;
  if (where === "status" && text) setTimeout(() => { if ($("#status").textContent === text) $("#status").textContent = ""; }, 6000);
}

function unreachable() {
  say("alert", "The sandbox doesn't answer. Is it still running?");
  return false;
}

// place is where an address leads. IAM's own have the user behind a #, which no
// server sees.
function place(address) {
  const to = new URL(address, location.href);
  const user = to.pathname === "/aws/iam/home" && to.hash.match(/^#\/users\/(?:details\/)?([^?/]+)/);
  return user ? "/aws/iam/users/" + user[1] : address;
}

async function go(address) {
  address = place(address);
  const moved = new URL(address, location.href).href !== location.href;
  if (moved) history.pushState(null, "", address);
  await refresh();
  // Somebody who types on where they are keeps the keyboard.
  if (moved || !$(".console :focus")) ($(".console [autofocus]") ?? $("#console")).focus({ preventScroll: true });
  if (!moved) return;
  $("#consoles").scrollIntoView({ block: "nearest" });
  $("#console").scrollTop = 0;
}

// send sends a form's fields and shows what came of it. Somebody who has gone
// elsewhere in the meantime stays there.
async function send(address, fields) {
  say("alert", "");
  const from = location.href;
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" } });
  const said = answer.ok ? await answer.json() : { error: await answer.text() };
  if (said.error) say("alert", said.error);
  await (said.location && location.href === from ? go(said.location) : refresh());
  if (said.notice) say("status", said.notice); // what it speaks of is on the page
  return !said.error;
}

// sure asks the question that an element carries, if it carries one.
function sure(element) {
  const { confirm, confirmText, confirmYes, confirmNo, confirmStyle } = element.dataset;
  if (confirm === undefined) return true;
  const dialog = $("#sure");
  $("#sure-title").textContent = confirm;
  $("#sure-text").textContent = confirmText;
  $("[value=yes]", dialog).textContent = confirmYes || "Yes";
  $("[value=yes]", dialog).className = confirmStyle || "primary";
  $("[value=no]", dialog).textContent = confirmNo || "Cancel";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclick = (e) => { if (e.target.value) dialog.close(e.target.value); };
    dialog.onclose = () => { resolve(dialog.returnValue === "yes"); dialog.returnValue = ""; };
  });
}

const sending = new Map(); // by form: what it sends now, and until when

document.addEventListener("submit", async (e) => {
  const form = e.target;
  const by = e.submitter;
  if (form.getAttribute("method") !== "post") return;
  e.preventDefault();
  const address = by?.getAttribute("formaction") ?? form.getAttribute("action");
  const fields = new FormData(form, by);
  if (by && !(await sure(by))) return;
  by?.closest("details")?.removeAttribute("open");
  const what = address + "?" + new URLSearchParams(fields);
  const before = sending.get(form);
  if (before?.what === what) return; // a double click
  if ("reset" in form.dataset) form.reset();
  const done = (before?.done ?? Promise.resolve()).then(() => send(address, fields)).catch(unreachable);
  sending.set(form, { what, done });
  form.ariaBusy = "true";
  const well = await done;
  if (sending.get(form)?.done === done) {
    sending.delete(form);
    form.ariaBusy = null;
  }
  if (!well && "reset" in form.dataset) for (const [name, value] of fields) if (form.elements[name]) form.elements[name].value ||= value;
});

document.addEventListener("change", async (e) => {
  if ("filter" in e.target.dataset) return;
  if ("submit" in e.target.dataset) return e.target.form.requestSubmit();
  const holder = e.target.closest("[data-press]");
  if (!holder || !(await sure(holder))) return;
  const fields = new FormData(holder.form ?? holder.closest("form"));
  fields.append("press", holder.dataset.press);
  for (const value of fields.getAll(e.target.name)) fields.append("value", value);
  send(holder.dataset.to, fields);
});

document.addEventListener("click", async (e) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(e.target)) menu.open = false;
  const copier = e.target.closest("[data-copy]");
  if (copier) {
    const source = copier.dataset.copy ? $("#" + copier.dataset.copy) : $("pre", copier.parentElement);
    await navigator.clipboard.writeText(source.textContent);
    return say("status", "Copied.");
  }
  const link = e.target.closest("a[href]");
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  if (link.dataset.press) {
    const fields = new FormData(link.closest("form"));
    fields.append("press", link.dataset.press);
    send(link.dataset.to, fields);
  }
  const to = new URL(link.href);
  if (to.origin !== location.origin || link.target || link.getAttribute("href").startsWith("#")) return;
  e.preventDefault();
  link.closest("details")?.removeAttribute("open");
  // At Slack the page would open elsewhere; here the window would be in its way.
  const close = link.closest("dialog")?.querySelector("form[data-close]");
  if (close) await send(close.getAttribute("action"), {});
  await go(link.href);
});

document.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && !e.shiftKey && "enter" in e.target.dataset) {
    e.preventDefault();
    e.target.form.requestSubmit();
  }
});

// Escape closes Slack's window at Slack, not only here.
document.addEventListener("cancel", (e) => {
  const close = $("form[data-close]", e.target);
  if (!close) return;
  e.preventDefault();
  close.requestSubmit();
}, true);

addEventListener("popstate", refresh);

// On a phone the head stays at the top, however high it is.
const head = $(".top");
new ResizeObserver(() => document.documentElement.style.setProperty("--top", head.offsetHeight + "px")).observe(head);

const events = new EventSource("/events");
events.onmessage = refresh;
events.onopen = () => { say("alert", ""); refresh(); };
events.onerror = unreachable;

if (place(location.href) !== location.href) location.replace(place(location.href));
openModal();
$("#messages").scrollTop = $("#messages").scrollHeight;
