// Finds a program that tests drive, or installs Debian's package that has it (as root). Where there is none, CI fails; elsewhere
// a loud note says what is left out, and the caller marks its tests as skipped, which the summary counts.
import { installDebian, isExecutable, oneAtATime, placesOf, sayLeftOut } from "./installation.mjs";

const installed = (names) => placesOf(names).find(isExecutable) ?? null;

export async function findProgram({ names, debian, leftOut }) {
  return installed(names) ?? (await oneAtATime(() => provide(names, debian, leftOut)));
}

function provide(names, debian, leftOut) {
  const known = installed(names);
  if (known !== null) return known;
  const failure = installDebian(debian);
  const path = failure === null ? installed(names) : null;
  if (path !== null) return path;
  const why = failure ?? "it was installed, but is not where it should be";
  sayLeftOut(`no ${names[0]} was found, and none could be provided (${why})`, leftOut);
  return null;
}
