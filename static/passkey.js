// Passkeys and security keys: hands the page's options to the browser and the browser's answer to the form. Words
// and data are the page's own. Without scripts the page offers other ways.
{
  const ceremony = document.getElementById("ceremony");
  const start = document.querySelector("[data-ceremony-start]");
  const status = document.getElementById("ceremony-status");
  const { dataset } = ceremony;
  const making = dataset.mode === "create";
  const options = JSON.parse(dataset.options);
  const say = (what) => { status.textContent = dataset[what] ?? ""; };
  const renew = () => location.replace(dataset.page);

  // Browsers from before 2025 lack the two conversions.
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  function parsed() {
    const native = making ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    if (PublicKeyCredential[native]) return PublicKeyCredential[native](options);
    const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
    return {
      ...options,
      challenge: bytes(options.challenge),
      user: options.user && { ...options.user, id: bytes(options.user.id) },
      allowCredentials: named(options.allowCredentials),
      excludeCredentials: named(options.excludeCredentials),
    };
  }

  function answer(credential) {
    // Some password managers put a credential of their own in, whose toJSON fails.
    try { return credential.toJSON(); } catch { /* by hand, then */ }
    const { response } = credential;
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const given = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: { ...Object.fromEntries(given), transports: response.getTransports?.() },
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  }

  function reason(error, began) {
    switch (error.name) {
      case "NotAllowedError":
        return Date.now() - began + 1000 > (options.timeout ?? 300000) ? "timeout" : "cancelled";
      case "InvalidStateError": return "known";
      case "ConstraintError": return "noPin";
      case "NotSupportedError":
      case "SecurityError": return "unsupported";
      default: return "failed";
    }
  }

  const form = ceremony.closest("form");
  let waiting = null;
  let busy = false;
  let stale = false;

  // A browser takes one request at a time: the one in the field's list is given up before the dialogue opens.
  async function ask(mediation) {
    waiting?.stop.abort();
    await waiting?.over;
    const stop = new AbortController();
    const began = Date.now();
    const request = { publicKey: parsed(), signal: stop.signal };
    if (mediation) request.mediation = mediation;
    const asked = navigator.credentials[making ? "create" : "get"](request);
    waiting = { stop, over: asked.catch(() => {}) };
    try {
      const credential = await asked;
      form.elements.response.value = JSON.stringify(answer(credential));
      busy = true;
      HTMLFormElement.prototype.submit.call(form);
      return true;
    } catch (error) {
      if (!mediation) say(reason(error, began));
      return false;
    }
  }

  async function press() {
    if (busy) return;
    if (stale) return renew();
    // Not disabled meanwhile: that would take the focus away, and Enter would not try again.
    busy = true;
    say("working");
    if (await ask().catch(() => say("failed"))) return;
    busy = false;
    if (stale) renew();
  }

  if (!window.PublicKeyCredential) {
    say("unsupported");
    form.addEventListener("submit", (event) => event.preventDefault());
  } else {
    start.hidden = false;
    if (start.hasAttribute("autofocus")) start.focus();
    start.addEventListener("click", press);
    // Enter in the form's one field sends the form too, and there is nothing in it yet.
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      press();
    });
    // What was typed is not thrown away; then the button asks for new options.
    const typed = () => [...document.querySelectorAll("input:not([type=hidden])")]
      .some((i) => i.value !== i.defaultValue || i.checked !== i.defaultChecked);
    setTimeout(() => {
      stale = true;
      if (busy) return;
      waiting?.stop.abort();
      if (!typed()) renew();
    }, Math.max(0, Number(dataset.seconds) - 15) * 1000);
    if ("autofill" in dataset) {
      PublicKeyCredential.isConditionalMediationAvailable?.().then((can) => can && !busy && ask("conditional"));
    }
  }
}
