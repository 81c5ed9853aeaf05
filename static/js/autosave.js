// Autosave of one answer at a time. htmx carries the request; this file decides when to send, and what the state line says.
// The line says 保存済み only after the server's own answer (header X-Save-State) for exactly what stands in the form.
(() => {
  "use strict";
  const region = document.querySelector("[data-questions]");
  if (!region) return;
  const pending = window.keianPending;
  const words = region.dataset;
  const FIRST_RETRY = 2000;
  const LAST_RETRY = 60000;

  const fieldsOf = (form) => {
    const choice = form.querySelector("input[name=choice]:checked");
    return {
      choice: choice ? choice.value : "",
      reason: form.elements.reason.value,
      note: form.elements.note.value,
      explanation: form.elements.explanation ? form.elements.explanation.value : "",
    };
  };
  // What the server sent, whatever was chosen before this script had loaded.
  const servedIn = (form) => {
    const choice = [...form.querySelectorAll("input[name=choice]")].find((input) => input.defaultChecked);
    return {
      choice: choice ? choice.value : "",
      reason: form.elements.reason.defaultValue,
      note: form.elements.note.defaultValue,
      explanation: form.elements.explanation ? form.elements.explanation.defaultValue : "",
    };
  };
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const revisionOf = (form) => (form.elements.revision ? form.elements.revision.value : "0");

  // Whoever signs in again, in another tab, gets a new CSRF token; the forms of this page still hold the old one. Takes the
  // new one from the server's present copy of the page, if that is still for the same person.
  const renewToken = async () => {
    let response;
    try {
      response = await fetch(window.location.pathname);
    } catch {
      return "unknown";
    }
    if (!response.ok) return "refused";
    const copy = new DOMParser().parseFromString(await response.text(), "text/html");
    const there = copy.querySelector("[data-questions]");
    if (!there || there.dataset.person !== words.person) return "signed out";
    const token = copy.querySelector("input[name=csrfmiddlewaretoken]").value;
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    return "renewed";
  };

  const start = (form) => {
    if (form.querySelector("fieldset").disabled) return;
    const address = form.getAttribute("action");
    const slot = form.querySelector(".save-slot");
    let saved = servedIn(form); // what the server has
    let sent = null; // what is on its way
    let timer = 0;
    let retry = FIRST_RETRY;
    let renewed = false; // a 403 after this is a refusal
    let held = Boolean(slot.querySelector("[data-save=conflict], [data-save=closed]")); // the person decides

    // What the line said of the answer that the server has, for when somebody goes back to it.
    const lineNow = () => {
      const line = slot.querySelector(".save-state");
      return line ? [line.dataset.state, line.textContent] : ["empty", ""];
    };
    let settled = lineNow();

    const say = (state, text) => {
      const line = slot.querySelector(".save-state");
      if (!line || held) return;
      line.dataset.state = state;
      line.textContent = text;
    };

    const waitForReason = (fields) => fields.choice === "na" && !fields.reason.trim();

    const send = () => {
      clearTimeout(timer);
      const fields = fieldsOf(form);
      if (sent || held) return;
      if (same(fields, saved)) {
        pending.drop(address);
        say(...settled);
        return;
      }
      if (waitForReason(fields)) {
        say("unsaved", words.textReason);
        return;
      }
      sent = fields;
      say("saving", words.textSaving);
      window.htmx.trigger(form, "autosave");
    };

    const later = (delay) => {
      clearTimeout(timer);
      timer = setTimeout(send, delay);
    };

    const failed = (text) => {
      sent = null;
      say("unsaved", text);
      later(retry);
      retry = Math.min(retry * 2, LAST_RETRY);
    };

    const refused = () => {
      sent = null;
      say("error", words.textRefused);
    };

    const changed = (delay) => {
      const fields = fieldsOf(form);
      if (held) {
        pending.put(address, { ...fields, revision: revisionOf(form) });
        return;
      }
      if (same(fields, saved) && !sent) {
        send();
        return;
      }
      pending.put(address, { ...fields, revision: revisionOf(form) });
      if (!sent) say("unsaved", words.textTyping);
      later(delay);
    };

    form.addEventListener("change", (event) => {
      if (event.target.name === "choice" && event.target.value === "na") form.elements.reason.focus();
      changed(event.target.name === "choice" ? 0 : 300);
    });
    form.addEventListener("input", (event) => {
      if (event.target.name !== "choice") changed(900);
    });
    form.addEventListener("submit", () => {
      sent = fieldsOf(form);
      held = false;
    });

    form.addEventListener("htmx:beforeSwap", (event) => {
      if (event.detail.target !== slot) return;
      if (!event.detail.xhr.getResponseHeader("X-Save-State")) event.detail.shouldSwap = false;
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.target !== slot || event.detail.elt !== form) return;
      const xhr = event.detail.xhr;
      const state = xhr && xhr.getResponseHeader ? xhr.getResponseHeader("X-Save-State") : null;
      if (state === "saved") {
        saved = sent || saved;
        settled = lineNow();
        sent = null;
        renewed = false;
        retry = FIRST_RETRY;
        if (same(fieldsOf(form), saved)) pending.drop(address, saved);
        else later(0); // typed on while it was being sent: the new revision is in the form by then
      } else if (state === "conflict" || state === "closed") {
        sent = null;
        held = true;
      } else if (state === "error") {
        sent = null; // the message is on the page; the next change sends again
      } else if (!xhr || xhr.status === 0 || xhr.status >= 500 || xhr.status === 429) {
        failed(navigator.onLine === false ? words.textUnsaved : words.textRetry);
      } else if (xhr.status === 200) {
        failed(words.textSignin); // the sign-in page came instead of an answer
      } else if (xhr.status === 403 && !renewed) {
        renewToken().then((state) => {
          renewed = state === "renewed";
          if (renewed) failed(words.textRetry);
          else if (state === "refused") refused();
          else failed(words.textSignin);
        });
      } else {
        refused();
      }
    });
    window.addEventListener("online", () => {
      retry = FIRST_RETRY;
      if (!same(fieldsOf(form), saved)) later(0);
    });

    const elsewhere = pending.takeSent(address);
    if (elsewhere > Number(revisionOf(form)) && same(fieldsOf(form), saved) && !held) {
      window.htmx.ajax("GET", address, { target: form.closest(".question"), swap: "outerHTML" });
      return;
    }

    // What an earlier visit could not send, with the revision that it was written on.
    const kept = pending.get(address);
    if (kept) {
      for (const input of form.querySelectorAll("input[name=choice]")) input.checked = input.value === kept.choice;
      form.elements.reason.value = kept.reason || "";
      form.elements.note.value = kept.note || "";
      if (form.elements.explanation) form.elements.explanation.value = kept.explanation || "";
      if (form.elements.revision) form.elements.revision.value = kept.revision || "0";
      if (same(fieldsOf(form), saved)) pending.drop(address);
      else {
        say("unsaved", words.textUnsaved);
        later(0);
      }
    } else if (!same(fieldsOf(form), saved)) changed(0);
  };

  document.querySelectorAll("form[data-autosave]").forEach(start);
  // A card that was taken over from the server is a new form: what the browser kept for it is settled once it is here.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, xhr } = event.detail;
    if (!requestConfig.elt.matches("[data-keep-theirs]") || !event.detail.shouldSwap) return;
    if (xhr.responseURL.endsWith(requestConfig.path)) {
      pending.drop(requestConfig.elt.closest("form[data-autosave]").getAttribute("action"));
    } else {
      event.detail.shouldSwap = false; // the sign-in page came instead of the card
    }
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const card = event.detail.elt;
    if (card && card.matches && card.matches(".question")) {
      const form = card.querySelector("form[data-autosave]");
      if (form) start(form);
    }
  });
})();
