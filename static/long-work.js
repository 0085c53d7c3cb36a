// Says that work is going on after a form is sent, and keeps its button from being pressed twice meanwhile.
// Without this script the page itself says how long it takes.

const AGAIN = 5000; // milliseconds until a download can be asked for once more: the page stays where it is

for (const form of document.querySelectorAll("form[data-working]")) {
  const said = document.createElement("p");
  said.className = "working";
  said.setAttribute("role", "status");
  form.append(said);
  let busy = false;
  const rest = () => { busy = false; };
  form.addEventListener("submit", (event) => {
    if (busy) {
      event.preventDefault();
      return;
    }
    busy = true;
    said.textContent = form.dataset.working;
    if ("download" in form.dataset) setTimeout(rest, AGAIN);
  });
  // "Back" shows the page as it was left.
  addEventListener("pageshow", () => { rest(); said.textContent = ""; });
}
