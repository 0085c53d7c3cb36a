// Hashes the file in the browser, so that it need not be sent. Without it the form sends the file.

const form = document.getElementById("check");

form.addEventListener("submit", async (event) => {
  const [file] = form.elements.file.files;
  if (!file || !globalThis.crypto?.subtle) return;
  event.preventDefault();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const digest = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  location.assign(`${location.pathname}?sha256=${digest}`);
});
