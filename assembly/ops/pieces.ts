// @ts-nocheck: tsc would want to know the fields of Op; AssemblyScript looks for them where it makes a function of the template.
// How ops are cut into chunks.

export function pieces_of(total: i32, size: i32): i32 {
  return (total - 1) / size + 1;
}

// Piece `piece` of the output picture, in row-major order: its first row and column, and one past the last.
export function first_row<Op>(op: Op, piece: i32): i32 {
  return (piece / pieces_of(op.output_width, op.columns_per_chunk)) * op.rows_per_chunk;
}
export function end_row<Op>(op: Op, piece: i32): i32 {
  return min(first_row<Op>(op, piece) + op.rows_per_chunk, op.output_height);
}
export function first_column<Op>(op: Op, piece: i32): i32 {
  return (piece % pieces_of(op.output_width, op.columns_per_chunk)) * op.columns_per_chunk;
}
export function end_column<Op>(op: Op, piece: i32): i32 {
  return min(first_column<Op>(op, piece) + op.columns_per_chunk, op.output_width);
}
