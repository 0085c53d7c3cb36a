// Makes the longer forms quicker. Without it they work alike: what is too long is said after sending, and
// files are kept when the form is sent.

const SHOWN_FROM = 0.75; // share of a field's room from which the counter shows
const PAUSE = 1000; // milliseconds without a key before the count is spoken
const LONG = 200; // characters; shorter fields need no counter

const words = document.getElementById("form-words").dataset;

function paragraph(field, className) {
  const element = document.createElement("p");
  element.className = className;
  field.after(element);
  return element;
}

// The browser's own limit cuts off what is pasted without a word: the counter takes its place.
function count(field) {
  const most = field.maxLength;
  const shown = paragraph(field, "field__count");
  const spoken = paragraph(shown, "away");
  let waiting = 0;
  field.removeAttribute("maxlength");
  shown.setAttribute("aria-hidden", "true");
  spoken.setAttribute("role", "status");
  function show() {
    // A line break is sent as two characters.
    const left = most - field.value.trim().replaceAll("\n", "\r\n").length;
    const text = left < 0 ? `${words.over} ${-left}` : left <= most * (1 - SHOWN_FROM) ? `${words.left} ${left}` : "";
    shown.textContent = text;
    shown.classList.toggle("field__count--over", left < 0);
    clearTimeout(waiting);
    waiting = setTimeout(() => { spoken.textContent = text; }, PAUSE);
  }
  field.addEventListener("input", show);
  show();
}

// Files go ahead while the rest is typed; what comes back is the form with the files that the portal holds.
function sendAhead(field) {
  const form = field.form;
  const progress = document.createElement("progress");
  const spoken = paragraph(field, "field__count");
  let underWay = null;
  spoken.setAttribute("role", "status");
  progress.max = 1;
  progress.setAttribute("aria-label", words.sending);
  field.addEventListener("change", () => {
    if (!field.files.length) return;
    const data = new FormData(form);
    data.set("action", "edit");
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.upload.addEventListener("progress", (event) => { progress.value = event.loaded / event.total; });
    request.addEventListener("load", () => {
      if (request.status === 200 && request.response?.getElementById("held")) take(request.response, form, field, spoken);
      else spoken.textContent = words.later;
    });
    request.addEventListener("error", () => { spoken.textContent = words.later; });
    request.addEventListener("loadend", () => { progress.remove(); field.disabled = false; underWay = null; });
    // Not form.action: that is the buttons of this name.
    request.open("POST", form.getAttribute("action"));
    progress.value = 0;
    field.after(progress);
    spoken.textContent = words.sending;
    field.disabled = true;
    underWay = request;
    request.send(data);
  });
  // Whoever does not wait sends them with the form: a field that is disabled would be left out.
  form.addEventListener("submit", () => underWay?.abort());
}

function take(page, form, field, spoken) {
  document.getElementById("held").replaceWith(document.adoptNode(page.getElementById("held")));
  const errors = page.querySelector(`.field:has(#${field.id}) .errorlist`);
  form.querySelector(`.field:has(#${field.id}) .errorlist`)?.remove();
  if (errors) field.before(document.adoptNode(errors));
  field.closest(".field").classList.toggle("field--error", Boolean(errors));
  field.value = "";
  spoken.textContent = errors ? errors.textContent.trim() : words.added;
}

for (const field of document.querySelectorAll("textarea[maxlength], input[maxlength]")) {
  if (field.maxLength >= LONG && field.type !== "search") count(field);
}
for (const field of document.querySelectorAll("form.sends-ahead input[type=file]")) sendAhead(field);
