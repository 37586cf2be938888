/** Finds an MPI library, and opens it through koffi. */
import { Corr2dError } from "@corr2d/core";
import type { Launch } from "./launcher.ts";

type Koffi = Pick<typeof import("koffi"), "load">;
type LibraryHandle = ReturnType<Koffi["load"]>;

/** Libraries by their handles: MPICH's are integers (those of Intel's MPI and MVAPICH too), Open MPI's addresses of its variables. */
type Family = "MPICH" | "Open MPI";

export interface Library {
  readonly handle: LibraryHandle;
  readonly family: Family;
  readonly path: string;
}

/** Names whose number says which interface they have, those of Debian first. */
const NAMES: Readonly<Record<Family, readonly string[]>> = {
  MPICH: ["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib", "libmpich.12.dylib"],
  "Open MPI": ["libmpi.so.40", "libmpi.40.dylib"],
};

const INSTALL: Readonly<Record<Family, string>> = {
  MPICH: "MPICH (Debian and Ubuntu: apt-get install mpich; Fedora: dnf install mpich)",
  "Open MPI": "Open MPI (Debian and Ubuntu: apt-get install openmpi-bin)",
};

const unavailable = (message: string, cause?: unknown): Corr2dError =>
  new Corr2dError("BACKEND_UNAVAILABLE", `mpi: ${message}`, {}, cause === undefined ? undefined : { cause });

/** @throws BACKEND_UNAVAILABLE where the application did not install koffi, or one that is too old. */
async function loadKoffi(): Promise<Koffi> {
  let koffi: Koffi & { readonly version?: string };
  try {
    const module = (await import("koffi")) as Koffi & { default?: Koffi };
    koffi = module.default ?? module;
  } catch (error) {
    throw unavailable(
      `the package koffi, which calls C libraries, could not be loaded (${(error as Error).message.split("\n")[0]}): npm install koffi`,
      error,
    );
  }
  if (Number.parseInt(koffi.version ?? "3", 10) >= 3) return koffi;
  throw unavailable(`koffi ${koffi.version} is too old: npm install koffi@3`);
}

/** The families to try, most likely first: a launcher starts programs of its own library alone. */
function familiesOf(launch: Launch | null): readonly Family[] {
  if (launch?.launcher === "MPICH's mpiexec") return ["MPICH"];
  if (launch?.launcher === "Open MPI's mpiexec") return ["Open MPI"];
  return ["MPICH", "Open MPI"];
}

/**
 * Settings of UCX, a library below MPICH and Open MPI, for a process that has threads and handlers of its own; those that the user
 * set stay. It tries its memory hooks by moving the end of the heap, and takes what V8's threads have got there meanwhile; and its
 * handler of faults takes the place of V8's, which makes an error of a fault in WebAssembly.
 */
const UCX_SETTINGS = { UCX_MEM_EVENTS: "n", UCX_HANDLE_ERRORS: "none" } as const;

/**
 * Opens the library for good: Open MPI has threads in it until the process ends, and finds its own plug-ins by what is loaded for
 * all, while koffi closes what nobody refers to.
 */
function open(koffi: Koffi, path: string): LibraryHandle {
  const handle = koffi.load(path, { global: true });
  const isMac = process.platform === "darwin";
  // RTLD_NOW | RTLD_GLOBAL, which is 8 on macOS and 256 on Linux.
  koffi.load(null).func("void *dlopen(str, int)")(path, 2 | (isMac ? 8 : 256));
  return handle;
}

function familyOf(handle: LibraryHandle): Family {
  try {
    handle.symbol("ompi_mpi_comm_world");
    return "Open MPI";
  } catch {
    return "MPICH";
  }
}

/**
 * @param path the library's file or name; undefined for the first that is found.
 * @throws BACKEND_UNAVAILABLE, which says what to install.
 */
export async function openLibrary(path: string | undefined, launch: Launch | null): Promise<Library> {
  const koffi = await loadKoffi();
  const families = familiesOf(launch);
  const names = path === undefined ? families.flatMap((family) => NAMES[family]) : [path];
  const failures: string[] = [];
  for (const [name, value] of Object.entries(UCX_SETTINGS)) process.env[name] ??= value;
  for (const name of names) {
    try {
      const handle = open(koffi, name);
      return { handle, family: familyOf(handle), path: name };
    } catch (error) {
      failures.push((error as Error).message.split("\n")[0]!);
    }
  }
  if (path !== undefined) throw unavailable(`the library ${path} cannot be opened: ${failures[0]}`);
  const started = launch === null ? "" : `${launch.launcher} started this process, but `;
  throw unavailable(
    `${started}no library of it was found (${names.join(", ")}). Install ${families.map((family) => INSTALL[family]).join(", or ")}, ` +
      "or name the library's file in CORR2D_MPI_LIBRARY",
  );
}
