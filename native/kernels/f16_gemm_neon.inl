// f16 matrix product by lane: eight input values of a row, loaded together, multiply eight rows of the panel. Included
// by neonfp16.cc inside its anonymous namespace.

// 16 registers of sums, 8 of input and 2 of weights.
constexpr int kTileRows = 8;
constexpr int kVectors = 2;
constexpr size_t kPanel = kVectors * kLanes;

// sum + a[LANE] * b.
template <int LANE>
ALWAYS_INLINE V multiply_add_lane(V a, V b, V sum) {
#if defined(__GNUC__)
  // For vfmaq_laneq_f16 gcc 12 copies the lane into a register of its own. The instruction takes only the lower
  // sixteen.
  asm("fmla %0.8h, %1.8h, %2.h[%3]" : "+w"(sum) : "w"(b), "x"(a), "i"(LANE));
  return sum;
#else
  return vfmaq_laneq_f16(sum, b, a, LANE);
#endif
}

// Adds to the tile lanes [LANE, kLanes) of each row's input values times as many rows of the panel.
template <int LANE, int ROWS, int VECTORS>
ALWAYS_INLINE void gemm_lanes(V (&sums)[ROWS][VECTORS], const V (&values)[ROWS], const Half* weights) {
  V panel[VECTORS];
  UNROLL for (int v = 0; v < VECTORS; ++v) panel[v] = load(weights + (LANE * VECTORS + v) * kLanes);
  UNROLL for (int v = 0; v < VECTORS; ++v) {
    UNROLL for (int r = 0; r < ROWS; ++r) sums[r][v] = multiply_add_lane<LANE>(values[r], panel[v], sums[r][v]);
  }
  if constexpr (LANE + 1 < (int)kLanes) gemm_lanes<LANE + 1>(sums, values, weights);
}

// A tile of ROWS rows and the VECTORS vectors of columns of one panel.
template <int ROWS, int VECTORS>
ALWAYS_INLINE void gemm_tile(const F16GemmArguments& g, size_t row, size_t column, const Half* weights) {
  const size_t stride = g.input_stride;
  V sums[ROWS][VECTORS];
  UNROLL for (int v = 0; v < VECTORS; ++v) {
    const V bias = load(weights + v * kLanes);
    UNROLL for (int r = 0; r < ROWS; ++r) sums[r][v] = bias;
  }
  weights += VECTORS * kLanes;
  for (size_t segment = 0; segment < g.segments; ++segment) {
    const Half* input = g.input + row * stride + segment * g.segment_stride;
    V values[ROWS];
    for (size_t k = g.segment_length / kLanes; k > 0; --k) {
      UNROLL for (int r = 0; r < ROWS; ++r) values[r] = load(input + r * stride);
      gemm_lanes<0>(sums, values, weights);
      input += kLanes;
      weights += kLanes * VECTORS * kLanes;
    }
    for (size_t k = g.segment_length % kLanes; k > 0; --k) {
      UNROLL for (int v = 0; v < VECTORS; ++v) {
        const V panel = load(weights + v * kLanes);
        UNROLL for (int r = 0; r < ROWS; ++r) {
          sums[r][v] = multiply_add(vreinterpretq_f16_u16(vld1q_dup_u16(input + r * stride)), panel, sums[r][v]);
        }
      }
      input += 1;
      weights += VECTORS * kLanes;
    }
  }

  const V lo = broadcast(&g.lo), hi = broadcast(&g.hi);
  UNROLL for (int r = 0; r < ROWS; ++r) {
    UNROLL for (int v = 0; v < VECTORS; ++v) sums[r][v] = clamp(sums[r][v], lo, hi);
  }
  if (g.residual) {
    const V sum_lo = broadcast(&g.sum_lo), sum_hi = broadcast(&g.sum_hi);
    const Half* residual = g.residual + row * g.residual_stride + column;
    UNROLL for (int r = 0; r < ROWS; ++r) {
      UNROLL for (int v = 0; v < VECTORS; ++v) {
        const V sum = add(sums[r][v], load(residual + r * g.residual_stride + v * kLanes));
        sums[r][v] = clamp(sum, sum_lo, sum_hi);
      }
    }
  }
  Half* output = g.output + row * g.output_stride + column;
  UNROLL for (int r = 0; r < ROWS; ++r) {
    UNROLL for (int v = 0; v < VECTORS; ++v) store(output + r * g.output_stride + v * kLanes, sums[r][v]);
  }
}

// `tiles` tiles of ROWS rows from `row` on. A tile meets all panels before the next tile does, so that its input stays
// in the first-level cache; the panels come from the second.
template <int ROWS>
NOINLINE void gemm_tiles(const F16GemmArguments& g, size_t row, size_t tiles) {
  for (size_t tile = 0; tile < tiles; ++tile, row += ROWS) {
    size_t column = 0;
    for (; column + kPanel <= g.n; column += kPanel) {
      gemm_tile<ROWS, kVectors>(g, row, column, g.weights + column * (g.k + 1));
    }
    if (column < g.n) gemm_tile<ROWS, kVectors / 2>(g, row, column, g.weights + column * (g.k + 1));
  }
}

// The same for tiles of `rows` <= MAX_ROWS rows.
template <int MAX_ROWS>
void gemm_tiles_of(size_t rows, const F16GemmArguments& g, size_t row, size_t tiles) {
  if constexpr (MAX_ROWS > 1) {
    if (rows < MAX_ROWS) return gemm_tiles_of<MAX_ROWS - 1>(rows, g, row, tiles);
  }
  gemm_tiles<MAX_ROWS>(g, row, tiles);
}

// All rows in tiles of nearly equal height: 49 rows are seven tiles of 7, rather than six of 8 and a slow one of 1.
void f16_gemm__neon(const F16GemmArguments& g) {
  const size_t tiles = (g.m + kTileRows - 1) / kTileRows;
  const size_t rows = g.m / tiles, higher = g.m % tiles;
  if (higher) gemm_tiles_of<kTileRows>(rows + 1, g, 0, higher);
  gemm_tiles_of<kTileRows>(rows, g, higher * (rows + 1), tiles - higher);
}
