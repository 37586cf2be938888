/**
 * From a tile's sums to the output: transposed where neighbouring rows are neighbouring floats (pixels of an
 * NCHW plane), plain where columns are (a matrix), one float at a time otherwise; written or added.
 */

/** One row's next `count` columns (0 to 4 of them). */
@inline
function storeRow(out: usize, columnStep: usize, count: i32, value: v128, adds: bool): void {
  if (count >= 4 && columnStep == 4) {
    v128.store(out, adds ? f32x4.add(v128.load(out), value) : value);
    return;
  }
  if (adds) {
    if (count > 0) store<f32>(out, load<f32>(out) + f32x4.extract_lane(value, 0));
    if (count > 1) store<f32>(out + columnStep, load<f32>(out + columnStep) + f32x4.extract_lane(value, 1));
    if (count > 2)
      store<f32>(out + 2 * columnStep, load<f32>(out + 2 * columnStep) + f32x4.extract_lane(value, 2));
    if (count > 3)
      store<f32>(out + 3 * columnStep, load<f32>(out + 3 * columnStep) + f32x4.extract_lane(value, 3));
    return;
  }
  if (count > 0) v128.store32_lane(out, value, 0);
  if (count > 1) v128.store32_lane(out + columnStep, value, 1);
  if (count > 2) v128.store32_lane(out + 2 * columnStep, value, 2);
  if (count > 3) v128.store32_lane(out + 3 * columnStep, value, 3);
}

@inline
function put64(out: usize, value: v128, lane: u8, adds: bool): void {
  if (adds) value = f32x4.add(value, v128.load64_splat(out));
  if (lane == 0) v128.store64_lane(out, value, 0);
  else v128.store64_lane(out, value, 1);
}

@inline
function put(out: usize, value: v128, adds: bool): void {
  v128.store(out, adds ? f32x4.add(v128.load(out), value) : value);
}

/**
 * Stores a tile of `rows` rows, `lanes` floats apart, at `tile`; row r goes to out + table[r], column c
 * `columnStep` bytes further each; only the first `columns` columns exist.
 */
export function storeTile(
  tile: usize,
  lanes: i32,
  out: usize,
  table: usize,
  rows: i32,
  columnStep: usize,
  columns: i32,
  adds: bool,
): void {
  const rowBytes = (<usize>lanes) << 2;
  columns = min(columns, lanes);
  let row = 0;
  while (row < rows) {
    const first = load<i32>(table);
    const to = out + first;
    if (columnStep != 4 && row + 4 <= rows && load<i32>(table, 12) - first == 12) {
      for (let c = 0; c < columns; c += 4) {
        const from = tile + ((<usize>c) << 2);
        const a = v128.load(from),
          b = v128.load(from + rowBytes);
        const d = v128.load(from + 2 * rowBytes),
          e = v128.load(from + 3 * rowBytes);
        const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
          ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const de0 = v128.shuffle<f32>(d, e, 0, 4, 1, 5),
          de1 = v128.shuffle<f32>(d, e, 2, 6, 3, 7);
        let at = to + <usize>c * columnStep;
        put(at, v128.shuffle<f64>(ab0, de0, 0, 2), adds);
        if (c + 1 < columns) put((at += columnStep), v128.shuffle<f64>(ab0, de0, 1, 3), adds);
        if (c + 2 < columns) put((at += columnStep), v128.shuffle<f64>(ab1, de1, 0, 2), adds);
        if (c + 3 < columns) put((at += columnStep), v128.shuffle<f64>(ab1, de1, 1, 3), adds);
      }
      row += 4;
      table += 16;
      tile += 4 * rowBytes;
    } else if (columnStep != 4 && row + 2 <= rows && load<i32>(table, 4) - first == 4) {
      for (let c = 0; c < columns; c += 4) {
        const from = tile + ((<usize>c) << 2);
        const a = v128.load(from),
          b = v128.load(from + rowBytes);
        const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
          high = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        let at = to + <usize>c * columnStep;
        put64(at, low, 0, adds);
        if (c + 1 < columns) put64((at += columnStep), low, 1, adds);
        if (c + 2 < columns) put64((at += columnStep), high, 0, adds);
        if (c + 3 < columns) put64((at += columnStep), high, 1, adds);
      }
      row += 2;
      table += 8;
      tile += 2 * rowBytes;
    } else {
      for (let c = 0; c < columns; c += 4) {
        storeRow(
          to + <usize>c * columnStep,
          columnStep,
          columns - c,
          v128.load(tile + ((<usize>c) << 2)),
          adds,
        );
      }
      row++;
      table += 4;
      tile += rowBytes;
    }
  }
}
