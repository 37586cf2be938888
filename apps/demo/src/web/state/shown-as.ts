/**
 * How the lab is shown: as a page; for a lecture hall, one thing as large as the screen; or inside another page, the
 * stage alone. styles/shown-as.css leaves out what does not belong.
 */
import { type Signal, signal } from "@preact/signals";

export const SHOWN_AS = ["page", "talk", "embed"] as const;
export type ShownAs = (typeof SHOWN_AS)[number];

export const shownAs: Signal<ShownAs> = signal("page");
