// The q8 matrix product with dot products of four bytes by lane, included by neondot.cc: a vector of input holds 16
// values of a row, and each quad of them meets four columns at a time.
#include "q8_epilogue_neon.inl"

// sums[r][v] += products of quad QUAD of the input values with 8 columns.
template <int QUAD, int ROWS>
ALWAYS_INLINE void q8_gemm_step(int32x4_t (&sums)[ROWS][2], const int8x16_t (&values)[ROWS], const int8_t* weights) {
  int8x16_t columns[2];
  UNROLL for (int v = 0; v < 2; ++v) columns[v] = vld1q_s8(weights + 32 * QUAD + 16 * v);
  UNROLL for (int r = 0; r < ROWS; ++r) {
    UNROLL for (int v = 0; v < 2; ++v) sums[r][v] = vdotq_laneq_s32(sums[r][v], columns[v], values[r], QUAD);
  }
}

// STEPS is how many sixteens of input values there are, or 0 for any number: a single one, without extras, makes a tile
// without branches, whose end overlaps its beginning.
template <int STEPS, typename Epilogue>
struct Q8QuadsPanel {
  static constexpr int kMaxRows = 8;

  template <int ROWS>
  static ALWAYS_INLINE void run(const Q8GemmArguments& g, size_t row, size_t tiles, size_t column) {
    const Q8PanelExtras extras(g, column);
    if (extras.any()) {
      Q8QuadsPanel<0, Epilogue>::template run_tiles<true, ROWS>(g, extras, row, tiles, column);
    } else {
      run_tiles<false, ROWS>(g, extras, row, tiles, column);
    }
  }

  // `tiles` tiles of ROWS rows from `row` on, 8 columns from `column` on.
  template <bool EXTRAS, int ROWS>
  static ALWAYS_INLINE void run_tiles(const Q8GemmArguments& g, const Q8PanelExtras& extras, size_t row, size_t tiles,
                                      size_t column) {
    const Epilogue epilogue(g.to);
    const size_t quads = STEPS ? 4 * STEPS : (g.k + 3) / 4, steps = quads / 4, stride = g.input_stride;
    // Copied, for a store of bytes might change what `g` refers to.
    const size_t output_stride = g.output_stride;
    const uint8_t* panel = g.weights + column * q8_column_bytes(Q8Packing::kQuads, 4 * quads);
    const auto* bias = reinterpret_cast<const int32_t*>(panel);
    const auto* scales = reinterpret_cast<const float*>(panel) + kQ8Panel;
    const int8_t* tile_input = reinterpret_cast<const int8_t*>(g.input) + row * stride;
    uint8_t* output = g.output + row * g.output_stride + column;
    int32_t start[kQ8Panel];
    UNROLL for (int v = 0; v < 2; ++v) vst1q_s32(start + 4 * v, Epilogue::start(vld1q_s32(bias + 4 * v)));
    for (size_t tile = 0; tile < tiles; ++tile) {
      const int8_t* weights = reinterpret_cast<const int8_t*>(panel) + 8 * kQ8Panel;
      const int8_t* input = tile_input;
      int32x4_t sums[ROWS][2];
      UNROLL for (int r = 0; r < ROWS; ++r) {
        // Every row loads it: that costs the arithmetic units nothing, as copies between registers would.
        const int32_t* from = start;
        OPAQUE(from);
        UNROLL for (int v = 0; v < 2; ++v) sums[r][v] = vld1q_s32(from + 4 * v);
      }
      int8x16_t values[ROWS];
      for (size_t step = 0; step < steps; ++step) {
        UNROLL for (int r = 0; r < ROWS; ++r) values[r] = vld1q_s8(input + r * stride);
        q8_gemm_step<0>(sums, values, weights);
        q8_gemm_step<1>(sums, values, weights);
        q8_gemm_step<2>(sums, values, weights);
        q8_gemm_step<3>(sums, values, weights);
        input += 16;
        weights += 16 * kQ8Panel;
      }
      if (!STEPS && quads % 4) {
        UNROLL for (int r = 0; r < ROWS; ++r) values[r] = vld1q_s8(input + r * stride);
        q8_gemm_step<0>(sums, values, weights);
        if (quads % 4 > 1) q8_gemm_step<1>(sums, values, weights);
        if (quads % 4 > 2) q8_gemm_step<2>(sums, values, weights);
      }
      if (EXTRAS) extras.add(tile_input, stride, sums);
      const float32x4_t scale[2] = {vld1q_f32(scales), vld1q_f32(scales + 4)};
      q8_store_vectors<ROWS>(epilogue, sums, scale, output, output_stride);
      tile_input += ROWS * stride;
      output += ROWS * output_stride;
    }
  }
};

void q8_gemm__neondot(const Q8GemmArguments& g) {
  if (!g.to.small_sums) return q8_gemm<Q8QuadsPanel<0, Q8Epilogue>>(g);
  if (g.k == 16) return q8_gemm<Q8QuadsPanel<1, Q8SmallEpilogue>>(g);
  q8_gemm<Q8QuadsPanel<0, Q8SmallEpilogue>>(g);
}

void q8_depthwise__neondot(const Q8DepthwiseArguments& d) {
  if (d.to.small_sums) return q8_depthwise<Q8SmallEpilogue>(d);
  q8_depthwise<Q8Epilogue>(d);
}
