/* The button that shares the permalink of the view, and links of the title bar that keep the view. */

import { button, fill, node } from "../core/nodes.ts";
import { translate } from "../core/texts.ts";

/** Returns the address of the page with the permalink of what it shows now. */
export type CurrentAddress = () => string;

/** Adds the button to a container; its message appears below. */
export function addShareButton(container: HTMLElement, address: CurrentAddress): void {
  const message = node("div", { class: "shared", role: "status" });
  const share = button(translate("share"), () => shareAddress(address(), message), { class: "share" });
  container.append(share, message);
}

async function shareAddress(address: string, message: HTMLElement): Promise<void> {
  fill(message, []);
  if (await isShared(address)) return;
  const isCopied = await copy(address);
  fill(message, isCopied ? translate("link_copied") : byHand(address));
  message.querySelector("input")?.select();
}

/* Passes the address to the system's dialog; returns false where there is none. Closing it is no error. */
async function isShared(url: string): Promise<boolean> {
  if (!navigator.canShare?.({ url })) return false;
  try {
    await navigator.share({ title: document.title, url });
    return true;
  } catch (error) {
    return error instanceof DOMException && error.name === "AbortError";
  }
}

/* Browsers offer the clipboard only to pages served over TLS or from the same machine. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

const byHand = (address: string) =>
  node("label", {}, [translate("copy_link"), node("input", { type: "text", readonly: true, value: address })]);

/** Lets the other language, signing in and signing out come back to the view that the page shows. */
export function keepViewInLinks(bar: HTMLElement, address: CurrentAddress): void {
  const update = () => {
    const { hash } = new URL(address());
    for (const link of bar.querySelectorAll<HTMLAnchorElement>("a[data-keeps=view]")) link.hash = hash;
    for (const link of bar.querySelectorAll<HTMLAnchorElement>("a[data-keeps=next]")) {
      const target = new URL(link.href);
      target.searchParams.set("next", withHash(target.searchParams.get("next") ?? "/", hash));
      link.href = target.href;
    }
    const next = bar.querySelector<HTMLInputElement>("input[name=next]");
    if (next) next.value = withHash(next.value, hash);
  };
  for (const gesture of ["pointerdown", "focusin", "click"]) bar.addEventListener(gesture, update, { capture: true });
}

const withHash = (path: string, hash: string): string => path.replace(/#.*/, "") + hash;
