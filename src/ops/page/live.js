// Keeps the page at what the daemon sends. Where a part is unchanged it stays as it is, so that
// neither a selection nor the focus is lost; what was unfolded stays unfolded.
"use strict";

const state = document.getElementById("state");
const live = document.getElementById("live");

function keep_unfolded(fresh) {
  for (const shown of state.querySelectorAll("details[open]")) {
    const same = fresh.getElementById(shown.id);
    if (same) {
      same.open = true;
    }
  }
}

function put(fresh) {
  const focused = document.activeElement && document.activeElement.id;
  const same_parts =
    [...fresh.body.querySelectorAll("section, article")].map((part) => part.id).join() ===
    [...state.querySelectorAll("section, article")].map((part) => part.id).join();
  if (!same_parts) {
    state.replaceChildren(...fresh.body.childNodes);
  } else {
    for (const part of fresh.querySelectorAll("#summary, article, #latest")) {
      const shown = document.getElementById(part.id);
      if (!shown.isEqualNode(part)) {
        shown.replaceWith(part);
      }
    }
  }
  const again = focused && document.getElementById(focused);
  if (again && again !== document.activeElement) {
    again.focus({ preventScroll: true });
  }
}

const events = new EventSource("events");
let lost = false;
events.onopen = () => {
  lost = false;
  live.textContent = "Live";
};
events.onmessage = (message) => {
  const fresh = new DOMParser().parseFromString(message.data, "text/html");
  keep_unfolded(fresh);
  put(fresh);
};
events.onerror = () => {
  if (!lost) {
    lost = true;
    live.textContent = "No answer since " + new Date().toLocaleTimeString() +
      ": what is shown is from before";
  }
};
