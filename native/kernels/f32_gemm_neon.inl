// f32 matrix product by lane: a vector holds four input values of a row, and each multiplies a row of the panel.
// Included by neon.cc inside its anonymous namespace.

constexpr int kVectors = 2;
constexpr size_t kPanel = kVectors * kLanes;

#if defined(__aarch64__)
constexpr int kTileRows = 8;
template <int LANE>
inline V multiply_add_lane(V a, V b, V sum) {
  return vfmaq_laneq_f32(sum, b, a, LANE);
}
#else
// 32-bit NEON has half the registers, and no fused product by lane.
constexpr int kTileRows = 4;
template <int LANE>
inline V multiply_add_lane(V a, V b, V sum) {
  return vmlaq_lane_f32(sum, b, LANE < 2 ? vget_low_f32(a) : vget_high_f32(a), LANE % 2);
}
#endif

// The products of lane LANE of each row's input values with the row of the panel at `weights`.
template <int LANE, int ROWS>
ALWAYS_INLINE void gemm_step(V (&sums)[ROWS][kVectors], const V (&values)[ROWS], const float* weights) {
  V panel[kVectors];
  UNROLL for (int v = 0; v < kVectors; ++v) panel[v] = load(weights + v * kLanes);
  UNROLL for (int r = 0; r < ROWS; ++r) {
    UNROLL for (int v = 0; v < kVectors; ++v) { sums[r][v] = multiply_add_lane<LANE>(values[r], panel[v], sums[r][v]); }
  }
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
        V values[ROWS];
        for (size_t k = g.segment_length / kLanes; k > 0; --k) {
          UNROLL for (int r = 0; r < ROWS; ++r) values[r] = load(input + r * stride);
          gemm_step<0>(sums, values, weights);
          gemm_step<1>(sums, values, weights + kPanel);
          gemm_step<2>(sums, values, weights + 2 * kPanel);
          gemm_step<3>(sums, values, weights + 3 * kPanel);
          input += kLanes;
          weights += kLanes * kPanel;
        }
        for (size_t k = g.segment_length % kLanes; k > 0; --k) {
          UNROLL for (int r = 0; r < ROWS; ++r) values[r] = broadcast(input + r * stride);
          gemm_step<0>(sums, values, weights);
          ++input;
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

// All rows in tiles of nearly equal height: 49 rows are seven tiles of 7, rather than six of 8 and a slow one of 1.
void f32_gemm__neon(const GemmArguments& g) {
  const size_t tiles = (g.m + kTileRows - 1) / kTileRows;
  const size_t rows = g.m / tiles, higher = g.m % tiles;
  if (higher) gemm_tiles_of<kTileRows>(rows + 1, g, 0, higher);
  gemm_tiles_of<kTileRows>(rows, g, higher * (rows + 1), tiles - higher);
}
