/**
 * The address is the state: `#/slide?stride=2&lang=zh` reproduces what is seen, so a link is all one has to share.
 *
 * Each tab and the shell bind a *codec* that turns their part of the state into named parameters and back; what has
 * its default value is left out. Going to another tab makes an entry in the history, changing a setting does not.
 */
import { effect, type Signal, signal } from "@preact/signals";

export const TABS = ["slide", "edges", "learn", "train", "backends", "exercises", "lessons"] as const;
export type TabId = (typeof TABS)[number];

/** Parameters of one part of the state. An absent one has its default value. */
export type Params = Readonly<Record<string, string | undefined>>;

export interface Codec {
  /** Takes over what the address says; anything that is not understood becomes the default. */
  read(params: Params): void;
  /** The present state. Runs inside an effect: it is called again when a signal that it read changes. */
  write(): Params;
}

export const tab: Signal<TabId> = signal("slide");

const codecs = new Map<TabId | "shell", Codec>();
/** What was last known of tabs that are not loaded yet. */
const bound: Signal<number> = signal(0);

function parse(hash: string): { tab: TabId; params: Params } {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const known = TABS.find((name) => name === path);
  return { tab: known ?? "slide", params: Object.fromEntries(new URLSearchParams(query)) };
}

/** Unescapes what an address may carry as it is, so that it stays readable. */
function toQuery(params: Params): string {
  const entries = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return entries
    .map(
      ([name, value]) =>
        `${name}=${encodeURIComponent(value).replaceAll(/%(2C|3B|3A|7C|2F)/g, decodeURIComponent)}`,
    )
    .join("&");
}

/** The address of another tab, with the shell's settings and that tab's own state, but for what `changes` says. */
export function addressOf(target: TabId, changes: Params = {}): string {
  void bound.value;
  const query = toQuery({ ...codecs.get(target)?.write(), ...codecs.get("shell")?.write(), ...changes });
  return `#/${target}${query === "" ? "" : `?${query}`}`;
}

/** Joins a part of the state to the address: reads it now, and writes it from now on. */
export function bindAddress(part: TabId | "shell", codec: Codec): void {
  const { tab: current, params } = parse(location.hash);
  codecs.set(part, codec);
  if (part === "shell" || part === current) codec.read(params);
  bound.value++;
}

/** Browsers refuse addresses that change more often than about a hundred times in thirty seconds. */
const ADDRESS_PAUSE = 350;

/** Calls `write` at once, and while it is asked for again and again, once in `pause` milliseconds. */
function spaced(write: () => void, pause: number): () => void {
  let waiting = false;
  let again = false;
  const run = (): void => {
    [waiting, again] = [true, false];
    write();
    setTimeout(() => {
      waiting = false;
      if (again) run();
    }, pause);
  };
  return () => {
    if (waiting) again = true;
    else run();
  };
}

/** Starts following the address, and keeping it up to date. */
export function startRouting(): void {
  let known = location.hash;
  const follow = (): void => {
    known = location.hash;
    const { tab: target, params } = parse(location.hash);
    tab.value = target;
    codecs.get("shell")?.read(params);
    codecs.get(target)?.read(params);
  };
  tab.value = parse(location.hash).tab;
  addEventListener("hashchange", follow);
  const write = spaced(() => {
    // Changed by the reader, who is about to be followed; or of a tab whose code has not loaded.
    if (location.hash !== known || !codecs.has(tab.peek())) return;
    const address = addressOf(tab.peek());
    if (address !== known) history.replaceState(history.state, "", address);
    known = location.hash;
  }, ADDRESS_PAUSE);
  effect(() => {
    // Until its code has loaded a tab has no codec, and its part of the address must survive.
    if (!codecs.has(tab.value) && bound.value >= 0) return;
    void addressOf(tab.value); // reads what it depends on
    write();
  });
}
