/* HTTP client of the redraw pages. Each write sends the last-seen version of the plan in If-Match. */
"use strict";

(function (G) {
  /* A problem document of the service: status, code, detail and hint. */
  class Problem extends Error {
    constructor(status, { code = "", detail, hint } = {}) {
      super(detail ?? `HTTP ${status}`);
      Object.assign(this, { status, code, hint });
    }
  }

  const token = () =>
    document.querySelector('meta[name="csrf-token"]')?.content
    ?? decodeURIComponent(document.cookie.match(/(?:^|;\s*)gridward_csrf=([^;]*)/)?.[1] ?? "");

  const written = (version, key) => ({
    "Content-Type": "application/json",
    "X-CSRF-Token": token(),
    ...(version == null ? {} : { "If-Match": `"${version}"` }),
    ...(key ? { "Idempotency-Key": key } : {}),
  });

  async function ask(address, options = {}) {
    const answer = await fetch(address, { credentials: "same-origin", ...options }).catch((error) => {
      throw new Problem(0, { code: "unreachable", detail: G.word("load_failed", { reason: error.message }) });
    });
    const document_ = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Problem(answer.status, document_);
    return document_;
  }

  G.get = (address, query = {}) => {
    const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value != null));
    return ask(asked.size ? `${address}?${asked}` : address, { headers: { Accept: "application/json, application/geo+json" } });
  };

  G.post = (address, body, { version, key } = {}) =>
    ask(address, { method: "POST", headers: written(version, key), body: JSON.stringify(body ?? {}) });

  /* Returns the features of all pages of a list. */
  G.getAll = async function (address, query) {
    const features = [];
    let page = await G.get(address, query);
    for (;;) {
      features.push(...page.features);
      const next = page.links?.find(({ rel }) => rel === "next")?.href;
      if (!next) return features;
      const { pathname, search } = new URL(next, location.href); // behind a proxy the link may have another host
      page = await G.get(pathname + search);
    }
  };

  /* Returns a random key. crypto.randomUUID exists only on pages served over TLS. */
  G.newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  G.Problem = Problem;
})(window.Gridward);
