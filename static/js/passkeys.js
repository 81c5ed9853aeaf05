// Beside allauth's webauthn.js: shows what needs passkeys only where the browser has them, and says when none came.
(() => {
  "use strict";
  const show = (selector) => document.querySelectorAll(selector).forEach((element) => { element.hidden = false; });

  if (!window.PublicKeyCredential) {
    show("[data-passkeys-missing]");
    return;
  }
  show("[data-passkeys]");
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    show("[data-passkeys-failed]");
  });
})();
