// q8 3x3 depthwise convolution for NEON, included by neon.cc and neondot.cc: products of bytes are added in 16 bits as
// far as the weights allow for any input, and then in 32. Strips of columns pass through all channels, eight at a time,
// so that what they read stays in the first-level cache while the weights stay in registers.
#include "q8_epilogue_neon.inl"

constexpr size_t kQ8StripColumns = 28;

// Outputs of a tile: as many as have registers for their sums.
#if defined(__aarch64__)
constexpr int kQ8TileColumns = 4;
#else
constexpr int kQ8TileColumns = 2;
#endif

// Which products may be added in 16 bits: those of a row of the kernel; those of two taps; or taps are no bytes.
enum class Q8TapSums { kRows, kPairs, kNone };

// The weights of 8 channels: as 16-bit integers, and as bytes where they are.
struct Q8Taps {
  const int16_t* words;
  int8x8_t bytes[9];
  int32x4_t bias[2];
  float32x4_t scale[2];
  Q8TapSums in_16_bits;

  explicit Q8Taps(const uint8_t* group) {
    const auto* heads = reinterpret_cast<const int32_t*>(group);
    words = reinterpret_cast<const int16_t*>(group + 8 * kQ8Group);
    UNROLL for (int v = 0; v < 2; ++v) {
      bias[v] = vld1q_s32(heads + 4 * v);
      scale[v] = vreinterpretq_f32_s32(vld1q_s32(heads + kQ8Group + 4 * v));
    }
    int16x8_t largest = vdupq_n_s16(0), largest_sum = vdupq_n_s16(0);
    UNROLL for (int ky = 0; ky < 3; ++ky) {
      int16x8_t sum = vdupq_n_s16(0);
      UNROLL for (int kx = 0; kx < 3; ++kx) {
        const int16x8_t tap = vld1q_s16(words + kQ8Group * (3 * ky + kx));
        bytes[3 * ky + kx] = vmovn_s16(tap);
        const int16x8_t magnitude = vabsq_s16(tap);
        largest = vmaxq_s16(largest, magnitude);
        sum = vaddq_s16(sum, magnitude);
      }
      largest_sum = vmaxq_s16(largest_sum, sum);
    }
    // 128 * 255 < 2^15.
    in_16_bits = vmaxvq_s16(largest) > 127       ? Q8TapSums::kNone
                 : vmaxvq_s16(largest_sum) > 255 ? Q8TapSums::kPairs
                                                 : Q8TapSums::kRows;
  }
};

inline void q8_widen_add(int32x4_t (&sums)[2], int16x8_t products) {
  sums[0] = vaddw_s16(sums[0], vget_low_s16(products));
  sums[1] = vaddw_high_s16(sums[1], products);
}

// Adds a row of the kernel to COLUMNS sums. `pairs` are products of the third taps of even rows, which wait for those
// of odd ones.
template <Q8TapSums IN_16_BITS, int STRIDE, int COLUMNS>
ALWAYS_INLINE void q8_depthwise_row(const Q8Taps& taps, int ky, const int8x8_t* values, int32x4_t (&sums)[COLUMNS][2],
                                    int16x8_t (&pairs)[COLUMNS]) {
  UNROLL for (int j = 0; j < COLUMNS; ++j) {
    const int8x8_t* window = values + j * STRIDE;
    if (IN_16_BITS == Q8TapSums::kNone) {
      UNROLL for (int kx = 0; kx < 3; ++kx) {
        const int16x8_t wide = vmovl_s8(window[kx]);
        const int16x8_t tap = vld1q_s16(taps.words + kQ8Group * (3 * ky + kx));
        sums[j][0] = vmlal_s16(sums[j][0], vget_low_s16(wide), vget_low_s16(tap));
        sums[j][1] = vmlal_high_s16(sums[j][1], wide, tap);
      }
      continue;
    }
    const int8x8_t* row = taps.bytes + 3 * ky;
    const int16x8_t products = vmlal_s8(vmull_s8(window[0], row[0]), window[1], row[1]);
    if (IN_16_BITS == Q8TapSums::kRows) {
      q8_widen_add(sums[j], vmlal_s8(products, window[2], row[2]));
      continue;
    }
    q8_widen_add(sums[j], products);
    pairs[j] = ky == 1 ? vmlal_s8(pairs[j], window[2], row[2]) : vmull_s8(window[2], row[2]);
    if (ky > 0) q8_widen_add(sums[j], pairs[j]);
  }
}

// 8 channels of COLUMNS outputs, whose windows begin at column `left` of the picture: with EDGE, perhaps outside it.
template <Q8TapSums IN_16_BITS, int STRIDE, int COLUMNS, bool EDGE, typename Epilogue>
ALWAYS_INLINE void q8_depthwise_tile(const Q8DepthwiseArguments& d, const Epilogue& epilogue, const Q8Taps& taps,
                                     const int8_t* const* rows, ptrdiff_t left, uint8_t* output) {
  constexpr int kWindow = (COLUMNS - 1) * STRIDE + 3;
  int8_t outside[kQ8Group];
  if (EDGE) vst1_s8(outside, vdup_n_s8((int8_t)d.input_zero));
  int32x4_t sums[COLUMNS][2];
  const int32x4_t start[2] = {Epilogue::start(taps.bias[0]), Epilogue::start(taps.bias[1])};
  UNROLL for (int j = 0; j < COLUMNS; ++j) sums[j][0] = start[0], sums[j][1] = start[1];
  int16x8_t pairs[COLUMNS];
  UNROLL for (int ky = 0; ky < 3; ++ky) {
    int8x8_t values[kWindow];
    UNROLL for (int i = 0; i < kWindow; ++i) {
      const int8_t* value = rows[ky] + (left + i) * (ptrdiff_t)d.input_stride;
      if (EDGE && (size_t)(left + i) >= d.input_width) value = outside;
      values[i] = vld1_s8(value);
    }
    q8_depthwise_row<IN_16_BITS, STRIDE>(taps, ky, values, sums, pairs);
  }
  q8_store_vectors<COLUMNS>(epilogue, sums, taps.scale, output, d.output_stride);
}

// 8 channels of one output row of a strip.
template <Q8TapSums IN_16_BITS, int STRIDE, int COLUMNS, typename Epilogue>
NOINLINE void q8_depthwise_strip(const Q8DepthwiseArguments& d, const Epilogue& epilogue, const Q8Taps& taps,
                                 const int8_t* const* rows, size_t begin, size_t end, uint8_t* output) {
  constexpr ptrdiff_t kWindow = (COLUMNS - 1) * STRIDE + 3;
  // The last tile overlaps the one before it if the width is no multiple of the tile's.
  for (size_t next = begin; next < end; next += COLUMNS) {
    const size_t x = next + COLUMNS <= end ? next : end - COLUMNS;
    const ptrdiff_t left = (ptrdiff_t)(x * STRIDE) - (ptrdiff_t)d.pad_left;
    uint8_t* to = output + x * d.output_stride;
    if (left >= 0 && left + kWindow <= (ptrdiff_t)d.input_width) {
      q8_depthwise_tile<IN_16_BITS, STRIDE, COLUMNS, false>(d, epilogue, taps, rows, left, to);
    } else {
      q8_depthwise_tile<IN_16_BITS, STRIDE, COLUMNS, true>(d, epilogue, taps, rows, left, to);
    }
  }
}

template <Q8TapSums IN_16_BITS, int STRIDE, typename Epilogue>
ALWAYS_INLINE void q8_depthwise_columns(const Q8DepthwiseArguments& d, const Epilogue& epilogue, const Q8Taps& taps,
                                        const int8_t* const* rows, size_t begin, size_t end, uint8_t* output) {
  if (end - begin >= kQ8TileColumns) {
    q8_depthwise_strip<IN_16_BITS, STRIDE, kQ8TileColumns>(d, epilogue, taps, rows, begin, end, output);
  } else {
    q8_depthwise_strip<IN_16_BITS, STRIDE, 1>(d, epilogue, taps, rows, begin, end, output);
  }
}

template <int STRIDE, typename Epilogue>
bool q8_depthwise_3x3(const Q8DepthwiseArguments& d) {
  if (d.kernel_height != 3 || d.kernel_width != 3 || d.dilation_height != 1 || d.dilation_width != 1) return false;
  if (d.stride_height != STRIDE || d.stride_width != STRIDE) return false;
  const Epilogue epilogue(d.to);
  for (size_t begin = 0; begin < d.output_width; begin += kQ8StripColumns) {
    const size_t end = begin + kQ8StripColumns < d.output_width ? begin + kQ8StripColumns : d.output_width;
    for (size_t c = 0; c < d.channels; c += kQ8Group) {
      const Q8Taps taps(d.weights + c * q8_channel_bytes(9));
      for (size_t y = 0; y < d.output_rows; ++y) {
        const int8_t* rows[3];
        for (int ky = 0; ky < 3; ++ky) rows[ky] = reinterpret_cast<const int8_t*>(d.rows[y * STRIDE + ky] + c);
        uint8_t* output = d.output + y * d.output_width * d.output_stride + c;
        switch (taps.in_16_bits) {
          case Q8TapSums::kRows:
            q8_depthwise_columns<Q8TapSums::kRows, STRIDE>(d, epilogue, taps, rows, begin, end, output);
            break;
          case Q8TapSums::kPairs:
            q8_depthwise_columns<Q8TapSums::kPairs, STRIDE>(d, epilogue, taps, rows, begin, end, output);
            break;
          case Q8TapSums::kNone:
            q8_depthwise_columns<Q8TapSums::kNone, STRIDE>(d, epilogue, taps, rows, begin, end, output);
        }
      }
    }
  }
  return true;
}

template <typename Epilogue>
void q8_depthwise(const Q8DepthwiseArguments& d) {
  if (q8_depthwise_3x3<1, Epilogue>(d) || q8_depthwise_3x3<2, Epilogue>(d)) return;
  q8_depthwise_any<kQ8Group, int8_t>(d);
}
