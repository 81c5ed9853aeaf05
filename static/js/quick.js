// The quick check: counts what is answered, and keeps the choices in this tab so that "back" and a reload lose nothing.
(() => {
  "use strict";
  const form = document.querySelector("form[data-quick]");
  if (!form) return;
  const KEY = "keian-quick";
  const progress = document.querySelector("#quick-progress progress");
  const count = document.querySelector("#quick-progress .progress-line__count");
  const names = [...new Set([...form.querySelectorAll("input[type=radio]")].map((input) => input.name))];
  const checked = (name) => form.querySelector(`input[name="${CSS.escape(name)}"]:checked`);

  const chosen = () => {
    const found = {};
    for (const name of names) {
      const input = checked(name);
      if (input) found[name] = input.value;
    }
    return found;
  };

  const show = () => {
    const done = Object.keys(chosen()).length;
    progress.value = done;
    count.textContent = count.textContent.replace(/^\s*\d+/, String(done));
  };

  try {
    for (const [name, value] of Object.entries(JSON.parse(sessionStorage.getItem(KEY) || "{}"))) {
      const input = form.querySelector(`input[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
      if (input && !checked(name)) input.checked = true;
    }
  } catch {
    // A browser that keeps nothing still has a working form.
  }
  form.addEventListener("change", () => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(chosen()));
    } catch {
      // As above.
    }
    show();
  });
  show();
})();
