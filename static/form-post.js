// Sends the response to the app at once. Without scripts the visible button does the same.
const form = document.getElementById("form-post");
if (form) HTMLFormElement.prototype.submit.call(form);
