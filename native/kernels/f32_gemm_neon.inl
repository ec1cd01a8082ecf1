// f32 matrix product by lane: two input values of a row, loaded together, multiply two rows of the panel. Included by
// neon.cc inside its anonymous namespace.

constexpr int kVectors = 2;
constexpr size_t kPanel = kVectors * kLanes;

using Pair = float32x2_t;
inline Pair load_pair(const float* from) { return vld1_f32(from); }
inline Pair broadcast_pair(const float* from) { return vld1_dup_f32(from); }

#if defined(__aarch64__)
// 24 registers of sums, 4 of weights and 3 of input.
constexpr int kTileRows = 12;
constexpr int kGroupRows = 3;
template <int LANE>
inline V multiply_add_lane(Pair a, V b, V sum) {
  return vfmaq_lane_f32(sum, b, a, LANE);
}
#else
// 32-bit NEON has half the registers, and no fused product by lane.
constexpr int kTileRows = 4;
constexpr int kGroupRows = 2;
template <int LANE>
inline V multiply_add_lane(Pair a, V b, V sum) {
  return vmlaq_lane_f32(sum, b, a, LANE);
}
#endif

// Adds to rows [FIRST, FIRST + kGroupRows) of the tile: lane 0 of each row's input values times a row of the panel and,
// with PAIRS, lane 1 times the next. Groups keep apart the products of one sum, which wait for each other.
template <int FIRST, bool PAIRS, int ROWS>
ALWAYS_INLINE void gemm_group(V (&sums)[ROWS][kVectors], const float* input, size_t stride,
                              const V (&panel)[2][kVectors]) {
  constexpr int kEnd = FIRST + kGroupRows < ROWS ? FIRST + kGroupRows : ROWS;
  Pair values[kGroupRows];
  UNROLL for (int r = FIRST; r < kEnd; ++r) {
    values[r - FIRST] = PAIRS ? load_pair(input + r * stride) : broadcast_pair(input + r * stride);
    // Or gcc loads the two again, one by one.
    OPAQUE_VECTOR(values[r - FIRST]);
  }
  UNROLL for (int r = FIRST; r < kEnd; ++r) {
    UNROLL for (int v = 0; v < kVectors; ++v) {
      sums[r][v] = multiply_add_lane<0>(values[r - FIRST], panel[0][v], sums[r][v]);
    }
  }
  if constexpr (PAIRS) {
    UNROLL for (int r = FIRST; r < kEnd; ++r) {
      UNROLL for (int v = 0; v < kVectors; ++v) {
        sums[r][v] = multiply_add_lane<1>(values[r - FIRST], panel[1][v], sums[r][v]);
      }
    }
  }
  if constexpr (kEnd < ROWS) gemm_group<kEnd, PAIRS>(sums, input, stride, panel);
}

// `tiles` tiles of ROWS rows from `row` on. A tile meets all panels before the next tile does, so that its input stays
// in the first-level cache; the panels come from the second.
template <int ROWS>
NOINLINE void gemm_tiles(const GemmArguments& g, size_t row, size_t tiles) {
  const size_t stride = g.input_stride;
  for (size_t tile = 0; tile < tiles; ++tile, row += ROWS) {
    const float* weights = g.weights;
    for (size_t column = 0; column < g.n; column += kPanel) {
      V sums[ROWS][kVectors];
      UNROLL for (int v = 0; v < kVectors; ++v) {
        const V bias = load(weights + v * kLanes);
        UNROLL for (int r = 0; r < ROWS; ++r) sums[r][v] = bias;
      }
      weights += kPanel;
      for (size_t segment = 0; segment < g.segments; ++segment) {
        const float* input = g.input + row * stride + segment * g.segment_stride;
        V panel[2][kVectors];
        for (size_t k = g.segment_length / 2; k > 0; --k) {
          UNROLL for (int i = 0; i < 2; ++i) {
            UNROLL for (int v = 0; v < kVectors; ++v) panel[i][v] = load(weights + i * kPanel + v * kLanes);
          }
          gemm_group<0, true>(sums, input, stride, panel);
          input += 2;
          weights += 2 * kPanel;
        }
        if (g.segment_length % 2) {
          UNROLL for (int v = 0; v < kVectors; ++v) panel[0][v] = load(weights + v * kLanes);
          gemm_group<0, false>(sums, input, stride, panel);
          weights += kPanel;
        }
      }

      const V lo = broadcast(&g.lo), hi = broadcast(&g.hi);
      UNROLL for (int r = 0; r < ROWS; ++r) {
        UNROLL for (int v = 0; v < kVectors; ++v) sums[r][v] = clamp(sums[r][v], lo, hi);
      }
      if (g.residual) {
        const V sum_lo = broadcast(&g.sum_lo), sum_hi = broadcast(&g.sum_hi);
        const float* residual = g.residual + row * g.residual_stride + column;
        UNROLL for (int r = 0; r < ROWS; ++r) {
          UNROLL for (int v = 0; v < kVectors; ++v) {
            const V sum = add(sums[r][v], load(residual + r * g.residual_stride + v * kLanes));
            sums[r][v] = clamp(sum, sum_lo, sum_hi);
          }
        }
      }
      float* output = g.output + row * g.output_stride + column;
      UNROLL for (int r = 0; r < ROWS; ++r) {
        UNROLL for (int v = 0; v < kVectors; ++v) store(output + r * g.output_stride + v * kLanes, sums[r][v]);
      }
    }
  }
}

// The same for tiles of `rows` <= MAX_ROWS rows.
template <int MAX_ROWS>
void gemm_tiles_of(size_t rows, const GemmArguments& g, size_t row, size_t tiles) {
  if constexpr (MAX_ROWS > 1) {
    if (rows < MAX_ROWS) return gemm_tiles_of<MAX_ROWS - 1>(rows, g, row, tiles);
  }
  gemm_tiles<MAX_ROWS>(g, row, tiles);
}

// All rows in tiles of nearly equal height: 49 rows are five tiles of 9 or 10, rather than four of 12 and a slow one of
// 1.
void f32_gemm__neon(const GemmArguments& g) {
  const size_t tiles = (g.m + kTileRows - 1) / kTileRows;
  const size_t rows = g.m / tiles, higher = g.m % tiles;
  if (higher) gemm_tiles_of<kTileRows>(rows + 1, g, 0, higher);
  gemm_tiles_of<kTileRows>(rows, g, higher * (rows + 1), tiles - higher);
}
