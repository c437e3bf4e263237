// Brings the parts of the page up to date in place. A part that holds the focus waits, so that no button moves away from
// under a finger or a screen reader. What happened is said once, in one sentence.
"use strict";

const every = 2000;
const said = document.getElementById("said");

function part(root, name) {
  return root.querySelector(`[data-live="${name}"]`);
}

function sayDifference(before, after) {
  const more = Number(after) - Number(before);
  if (more > 0) {
    said.textContent = more === 1 ? "One device was registered." : `${more} devices were registered.`;
  }
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
  const devices = part(document, "devices");
  const before = devices.dataset.newest;
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = part(fresh, old.dataset.live);
    if (now && now.innerHTML !== old.innerHTML && !old.contains(document.activeElement)) {
      old.replaceChildren(...now.childNodes);
    }
  }
  devices.dataset.newest = part(fresh, "devices").dataset.newest;
  sayDifference(before, devices.dataset.newest);
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
