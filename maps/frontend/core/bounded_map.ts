/* Maps that are caches of bounded size. */

/** Removes the entry that was added first if there are more than `most`: first in, first out. */
export function dropOldest<Key, Value>(entries: Map<Key, Value>, most: number): void {
  if (entries.size <= most) return;
  for (const oldest of entries.keys()) {
    entries.delete(oldest);
    return;
  }
}
