/* Questions and writes of the redraw table: each write says which version of the plan it has seen. */
"use strict";

(function (G) {
  /* A refusal of the service: its status, its code, what is wrong and what to do next. */
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
      throw new Problem(0, { code: "unreachable", detail: G.word("unreachable", { why: error.message }) });
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

  /* Every feature of a list that comes in pages. */
  G.getAll = async function (address, query) {
    const features = [];
    let page = await G.get(address, query);
    for (;;) {
      features.push(...page.features);
      const next = page.links?.find(({ rel }) => rel === "next")?.href;
      if (!next) return features;
      const { pathname, search } = new URL(next, location.href); // behind a proxy its host may be another
      page = await G.get(pathname + search);
    }
  };

  /* A key that nobody else has; crypto.randomUUID is missing where a page comes without TLS. */
  G.newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  G.Problem = Problem;
})(window.Gridward);
