// Narrows a long list down to what holds the typed words. Without this script the whole list stands there.
(() => {
  "use strict";
  const list = document.querySelector("[data-filter]");
  if (!list) return;
  const field = list.querySelector("[data-filter-field]");
  const none = list.querySelector("[data-filter-none]");
  const groups = [...list.querySelectorAll("[data-filter-group]")];
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const texts = new Map([...list.querySelectorAll("[data-filter-item]")].map((item) => [item, plain(item.textContent)]));
  const ticked = (item) => item.querySelector("input").checked;

  const narrow = (typed) => {
    const words = plain(typed).split(/\s+/).filter(Boolean);
    for (const [item, text] of texts) item.hidden = !words.every((word) => text.includes(word)) && !ticked(item);
    for (const group of groups) {
      const shown = [...group.querySelectorAll("[data-filter-item]")].filter((item) => !item.hidden);
      group.hidden = shown.length === 0;
      group.open = words.length > 0 ? shown.length > 0 : shown.some(ticked);
    }
    none.hidden = groups.some((group) => !group.hidden);
  };

  field.hidden = false;
  const input = field.querySelector("input");
  input.addEventListener("input", () => narrow(input.value));
  // Enter in the search field would send the whole form.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  narrow(input.value);
})();
