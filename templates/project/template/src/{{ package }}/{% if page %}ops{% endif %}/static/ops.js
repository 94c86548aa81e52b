// Local times, live regions, keys. Without this script all works, and a reload shows what is new.
"use strict";

const LIVE_SECONDS = 5;
const ROWS = "main tbody tr";
const FILTER = "form[role=search] input:not([type=hidden], [type=checkbox])";
const TYPING = "input:not([type=checkbox], [type=radio]), select, textarea";
const byId = (id) => document.getElementById(id);
const localTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

function showLocalTimes(part) {
  for (const time of part.querySelectorAll("time.moment")) {
    time.textContent = localTime.format(new Date(time.dateTime));
  }
}

/** Somebody works in it: it has the focus, chosen boxes or selected text. */
function isInUse(region) {
  const selection = getSelection();
  return (
    region.contains(document.activeElement) ||
    region.querySelector("input:checked") ||
    (!selection.isCollapsed && region.contains(selection.anchorNode))
  );
}

function replace(region, fresh) {
  showLocalTimes(fresh);
  for (const details of region.querySelectorAll("details[id][open]")) {
    fresh.querySelector(`#${details.id}`)?.setAttribute("open", "");
  }
  if (!fresh.isEqualNode(region)) region.replaceWith(fresh);
}

let asking = false;

async function refresh() {
  if (asking || !document.querySelector("[data-live]")) return;
  asking = true;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.redirected) location.reload(); // to the login: the session has ended
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const region of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(region.id);
      if (fresh && !isInUse(region)) replace(region, fresh);
    }
    byId("connection").textContent = "";
  } catch {
    byId("connection").textContent = "no answer";
  } finally {
    asking = false;
  }
}

/** Go to the link of the row that is `steps` away from the one with the focus. */
function goToRow(steps) {
  const rows = [...document.querySelectorAll(ROWS)].filter((row) => row.querySelector("a"));
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? 0 : Math.min(Math.max(here + steps, 0), rows.length - 1);
  rows[next]?.querySelector("a").focus();
}

const KEYS = {
  "/": () => document.querySelector(FILTER)?.focus(),
  j: () => goToRow(1),
  k: () => goToRow(-1),
  r: refresh,
  "?": () => byId("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  const meant = !(event.ctrlKey || event.altKey || event.metaKey || event.target.closest(TYPING));
  if (!meant || !byId("use-keys").checked || !Object.hasOwn(KEYS, event.key)) return;
  if (byId("keys").open) return;
  event.preventDefault();
  KEYS[event.key]();
});

for (const box of document.querySelectorAll("[data-remember]")) {
  box.checked = localStorage.getItem(`ops-${box.dataset.remember}`) !== "off";
  box.addEventListener("change", () => {
    localStorage.setItem(`ops-${box.dataset.remember}`, box.checked ? "on" : "off");
  });
}
for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;
for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", () => byId(button.dataset.opens).showModal());
}
showLocalTimes(document);
const refreshIfSeen = () => !document.hidden && byId("live")?.checked && refresh();
setInterval(refreshIfSeen, LIVE_SECONDS * 1000);
document.addEventListener("visibilitychange", refreshIfSeen);
