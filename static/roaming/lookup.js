// Answers while somebody types. The page works without it: the same form is then sent with Enter.

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
