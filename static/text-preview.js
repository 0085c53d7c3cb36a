// Shows beside each page text of a version how it will look, while it is typed. The portal renders it, with the
// same function as for readers, and keeps nothing. Without this script the preview link does the same.

const PAUSE = 400; // milliseconds without a key before the text is sent

const editions = document.querySelector("[data-preview]");
const fields = editions ? [...editions.querySelectorAll("[data-language]")].flatMap((edition) => {
  const field = edition.querySelector("textarea[name$='-text']");
  return field ? [{ language: edition.dataset.language, field, live: edition.querySelector(".live") }] : [];
}) : [];
const token = document.querySelector("[name=csrfmiddlewaretoken]");
const notes = document.getElementById("parallel");
let waiting = 0;
let latest = 0;

async function render() {
  const mine = ++latest;
  const body = new FormData();
  body.append("csrfmiddlewaretoken", token.value);
  for (const { language, field } of fields) body.append(language, field.value);
  let answer = null;
  try {
    const response = await fetch(editions.dataset.preview, { method: "POST", body });
    answer = response.ok ? await response.json() : null;
  } catch {
    // No connection: said below, and tried again with the next key.
  }
  // An answer that was overtaken by a later one shows an older text.
  if (mine !== latest) return;
  if (answer) show(answer);
  else notes.textContent = editions.dataset.failed;
}

function show(answer) {
  for (const { language, live } of fields) {
    live.hidden = !answer.texts[language];
    live.querySelector(".live__text").innerHTML = answer.texts[language];
  }
  notes.replaceChildren(...answer.differences.map((words) => {
    const line = document.createElement("p");
    line.textContent = words;
    return line;
  }));
}

if (fields.length) {
  for (const { field } of fields) {
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(render, PAUSE);
    });
  }
  render();
}
