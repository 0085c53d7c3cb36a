// Answers below the field of the home page while somebody types: what the search page would show first. Without
// it, and with Enter, the search page itself opens.

const PAUSE = 250; // milliseconds without a key before the portal is asked
const SHORTEST = 2; // characters
const MOST = 3; // answers of each sort; the search page has the rest

const form = document.getElementById("everything");
const field = form.elements.q;
const found = document.getElementById("found");
const spoken = document.getElementById("spoken");
let waiting = 0;
let request = null;

function clear() {
  found.replaceChildren();
  found.hidden = true;
  spoken.textContent = "";
}

function shortened(part) {
  for (const more of [...part.querySelectorAll(".hits > li")].slice(MOST)) more.remove();
  for (const detail of part.querySelectorAll(".excerpts, .pages, .hits > li > p:not(:first-of-type)")) detail.remove();
  return part;
}

async function ask() {
  const query = field.value.trim();
  request?.abort();
  if (query.length < SHORTEST) {
    clear();
    return;
  }
  request = new AbortController();
  try {
    const answer = await fetch(`${form.action}?${new URLSearchParams({ q: query })}`, { signal: request.signal });
    if (!answer.ok) throw new TypeError(`status ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = [...page.querySelectorAll(".found__part:has(.hits, .answer)")].map((part) => shortened(document.adoptNode(part)));
    found.replaceChildren(...parts);
    found.hidden = parts.length === 0;
    const heads = parts.map((part) => part.querySelector("h2").textContent.trim()).join(", ");
    spoken.textContent = parts.length ? `${spoken.dataset.found} ${heads}` : spoken.dataset.none;
  } catch (fault) {
    if (fault.name === "AbortError") return; // A newer question took the place of this one.
    if (!(fault instanceof TypeError)) throw fault;
    clear(); // The network is away; Enter still asks.
  }
}

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, PAUSE);
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Escape") clear();
});
