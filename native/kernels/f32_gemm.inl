// f32 matrix product over a small vector vocabulary (V, kLanes, load, store, broadcast, zero-cost fma, clamp), included
// by the file of an instruction set inside its anonymous namespace. Registers hold a tile of rows x vectors of output;
// the K loop loads one row of the panel and broadcasts one input value of each tile row.

// One tile: ROWS rows of a panel of VECTORS vectors.
template <int ROWS, int VECTORS>
NOINLINE void gemm_tile(const GemmArguments& g, const float* weights, size_t row, size_t column) {
  static_assert(ROWS <= 6, "row pointers reach six rows");
  constexpr size_t kWidth = VECTORS * kLanes;
  V sums[ROWS][VECTORS];
  UNROLL for (int v = 0; v < VECTORS; ++v) {
    const V bias = load(weights + v * kLanes);
    UNROLL for (int r = 0; r < ROWS; ++r) sums[r][v] = bias;
  }
  // Two pointers and a stride reach six rows through the addressing modes of x86. They are made opaque in each step,
  // or the compiler derives a pointer for every row and spills.
  const float* first = g.input + row * g.input_stride;
  const float* fourth = first + 3 * g.input_stride;
  size_t stride = g.input_stride;
  for (size_t k = 0; k < g.k; ++k) {
    weights += kWidth;
    OPAQUE(first);
    OPAQUE(fourth);
    OPAQUE(stride);
    prefetch(weights + 128);
    V panel[VECTORS];
    UNROLL for (int v = 0; v < VECTORS; ++v) panel[v] = load(weights + v * kLanes);
    UNROLL for (int r = 0; r < ROWS; ++r) {
      const V value = broadcast(r < 3 ? first + r * stride : fourth + (r - 3) * stride);
      UNROLL for (int v = 0; v < VECTORS; ++v) sums[r][v] = multiply_add(value, panel[v], sums[r][v]);
    }
    ++first;
    ++fourth;
  }
  const V lo = broadcast(&g.lo), hi = broadcast(&g.hi);
  float* output = g.output + row * g.output_stride + column;
  if (!g.residual) {
    UNROLL for (int r = 0; r < ROWS; ++r) {
      UNROLL for (int v = 0; v < VECTORS; ++v) {
        store(output + r * g.output_stride + v * kLanes, clamp(sums[r][v], lo, hi));
      }
    }
    return;
  }
  const V sum_lo = broadcast(&g.sum_lo), sum_hi = broadcast(&g.sum_hi);
  const float* residual = g.residual + row * g.residual_stride + column;
  UNROLL for (int r = 0; r < ROWS; ++r) {
    UNROLL for (int v = 0; v < VECTORS; ++v) {
      const V sum = add(clamp(sums[r][v], lo, hi), load(residual + r * g.residual_stride + v * kLanes));
      store(output + r * g.output_stride + v * kLanes, clamp(sum, sum_lo, sum_hi));
    }
  }
}

// `rows` <= MAX_ROWS rows of a panel.
template <int MAX_ROWS, int VECTORS>
void gemm_rows(const GemmArguments& g, const float* weights, size_t row, size_t rows, size_t column) {
  if constexpr (MAX_ROWS > 1) {
    if (rows < MAX_ROWS) return gemm_rows<MAX_ROWS - 1, VECTORS>(g, weights, row, rows, column);
  }
  gemm_tile<MAX_ROWS, VECTORS>(g, weights, row, column);
}

// `count` panels of VECTORS vectors from `column` on, in row tiles of nearly equal height: 49 rows are four tiles of 6
// and five of 5, rather than eight of 6 and a slow one of 1. A tile of rows meets all panels before the next does, so
// that it stays in the first-level cache while the panels come from the second.
template <int MAX_ROWS, int VECTORS>
void gemm_panels(const GemmArguments& g, size_t column, size_t count) {
  constexpr size_t kWidth = VECTORS * kLanes;
  const size_t tiles = (g.m + MAX_ROWS - 1) / MAX_ROWS;
  for (size_t tile = 0, row = 0; tile < tiles; ++tile) {
    const size_t rows = g.m / tiles + (tile < g.m % tiles);
    for (size_t p = 0; p < count; ++p) {
      const size_t start = column + p * kWidth;
      gemm_rows<MAX_ROWS, VECTORS>(g, g.weights + start * (g.k + 1), row, rows, start);
    }
    row += rows;
  }
}
