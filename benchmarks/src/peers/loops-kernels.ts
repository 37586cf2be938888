/**
 * Correlation, its two gradients and a few more as anyone would first write them: nested loops, one formula each, no
 * tricks. JavaScript adds in float64 and each result is rounded to float32 once, which makes these loops the
 * reference of every check too.
 */
import { type Convolution, outputSize, type PoolTask } from "../workloads/workload.ts";

/** y[n, o, r, c] = Σ x[n, i, r·s − p + ky, c·s − p + kx] · k[o, i, ky, kx]. */
export function forward(c: Convolution, x: Float32Array, k: Float32Array): Float32Array {
  const [outHeight, outWidth] = outputSize(c);
  const inPerGroup = c.inChannels / c.groups;
  const outPerGroup = c.outChannels / c.groups;
  const y = new Float32Array(c.batch * c.outChannels * outHeight * outWidth);
  let at = 0;
  for (let n = 0; n < c.batch; n++) {
    for (let o = 0; o < c.outChannels; o++) {
      const first = n * c.inChannels + Math.floor(o / outPerGroup) * inPerGroup;
      for (let row = 0; row < outHeight; row++) {
        for (let column = 0; column < outWidth; column++) {
          let sum = 0;
          for (let i = 0; i < inPerGroup; i++) {
            for (let ky = 0; ky < c.kernelHeight; ky++) {
              const inputRow = row * c.stride - c.padding + ky;
              if (inputRow < 0 || inputRow >= c.height) continue;
              for (let kx = 0; kx < c.kernelWidth; kx++) {
                const inputColumn = column * c.stride - c.padding + kx;
                if (inputColumn < 0 || inputColumn >= c.width) continue;
                sum +=
                  x[((first + i) * c.height + inputRow) * c.width + inputColumn]! *
                  k[((o * inPerGroup + i) * c.kernelHeight + ky) * c.kernelWidth + kx]!;
              }
            }
          }
          y[at++] = sum;
        }
      }
    }
  }
  return y;
}

/** dX[n, i, r, c] = Σ dY[n, o, (r + p − ky) / s, (c + p − kx) / s] · k[o, i, ky, kx], where those divide. */
export function inputGradient(c: Convolution, dy: Float32Array, k: Float32Array): Float32Array {
  const [outHeight, outWidth] = outputSize(c);
  const inPerGroup = c.inChannels / c.groups;
  const outPerGroup = c.outChannels / c.groups;
  const dx = new Float32Array(c.batch * c.inChannels * c.height * c.width);
  let at = 0;
  for (let n = 0; n < c.batch; n++) {
    for (let channel = 0; channel < c.inChannels; channel++) {
      const group = Math.floor(channel / inPerGroup);
      const i = channel % inPerGroup;
      for (let row = 0; row < c.height; row++) {
        for (let column = 0; column < c.width; column++) {
          let sum = 0;
          for (let o = group * outPerGroup; o < (group + 1) * outPerGroup; o++) {
            for (let ky = 0; ky < c.kernelHeight; ky++) {
              const outRow = (row + c.padding - ky) / c.stride;
              if (outRow < 0 || outRow >= outHeight || !Number.isInteger(outRow)) continue;
              for (let kx = 0; kx < c.kernelWidth; kx++) {
                const outColumn = (column + c.padding - kx) / c.stride;
                if (outColumn < 0 || outColumn >= outWidth || !Number.isInteger(outColumn)) continue;
                sum +=
                  dy[((n * c.outChannels + o) * outHeight + outRow) * outWidth + outColumn]! *
                  k[((o * inPerGroup + i) * c.kernelHeight + ky) * c.kernelWidth + kx]!;
              }
            }
          }
          dx[at++] = sum;
        }
      }
    }
  }
  return dx;
}

/** dW[o, i, ky, kx] = Σ x[n, i, r·s − p + ky, c·s − p + kx] · dY[n, o, r, c]. */
export function kernelGradient(c: Convolution, x: Float32Array, dy: Float32Array): Float32Array {
  const [outHeight, outWidth] = outputSize(c);
  const inPerGroup = c.inChannels / c.groups;
  const outPerGroup = c.outChannels / c.groups;
  const dw = new Float32Array(c.outChannels * inPerGroup * c.kernelHeight * c.kernelWidth);
  let at = 0;
  for (let o = 0; o < c.outChannels; o++) {
    const first = Math.floor(o / outPerGroup) * inPerGroup;
    for (let i = 0; i < inPerGroup; i++) {
      for (let ky = 0; ky < c.kernelHeight; ky++) {
        for (let kx = 0; kx < c.kernelWidth; kx++) {
          let sum = 0;
          for (let n = 0; n < c.batch; n++) {
            for (let row = 0; row < outHeight; row++) {
              const inputRow = row * c.stride - c.padding + ky;
              if (inputRow < 0 || inputRow >= c.height) continue;
              for (let column = 0; column < outWidth; column++) {
                const inputColumn = column * c.stride - c.padding + kx;
                if (inputColumn < 0 || inputColumn >= c.width) continue;
                sum +=
                  x[((n * c.inChannels + first + i) * c.height + inputRow) * c.width + inputColumn]! *
                  dy[((n * c.outChannels + o) * outHeight + row) * outWidth + column]!;
              }
            }
          }
          dw[at++] = sum;
        }
      }
    }
  }
  return dw;
}

/** Where each window's first maximum is, row by row. */
function maximumPlaces({ size, window }: PoolTask, x: Float32Array): Int32Array {
  const out = size / window;
  const places = new Int32Array(out * out);
  let at = 0;
  for (let row = 0; row < out; row++) {
    for (let column = 0; column < out; column++) {
      let best = row * window * size + column * window;
      for (let ky = 0; ky < window; ky++) {
        for (let kx = 0; kx < window; kx++) {
          const cell = (row * window + ky) * size + column * window + kx;
          if (x[cell]! > x[best]!) best = cell;
        }
      }
      places[at++] = best;
    }
  }
  return places;
}

/** y[r, c] = max x[r·w + ky, c·w + kx]. */
export function maxPool(task: PoolTask, x: Float32Array): Float32Array {
  const places = maximumPlaces(task, x);
  const y = new Float32Array(places.length);
  for (let i = 0; i < places.length; i++) y[i] = x[places[i]!]!;
  return y;
}

/** dX has each dY where its window's maximum was, and zeros. */
export function maxPoolGradient(task: PoolTask, x: Float32Array, dy: Float32Array): Float32Array {
  const places = maximumPlaces(task, x);
  const dx = new Float32Array(x.length);
  for (let i = 0; i < places.length; i++) dx[places[i]!] = dy[i]!;
  return dx;
}

/** a [rows, inner] · b [inner, columns]. */
export function matmul(
  a: Float32Array,
  b: Float32Array,
  rows: number,
  inner: number,
  columns: number,
): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) sum += a[row * inner + i]! * b[i * columns + column]!;
      out[row * columns + column] = sum;
    }
  }
  return out;
}

export function add(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = a[i]! + b[i]!;
  return out;
}

export function relu(x: Float32Array): Float32Array {
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) out[i] = Math.max(x[i]!, 0);
  return out;
}

export function sum(x: Float32Array): Float32Array {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i]!;
  return Float32Array.of(total);
}
