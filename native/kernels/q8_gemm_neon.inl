// The q8 matrix product for NEON without dot products, included by neon.cc. Products of bytes are added in pairs in 16
// bits (exact, for weights are at least -127) and then in 32: each row of input and column of weights, 16 values deep,
// has a vector of partial sums.
#include "q8_epilogue_neon.inl"

// sums[r][c] (+)= partial sums of 16 products of row r and of column c of four.
template <bool FIRST, int ROWS>
ALWAYS_INLINE void q8_gemm_step(int32x4_t (&sums)[ROWS][4], const int8_t* input, size_t stride, const int8_t* weights) {
  int8x16_t columns[4];
  UNROLL for (int c = 0; c < 4; ++c) columns[c] = vld1q_s8(weights + 16 * c);
  UNROLL for (int r = 0; r < ROWS; ++r) {
    const int8x16_t values = vld1q_s8(input + r * stride);
    UNROLL for (int c = 0; c < 4; ++c) {
      const int16x8_t low = vmull_s8(vget_low_s8(values), vget_low_s8(columns[c]));
      const int16x8_t both = vmlal_high_s8(low, values, columns[c]);
      sums[r][c] = FIRST ? vpaddlq_s16(both) : vpadalq_s16(sums[r][c], both);
    }
  }
}

// `tiles` tiles of ROWS rows from `row` on, 8 columns from `column` on. STEPS is how many sixteens of input values
// there are, or 0 for any number: with few of them, and without extras, a tile has no branches, and what begins it
// overlaps what ends it.
template <int STEPS, bool EXTRAS, typename Epilogue, int ROWS>
ALWAYS_INLINE void q8_gemm_sixteens(const Q8GemmArguments& g, const Q8PanelExtras& extras, size_t row, size_t tiles,
                                    size_t column) {
  const Epilogue epilogue(g.to);
  const size_t steps = STEPS ? STEPS : (g.k + 15) / 16, stride = g.input_stride;
  // Copied, for a store of bytes might change what `g` refers to.
  const size_t output_stride = g.output_stride;
  const uint8_t* panel = g.weights + column * q8_column_bytes(Q8Packing::kSixteens, 16 * steps);
  const auto* bias = reinterpret_cast<const int32_t*>(panel);
  const auto* scales = reinterpret_cast<const float*>(panel) + kQ8Panel;
  const int8_t* tile_input = reinterpret_cast<const int8_t*>(g.input) + row * stride;
  uint8_t* output = g.output + row * g.output_stride + column;
  for (size_t tile = 0; tile < tiles; ++tile) {
    int32x4_t results[ROWS][2];
    UNROLL for (int half = 0; half < 2; ++half) {
      const int8_t* weights = reinterpret_cast<const int8_t*>(panel) + 8 * kQ8Panel + 64 * half;
      const int8_t* input = tile_input;
      int32x4_t sums[ROWS][4];
      q8_gemm_step<true>(sums, input, stride, weights);
      for (size_t step = 1; step < steps; ++step) {
        input += 16;
        weights += 16 * kQ8Panel;
        q8_gemm_step<false>(sums, input, stride, weights);
      }
      const int32x4_t start = Epilogue::start(vld1q_s32(bias + 4 * half));
      UNROLL for (int r = 0; r < ROWS; ++r) {
        const int32x4_t total = vpaddq_s32(vpaddq_s32(sums[r][0], sums[r][1]), vpaddq_s32(sums[r][2], sums[r][3]));
        results[r][half] = vaddq_s32(total, start);
      }
    }
    if (EXTRAS) extras.add<ROWS>(tile_input, stride, results);
    const float32x4_t scale[2] = {vld1q_f32(scales), vld1q_f32(scales + 4)};
    q8_store_vectors<ROWS>(epilogue, results, scale, output, output_stride);
    tile_input += ROWS * stride;
    output += ROWS * output_stride;
  }
}

// As many sums as leave registers for what they are made of.
#if defined(__aarch64__)
constexpr int kQ8SixteensRows = 4;
#else
constexpr int kQ8SixteensRows = 2;
#endif

template <int STEPS, typename Epilogue>
struct Q8SixteensPanel {
  static constexpr int kMaxRows = kQ8SixteensRows;

  template <int ROWS>
  static ALWAYS_INLINE void run(const Q8GemmArguments& g, size_t row, size_t tiles, size_t column) {
    const Q8PanelExtras extras(g, column);
    if (extras.any()) {
      q8_gemm_sixteens<0, true, Epilogue, ROWS>(g, extras, row, tiles, column);
    } else {
      q8_gemm_sixteens<STEPS, false, Epilogue, ROWS>(g, extras, row, tiles, column);
    }
  }
};

template <typename Epilogue>
void q8_gemm_of_depth(const Q8GemmArguments& g) {
  if (g.k <= 16) return q8_gemm<Q8SixteensPanel<1, Epilogue>>(g);
  if (g.k <= 32) return q8_gemm<Q8SixteensPanel<2, Epilogue>>(g);
  q8_gemm<Q8SixteensPanel<0, Epilogue>>(g);
}

void q8_gemm__neon(const Q8GemmArguments& g) {
#if !defined(__aarch64__)
  if (g.to.small_sums) return q8_gemm_of_depth<Q8SmallEpilogue>(g);
#endif
  q8_gemm_of_depth<Q8Epilogue>(g);
}
