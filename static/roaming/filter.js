// Shows only the names that hold what is typed. Without it the lists are whole, and the browser finds in them.

const filter = document.querySelector(".filter");
const field = filter.querySelector("input");
const status = filter.querySelector("[role=status]");

function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[’'-]/g, " ").toLowerCase();
}

const sections = [...document.querySelectorAll("[data-filtered]")].map((section) => ({
  section,
  entries: [...section.querySelectorAll("li")].map((entry) => ({ entry, text: fold(entry.querySelector(".name").textContent) })),
}));

function show() {
  const wanted = fold(field.value.trim());
  let found = 0;
  for (const { section, entries } of sections) {
    let here = 0;
    for (const { entry, text } of entries) {
      entry.hidden = !text.includes(wanted);
      if (!entry.hidden) here += 1;
    }
    section.hidden = here === 0;
    found += here;
  }
  status.textContent = !wanted ? "" : found ? `${status.dataset.found} ${found}` : status.dataset.none;
}

filter.hidden = false;
field.addEventListener("input", show);
show();
