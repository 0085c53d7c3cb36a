// Answers while somebody types, and the keys of the map. The page works without it: the same form is then sent
// with Enter, and every country of the map is a stop of the Tab key.

const PAUSE = 200; // milliseconds without a key before the portal is asked

const form = document.getElementById("ask");
const field = document.getElementById("place");
const day = form.elements.on;
const spoken = document.getElementById("spoken");
let waiting = 0;
let request = null;

function address() {
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (!value.trim()) query.delete(name);
  return query.size ? `${location.pathname}?${query}` : location.pathname;
}

function replace(id, page) {
  document.getElementById(id).replaceWith(document.adoptNode(page.getElementById(id)));
}

async function ask() {
  const wanted = address();
  request?.abort();
  request = new AbortController();
  try {
    const response = await fetch(wanted, { signal: request.signal });
    if (!response.ok) throw new TypeError(`status ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    replace("answers", page);
    replace("chosen", page);
    document.title = page.title;
    history.replaceState(null, "", wanted);
    spoken.textContent = document.getElementById("answers").dataset.spoken;
  } catch (fault) {
    if (fault.name === "AbortError") return; // A newer question took the place of this one.
    if (!(fault instanceof TypeError)) throw fault;
    // The network is away. No old answer may stand under a new question; Enter still asks.
    document.getElementById("answers").replaceChildren();
    spoken.textContent = "";
  }
}

function suggestions() {
  return [...document.querySelectorAll("#answers .suggestion")];
}

field.addEventListener("input", () => {
  document.getElementById("answers").setAttribute("aria-busy", "true");
  clearTimeout(waiting);
  waiting = setTimeout(ask, PAUSE);
});

// Another day changes the map too: the whole page is asked for.
day.addEventListener("change", () => {
  if (field.value.trim() || day.value) form.requestSubmit();
});

form.addEventListener("submit", () => {
  clearTimeout(waiting);
  request?.abort();
  for (const input of form.elements) if (input.name && !input.value.trim()) input.disabled = true;
});

// A page taken out of the browser's memory by its back button has the field as it was sent.
addEventListener("pageshow", () => {
  for (const input of form.elements) input.disabled = false;
});

document.addEventListener("keydown", (event) => {
  const places = [field, ...suggestions()];
  const here = places.indexOf(document.activeElement);
  if (here < 0) return;
  if (event.key === "Escape" && here > 0) field.focus();
  else if (event.key === "ArrowDown" && here + 1 < places.length) places[here + 1].focus();
  else if (event.key === "ArrowUp" && here > 0) places[here - 1].focus();
  else return;
  event.preventDefault();
});

// The map: one stop of the Tab key for the whole map; the arrow keys go to the nearest country that way.

const map = document.querySelector("svg.world[role=group]");
const links = [...map.querySelectorAll("a")];
const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

function centre(link) {
  const box = link.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

// The nearest in a direction: what lies to the side counts twice.
function nearest(from, [right, down]) {
  const [x, y] = centre(from);
  let best = null;
  let least = Infinity;
  for (const link of links) {
    const [toX, toY] = centre(link);
    const ahead = (toX - x) * right + (toY - y) * down;
    const aside = Math.abs((toX - x) * down) + Math.abs((toY - y) * right);
    if (link === from || ahead <= 0.5 || ahead + 2 * aside >= least) continue;
    least = ahead + 2 * aside;
    best = link;
  }
  return best;
}

function makeStop(link) {
  for (const other of links) other.tabIndex = other === link ? 0 : -1;
}

const home = links.find((link) => link.classList.contains("home")) ?? links[0];
makeStop(home);

// On the section and not on the drawing: Chromium lets an SVG element that listens to focus take it.
const section = map.parentElement;
section.addEventListener("focusin", (event) => {
  const link = event.target.closest("svg.world a");
  if (link) makeStop(link);
});
section.addEventListener("keydown", (event) => {
  const link = event.target.closest("svg.world a");
  const way = WAYS[event.key];
  const to = link && way && nearest(link, way);
  if (!to) return;
  event.preventDefault();
  to.focus();
});
