/** The dozen functions of MPI that are used, with what differs between the two families of libraries. */
import { Corr2dError } from "@corr2d/core";
import type { Library } from "./library.ts";

/** MPI_Request of either family fits. */
const REQUEST_BYTES = 8;
/** MPI_Status of any library fits. */
const STATUS_BYTES = 64;
const SUCCESS = 0;
const THREAD_FUNNELED = 1;
/** One message at most, in bytes: MPI counts in int32. */
const MAX_COUNT = 2 ** 30;
const LONGEST_TEXT = 8192;

/** Constants of the two: mpi.h of MPICH has numbers, Open MPI variables whose addresses are the handles. */
const NUMBERS = { world: 0x44000000, byte: 0x4c00010d, errorsReturn: 0x54000001, anySource: -2 } as const;
const VARIABLES = {
  world: "ompi_mpi_comm_world",
  byte: "ompi_mpi_byte",
  errorsReturn: "ompi_mpi_errors_return",
} as const;

/** Operations under way. */
export interface Requests {
  /** How many there are. */
  readonly count: number;
  /** Whether all are done. Moves them on: MPI works only while it is called. */
  test(): boolean;
  /** The places, in the order in which they were added, of those that are not. */
  unfinished(): readonly number[];
}

export interface Mpi {
  /** "MPICH 4.0.2", "Open MPI v4.1.4". */
  readonly version: string;
  readonly rank: number;
  readonly size: number;
  readonly host: string;
  /** Starts sending and receiving. @param pieces with the other rank, and a tag. */
  start(pieces: readonly Piece[]): Requests;
  /** A message with this tag from anybody, if one has come: so many bytes at most. */
  receiveIfAny(tag: number, most: number): Uint8Array | null;
  finalize(): void;
  /** Ends all processes of the job, this one too. */
  abort(code: number): void;
}

export interface Piece {
  readonly kind: "send" | "receive";
  readonly rank: number;
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/** Begins MPI, which may wait for the other ranks, and can be done once in a process. @throws BACKEND_UNAVAILABLE */
export function begin({ handle: library, family }: Library): Mpi {
  const isOpenMpi = family === "Open MPI";
  const H = isOpenMpi ? "void *" : "int";
  const constant = (name: keyof typeof VARIABLES): unknown =>
    isOpenMpi ? library.symbol(VARIABLES[name]) : NUMBERS[name];
  const world = constant("world");
  const byte = constant("byte");
  const anySource = isOpenMpi ? -1 : NUMBERS.anySource;

  const errorString = library.func("int MPI_Error_string(int, void *, void *)");
  const declare = (name: string, parameters: string): ((...values: unknown[]) => void) => {
    const call = library.func(`int MPI_${name}(${parameters})`);
    return (...values) => {
      const code = call(...values) as number;
      if (code === SUCCESS) return;
      const text = new Uint8Array(LONGEST_TEXT);
      const length = new Int32Array(1);
      errorString(code, text, length);
      throw new Corr2dError("INTERNAL", `MPI_${name}: ${textOf(text, length)} (code ${code})`);
    };
  };

  const getVersion = declare("Get_library_version", "void *, void *");
  const text = new Uint8Array(LONGEST_TEXT);
  const length = new Int32Array(1);
  getVersion(text, length);
  const version = shortVersion(textOf(text, length));

  declare("Init_thread", "void *, void *, int, void *")(null, null, THREAD_FUNNELED, length);
  declare("Comm_set_errhandler", `${H}, ${H}`)(world, constant("errorsReturn"));
  const numberBy = (name: string): number => {
    declare(name, `${H}, void *`)(world, length);
    return length[0]!;
  };
  const rank = numberBy("Comm_rank");
  const size = numberBy("Comm_size");
  declare("Get_processor_name", "void *, void *")(text, length);
  const host = textOf(text, length);

  const message = `void *, int, ${H}, int, int, ${H}, void *`;
  const functions = { send: declare("Isend", message), receive: declare("Irecv", message) };
  const testAll = declare("Testall", "int, void *, void *, void *");
  const testOne = declare("Test", "void *, void *, void *");
  const probe = declare("Iprobe", `int, int, ${H}, void *, void *`);
  const receive = declare("Recv", message);
  const finalize = declare("Finalize", "void");
  const abort = declare("Abort", `${H}, int`);
  const flag = new Int32Array(1);
  const status = new Uint8Array(STATUS_BYTES);

  return {
    version,
    rank,
    size,
    host,
    start(pieces) {
      const parts = pieces.flatMap(piecesOf);
      const count = parts.length;
      const requestBytes = isOpenMpi ? REQUEST_BYTES : 4;
      const requests = new Uint8Array(count * REQUEST_BYTES);
      const statuses = new Uint8Array(count * STATUS_BYTES);
      const request = (i: number): Uint8Array => requests.subarray(i * requestBytes, (i + 1) * requestBytes);
      for (const [i, { kind, rank: other, tag, bytes }] of parts.entries()) {
        functions[kind](bytes, bytes.length, byte, other, tag, world, request(i));
      }
      return {
        count,
        test() {
          testAll(count, requests, flag, statuses);
          void parts; // MPI writes into them until then, and nobody else may hold them
          return flag[0] === 1;
        },
        unfinished: () =>
          parts.flatMap(({ piece }, i) => {
            testOne(request(i), flag, status);
            return flag[0] === 1 ? [] : [pieces.indexOf(piece)];
          }),
      };
    },
    receiveIfAny(tag, most) {
      probe(anySource, tag, world, flag, status);
      if (flag[0] !== 1) return null;
      const bytes = new Uint8Array(most);
      receive(bytes, most, byte, anySource, tag, world, status);
      return bytes;
    },
    finalize,
    abort: (code) => abort(world, code),
  };
}

/** A message in parts that MPI can count. */
function piecesOf(piece: Piece): (Piece & { readonly piece: Piece })[] {
  const parts: (Piece & { piece: Piece })[] = [];
  for (let from = 0; from < piece.bytes.length; from += MAX_COUNT) {
    parts.push({ ...piece, bytes: piece.bytes.subarray(from, from + MAX_COUNT), piece });
  }
  return parts;
}

const textOf = (bytes: Uint8Array, length: Int32Array): string =>
  new TextDecoder().decode(bytes.subarray(0, length[0])).replace(/\0+$/, "");

/** The name and number in what is, for MPICH, a page of build options. */
function shortVersion(text: string): string {
  const mpich = /^MPICH Version:\s*(\S+)/m.exec(text);
  return mpich === null ? text.split(/[,\n]/)[0]!.trim() : `MPICH ${mpich[1]}`;
}
