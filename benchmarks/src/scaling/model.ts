/**
 * What a training step on n ranks takes: computing, and summing the gradients. Times are in seconds, sizes in bytes.
 *
 * The costs of messages are those of Hockney's model, a latency and a rate; the rounds those of Thakur, Rabenseifner & Gropp 2005,
 * "Optimization of collective communication operations in MPICH".
 */

/** A step of one rank: so much whatever the batch, and so much for each image. */
export interface NetCost {
  readonly parameters: number;
  readonly perStep: number;
  readonly perImage: number;
}

/** A network between ranks. */
export interface Link {
  /** From the start of a message to its end, beyond its bytes. */
  readonly latency: number;
  /** What starting one more message at the same time takes. */
  readonly perMessage: number;
  readonly bytesPerSecond: number;
}

/** What a rank does itself with the bytes that it sums. */
export interface Host {
  /** How fast it adds up numbers, in bytes of them. */
  readonly addBytesPerSecond: number;
  /** How fast gradients leave the backend and the averages return, both together. */
  readonly copyBytesPerSecond: number;
}

export const SUMS = ["ours", "ring", "tree"] as const;
export type Sum = (typeof SUMS)[number];

/** Bytes that a rank sends to sum an array of so many bytes over n ranks. */
export function sentBytes(sum: Sum, ranks: number, bytes: number): number {
  if (ranks === 1) return 0;
  return sum === "tree" ? 2 * Math.ceil(Math.log2(ranks)) * bytes : (2 * (ranks - 1) * bytes) / ranks;
}

/** Seconds to sum an array over n ranks. */
export function sumSeconds(sum: Sum, ranks: number, bytes: number, link: Link, host: Host): number {
  if (ranks === 1) return 0;
  const sent = sentBytes(sum, ranks, bytes) / link.bytesPerSecond;
  const depth = Math.ceil(Math.log2(ranks));
  switch (sum) {
    case "ours":
      // Agreement, slices, sums: three rounds, in each a message to every other rank.
      return (
        3 * (link.latency + (ranks - 2) * link.perMessage) +
        sent +
        ((ranks - 1) * bytes) / ranks / host.addBytesPerSecond
      );
    case "ring":
      return 2 * (ranks - 1) * link.latency + sent + ((ranks - 1) * bytes) / ranks / host.addBytesPerSecond;
    case "tree":
      return 2 * depth * link.latency + sent + (depth * bytes) / host.addBytesPerSecond;
  }
}

export interface Step {
  readonly compute: number;
  readonly sum: number;
  readonly seconds: number;
  /** Images a second as a share of n times those of one rank that computes as many as each. */
  readonly efficiency: number;
}

/** A step of n ranks, each with so many images. */
export function stepOf(net: NetCost, ranks: number, images: number, sum: Sum, link: Link, host: Host): Step {
  const bytes = net.parameters * 4;
  const compute = net.perStep + net.perImage * images;
  const copies = ranks === 1 ? 0 : bytes / host.copyBytesPerSecond;
  const summing = copies + sumSeconds(sum, ranks, bytes, link, host);
  const seconds = compute + summing;
  return { compute, sum: summing, seconds, efficiency: compute / seconds };
}

/** The ranks, a power of two up to `most`, from which on twice as many do a global batch less than `gain` times as fast. */
export function stopsAt(
  net: NetCost,
  globalBatch: number,
  sum: Sum,
  link: Link,
  host: Host,
  { most = 64, gain = 1.3 }: { readonly most?: number; readonly gain?: number } = {},
): number {
  const time = (ranks: number): number => stepOf(net, ranks, globalBatch / ranks, sum, link, host).seconds;
  let ranks = 1;
  while (ranks < most && time(ranks) / time(ranks * 2) >= gain) ranks *= 2;
  return ranks;
}
