// q8 3x3 depthwise convolution with vpdpbusd, included by avx512vnni.cc. A lane of a vector holds a group of 16
// channels: the four lanes are one output row's, or the same one or two groups of two output rows. The bytes of three
// input rows are interleaved into quads, which meet quads of taps of one kernel column, (w0, w1, w2, 0). Each input
// column is interleaved once and meets all output columns that it reaches. Interleaving shuffles the channels of a lane
// and narrowing the sums shuffles them back.
#include "q8_epilogue_avx512.inl"

constexpr size_t kQ8LanesVnni = 4;

// Vector q holds channels 4q to 4q + 3 of each lane.
using Q8Quads = __m512i[4];

inline void q8_interleave(__m512i a, __m512i b, __m512i c, __m512i d, Q8Quads& quads) {
  const __m512i ab_low = _mm512_unpacklo_epi8(a, b), ab_high = _mm512_unpackhi_epi8(a, b);
  const __m512i cd_low = _mm512_unpacklo_epi8(c, d), cd_high = _mm512_unpackhi_epi8(c, d);
  quads[0] = _mm512_unpacklo_epi16(ab_low, cd_low);
  quads[1] = _mm512_unpackhi_epi16(ab_low, cd_low);
  quads[2] = _mm512_unpacklo_epi16(ab_high, cd_high);
  quads[3] = _mm512_unpackhi_epi16(ab_high, cd_high);
}

inline __m128i load_128(const uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }

// The weights of each lane's group. Taps are bytes; of those that are more, the rest is left to a further pass.
struct Q8BlockVnni {
  static constexpr int kMaxPasses = 3;  // of weights from -255 to 255
  Q8Quads taps[kMaxPasses][3];
  Q8Quads bias;
  __m512 scale[4];
  int passes;

  explicit Q8BlockVnni(const uint8_t* const (&groups)[kQ8LanesVnni]) {
    const auto load = [&groups](size_t offset) {
      const __m512i one = _mm512_castsi128_si512(load_128(groups[0] + offset));
      const __m512i two = _mm512_inserti32x4(one, load_128(groups[1] + offset), 1);
      const __m512i three = _mm512_inserti32x4(two, load_128(groups[2] + offset), 2);
      return _mm512_inserti32x4(three, load_128(groups[3] + offset), 3);
    };
    for (int q = 0; q < 4; ++q) {
      bias[q] = load(16 * q);
      scale[q] = _mm512_castsi512_ps(load(4 * kQ8Group + 16 * q));
    }
    __m512i rest[9][2];
    for (int tap = 0; tap < 9; ++tap) {
      for (int half = 0; half < 2; ++half) rest[tap][half] = load((8 + 2 * tap + half) * kQ8Group);
    }
    __mmask32 any;
    passes = 0;
    do {
      __m512i taken[9];
      any = 0;
      for (int tap = 0; tap < 9; ++tap) {
        taken[tap] = _mm512_packs_epi16(rest[tap][0], rest[tap][1]);
        const __m512i sign = _mm512_movm_epi8(_mm512_movepi8_mask(taken[tap]));
        rest[tap][0] = _mm512_sub_epi16(rest[tap][0], _mm512_unpacklo_epi8(taken[tap], sign));
        rest[tap][1] = _mm512_sub_epi16(rest[tap][1], _mm512_unpackhi_epi8(taken[tap], sign));
        const __m512i left = _mm512_or_si512(rest[tap][0], rest[tap][1]);
        any |= _mm512_test_epi16_mask(left, left);
      }
      for (int kx = 0; kx < 3; ++kx) {
        q8_interleave(taken[kx], taken[3 + kx], taken[6 + kx], _mm512_setzero_si512(), taps[passes][kx]);
      }
      ++passes;
    } while (passes < kMaxPasses && any);
  }
};

// GROUPS groups of the input rows of one output row, or, up to two groups, of two output rows.
template <int GROUPS>
struct Q8RowsVnni {
  static constexpr bool kTwo = GROUPS <= 2;
  const uint8_t *rows[3], *below[3];
  size_t column, width, step;
  __m512i outside;

  ALWAYS_INLINE __m512i load(int r) const {
    const uint8_t* from = rows[r] + column * step;
    if (GROUPS == 4) return load_512(from);
    if (GROUPS == 3) return _mm512_maskz_loadu_epi64(0x3f, from);
    const uint8_t* from_below = below[r] + column * step;
    if (GROUPS == 2) return _mm512_inserti64x4(_mm512_castsi256_si512(load_256(from)), load_256(from_below), 1);
    return _mm512_inserti32x4(_mm512_castsi128_si512(load_128(from)), load_128(from_below), 2);
  }

  // The next column, which may lie outside the picture.
  ALWAYS_INLINE void next(Q8Quads& quads) {
    if (column < width) {
      const __m512i row = load(0);
      q8_interleave(row, load(1), load(2), row, quads);
    } else {
      UNROLL for (int q = 0; q < 4; ++q) quads[q] = outside;
    }
    ++column;
  }

  ALWAYS_INLINE static void store(__m512i bytes, uint8_t* output, uint8_t* output_below) {
    if (GROUPS == 4) return _mm512_storeu_si512(output, bytes);
    if (GROUPS == 3) return _mm512_mask_storeu_epi64(output, 0x3f, bytes);
    const __m256i low = _mm512_castsi512_si256(bytes), high = _mm512_extracti64x4_epi64(bytes, 1);
    if (GROUPS == 2) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(output), low);
      if (output_below) _mm256_storeu_si256(reinterpret_cast<__m256i*>(output_below), high);
    } else {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(output), _mm256_castsi256_si128(low));
      if (output_below) _mm_storeu_si128(reinterpret_cast<__m128i*>(output_below), _mm256_castsi256_si128(high));
    }
  }
};

// The taps of the first pass, in registers.
using Q8TapsVnni = Q8Quads[3];

template <bool ONE_PASS>
ALWAYS_INLINE void q8_meet(Q8Quads& sums, const Q8Quads& quads, const Q8BlockVnni& block, const Q8TapsVnni& taps,
                           int kx) {
  UNROLL for (int q = 0; q < 4; ++q) {
    sums[q] = _mm512_dpbusd_epi32(sums[q], quads[q], taps[kx][q]);
    // Otherwise the compiler loads everything first, and spills.
    OPAQUE_VECTOR(sums[q]);
  }
  if (ONE_PASS) return;
  for (int pass = 1; pass < block.passes; ++pass) {
    UNROLL for (int q = 0; q < 4; ++q) sums[q] = _mm512_dpbusd_epi32(sums[q], quads[q], block.taps[pass][kx][q]);
  }
}

template <bool ONE_PASS>
ALWAYS_INLINE void q8_begin(Q8Quads& sums, const Q8Quads& quads, const Q8BlockVnni& block, const Q8TapsVnni& taps) {
  UNROLL for (int q = 0; q < 4; ++q) sums[q] = block.bias[q];
  q8_meet<ONE_PASS>(sums, quads, block, taps, 0);
}

// Ends the output column `oldest`. With stride 1, `middle` lacks one more column than that, and `newest` begins; with
// stride 2, `newest` begins at the last column of `oldest`.
template <int STRIDE, bool ONE_PASS, int GROUPS, bool SMALL_SUMS>
ALWAYS_INLINE __m512i q8_next_output(const Q8Epilogue512<SMALL_SUMS>& epilogue, Q8RowsVnni<GROUPS>& input,
                                     const Q8BlockVnni& block, const Q8TapsVnni& taps, Q8Quads& oldest, Q8Quads& middle,
                                     Q8Quads& newest) {
  Q8Quads quads;
  input.next(quads);
  if (STRIDE == 2) {
    q8_meet<ONE_PASS>(oldest, quads, block, taps, 1);
    input.next(quads);
  }
  q8_meet<ONE_PASS>(oldest, quads, block, taps, 2);
  if (STRIDE == 1) q8_meet<ONE_PASS>(middle, quads, block, taps, 1);
  q8_begin<ONE_PASS>(newest, quads, block, taps);
  __m512i rounded[4];
  UNROLL for (int q = 0; q < 4; ++q) rounded[q] = epilogue.round(oldest[q], block.scale[q]);
  return epilogue.lanes(rounded[0], rounded[1], rounded[2], rounded[3]);
}

template <int STRIDE, bool ONE_PASS, int GROUPS, bool SMALL_SUMS>
NOINLINE void q8_depthwise_block_vnni(const Q8DepthwiseArguments& d, const Q8BlockVnni& block, size_t channel) {
  constexpr bool kTwo = Q8RowsVnni<GROUPS>::kTwo;
  const Q8Epilogue512<SMALL_SUMS> epilogue(d.to);
  Q8TapsVnni taps;
  UNROLL for (int kx = 0; kx < 3; ++kx) {
    UNROLL for (int q = 0; q < 4; ++q) {
      taps[kx][q] = block.taps[0][kx][q];
      OPAQUE_VECTOR(taps[kx][q]);
    }
  }
  const size_t row_step = d.output_width * d.output_stride;
  for (size_t y = 0; y < d.output_rows; y += kTwo ? 2 : 1) {
    const bool below = kTwo && y + 1 < d.output_rows;
    Q8RowsVnni<GROUPS> input;
    UNROLL for (int r = 0; r < 3; ++r) {
      input.rows[r] = d.rows[y * STRIDE + r] + channel;
      input.below[r] = d.rows[(y + below) * STRIDE + r] + channel;
    }
    input.column = 0 - d.pad_left;
    input.width = d.input_width;
    input.step = d.input_stride;
    input.outside = _mm512_set1_epi8((char)d.input_zero);
    uint8_t* output = d.output + y * row_step + channel;
    uint8_t* output_below = below ? output + row_step : nullptr;
    size_t left = d.output_width;
    // Whether there is another output column.
    const auto next = [&](Q8Quads& oldest, Q8Quads& middle, Q8Quads& newest) INLINE_LAMBDA {
      if (left-- == 0) return false;
      const __m512i bytes = q8_next_output<STRIDE, ONE_PASS>(epilogue, input, block, taps, oldest, middle, newest);
      input.store(bytes, output, output_below);
      output += d.output_stride;
      if (below) output_below += d.output_stride;
      return true;
    };
    Q8Quads quads, a, b, c;
    input.next(quads);
    q8_begin<ONE_PASS>(a, quads, block, taps);
    if (STRIDE == 1) {
      input.next(quads);
      q8_meet<ONE_PASS>(a, quads, block, taps, 1);
      q8_begin<ONE_PASS>(b, quads, block, taps);
      while (next(a, b, c) && next(b, c, a) && next(c, a, b)) {
      }
    } else {
      while (next(a, a, b) && next(b, b, a)) {
      }
    }
  }
}

template <int STRIDE, int GROUPS>
void q8_depthwise_groups_vnni(const Q8DepthwiseArguments& d, const Q8BlockVnni& block, size_t channel) {
  if (block.passes > 1) {
    q8_depthwise_block_vnni<STRIDE, false, GROUPS, false>(d, block, channel);
  } else if (d.to.small_sums) {
    q8_depthwise_block_vnni<STRIDE, true, GROUPS, true>(d, block, channel);
  } else {
    q8_depthwise_block_vnni<STRIDE, true, GROUPS, false>(d, block, channel);
  }
}

template <int STRIDE>
bool q8_depthwise_3x3_vnni(const Q8DepthwiseArguments& d) {
  if (d.kernel_height != 3 || d.kernel_width != 3 || d.dilation_height != 1 || d.dilation_width != 1) return false;
  if (d.stride_height != STRIDE || d.stride_width != STRIDE) return false;
  constexpr size_t kGroupBytes = kQ8Group * q8_channel_bytes(9);
  for (size_t c = 0; c < d.channels; c += kQ8LanesVnni * kQ8Group) {
    const size_t left = (d.channels - c + kQ8Group - 1) / kQ8Group;
    const uint8_t* weights = d.weights + c / kQ8Group * kGroupBytes;
    // The fourth lane beside three groups repeats the first; its results are not stored.
    const auto group = [&](size_t lane) { return weights + (left < kQ8LanesVnni ? lane % left : lane) * kGroupBytes; };
    const Q8BlockVnni block({group(0), group(1), group(2), group(3)});
    switch (left) {
      case 1:
        q8_depthwise_groups_vnni<STRIDE, 1>(d, block, c);
        break;
      case 2:
        q8_depthwise_groups_vnni<STRIDE, 2>(d, block, c);
        break;
      case 3:
        q8_depthwise_groups_vnni<STRIDE, 3>(d, block, c);
        break;
      default:
        q8_depthwise_groups_vnni<STRIDE, 4>(d, block, c);
    }
  }
  return true;
}

void q8_depthwise__vnni(const Q8DepthwiseArguments& d) {
  if (q8_depthwise_3x3_vnni<1>(d) || q8_depthwise_3x3_vnni<2>(d)) return;
  q8_depthwise_any<kQ8Group>(d);
}
