// Answers that could not be sent yet: they wait in this browser, each under the person and the address that it is for, and
// leave it as soon as the server has them. Pages that do not show the question send them from here.
window.keianPending = (() => {
  "use strict";
  const PREFIX = "keian-pending:";
  const region = document.querySelector("[data-person]");
  const person = region ? region.dataset.person : "";

  const key = (address) => `${PREFIX}${person}:${address}`;

  const put = (address, fields) => {
    try {
      localStorage.setItem(key(address), JSON.stringify(fields));
      return true;
    } catch {
      return false;
    }
  };

  const get = (address) => {
    try {
      return JSON.parse(localStorage.getItem(key(address)) || "null");
    } catch {
      return null;
    }
  };

  // With `fields`, only what holds just these: another tab may keep something else under the same address.
  const drop = (address, fields) => {
    try {
      const kept = fields && get(address);
      if (kept && Object.keys(fields).some((name) => kept[name] !== fields[name])) return;
      localStorage.removeItem(key(address));
    } catch {
      // Nothing was kept.
    }
  };

  // An answer that was sent from another page while the question's own page was already on its way is newer than that
  // page; the revision that it got is left here for it.
  const sentKey = (address) => `keian-sent:${person}:${address}`;
  const noteSent = (address, html) => {
    const found = /name="revision" value="(\d+)"/.exec(html);
    try {
      if (found) localStorage.setItem(sentKey(address), found[1]);
    } catch {
      // The page will be right after the next reload.
    }
  };
  const takeSent = (address) => {
    try {
      const revision = Number(localStorage.getItem(sentKey(address)) || "0");
      localStorage.removeItem(sentKey(address));
      return revision;
    } catch {
      return 0;
    }
  };

  const addresses = () => {
    const own = key("");
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(own)).map((name) => name.slice(own.length));
    } catch {
      return [];
    }
  };

  const token = () => {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  };

  // What waits for questions that are not on this page.
  const sendElsewhere = async () => {
    const here = new Set([...document.querySelectorAll("form[data-autosave]")].map((form) => form.getAttribute("action")));
    const notice = document.querySelector("[data-pending-notice]");
    let left = 0;
    for (const address of addresses()) {
      if (here.has(address)) continue;
      const fields = get(address);
      if (!fields) continue;
      try {
        const response = await fetch(address, {
          method: "POST",
          headers: { "HX-Request": "true", "X-CSRFToken": token() },
          body: new URLSearchParams(fields),
        });
        if (response.headers.get("X-Save-State") === "saved") {
          noteSent(address, await response.text());
          drop(address, fields);
        } else left += 1;
      } catch {
        left += 1;
      }
    }
    if (notice) notice.hidden = left === 0;
  };

  if (person) {
    window.addEventListener("online", sendElsewhere);
    sendElsewhere();
  }
  // Whoever signs out while answers wait is told, once.
  document.addEventListener("submit", (event) => {
    const text = region && region.dataset.textLeaving;
    if (event.target.matches("form[data-sign-out]") && addresses().length && text && !window.confirm(text)) {
      event.preventDefault();
    }
  });

  return { put, get, drop, takeSent, addresses };
})();
