// A file that is too large is said to be so before it is sent: the server would refuse it unread, and close the connection.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const field = event.target;
    const form = field.form;
    if (field.type !== "file" || !form || !form.matches("[data-upload]")) return;
    const tooLarge = [...field.files].some((file) => file.size > Number(form.dataset.mostBytes));
    field.setCustomValidity(tooLarge ? form.dataset.textTooLarge : "");
    if (tooLarge) field.reportValidity();
  });
})();
