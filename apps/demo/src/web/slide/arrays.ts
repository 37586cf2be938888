/** The arrays of the slide tab, and how large they may be. */
export type Plane = readonly (readonly number[])[];
/** [C, H, W] */
export type Planes = readonly Plane[];
export type Size = readonly [number, number];

export const LIMITS = { side: 12, kernel: 7, channels: 4, stride: 6, padding: 6, dilation: 4 } as const;
