// Lets a person look at the password they typed. The button is hidden where scripts do not run.
const button = document.getElementById("show-password");
const field = document.getElementById(button?.getAttribute("aria-controls"));
const status = document.getElementById("show-password-status");

function show(shown) {
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

if (button && field) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    show(shown);
    if (status) status.textContent = shown ? button.dataset.shown : button.dataset.hidden;
  });
  // A browser remembers what was typed into text fields; a password must not be among it.
  field.form.addEventListener("submit", () => show(false));
}
