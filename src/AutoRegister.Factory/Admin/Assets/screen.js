// Brings the parts of the page up to date in place. A part that holds the focus waits, so that no button moves away from
// under a finger or a screen reader. What happened is said once, in one sentence.
"use strict";

const every = 2000;
const said = document.getElementById("said");

function part(root, name) {
  return root.querySelector(`[data-live="${name}"]`);
}

function difference(before, after, one, several) {
  const more = Number(after) - Number(before);
  return more <= 0 ? "" : more === 1 ? one : `${more} ${several}`;
}

// Takes the numbers of a fresh page over and says what they mean. Who waits comes first: somebody must do something for them.
function sayDifference(fresh) {
  const pending = part(document, "pending").dataset;
  const devices = part(document, "devices").dataset;
  const waiting = part(fresh, "pending").dataset.waiting;
  const newest = part(fresh, "devices").dataset.newest;
  const words = [
    difference(pending.waiting, waiting, "One more device waits to be accepted.", "more devices wait to be accepted."),
    difference(devices.newest, newest, "One device was registered.", "devices were registered."),
  ].filter(Boolean);
  if (words.length > 0) {
    said.textContent = words.join(" ");
  }
  pending.waiting = waiting;
  devices.newest = newest;
}

async function update() {
  const answer = await fetch("/", { headers: { "X-Screen-Update": "1" }, cache: "no-store" });
  if (answer.status === 401) {
    location.reload();
    return;
  }
  if (!answer.ok) {
    throw new Error(`HTTP ${answer.status}`);
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = part(fresh, old.dataset.live);
    if (now && now.innerHTML !== old.innerHTML && !old.contains(document.activeElement)) {
      old.replaceChildren(...now.childNodes);
    }
  }
  sayDifference(fresh);
}

async function run() {
  try {
    await update();
    document.body.classList.remove("stale");
  } catch (error) {
    if (!document.body.classList.contains("stale")) {
      document.body.classList.add("stale");
      said.textContent = "The server does not answer: what is shown is old.";
    }
  }
  setTimeout(run, every);
}

setTimeout(run, every);
