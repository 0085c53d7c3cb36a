// One stop of the Tab key for the whole map; the arrow keys go to the nearest country that way.

const map = document.querySelector("svg.world[role=group]");
const links = [...map.querySelectorAll("a")];
const keys = document.querySelector(".map__keys");
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
keys.hidden = false;
document.querySelector(".map__skip").parentElement.hidden = true;

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
