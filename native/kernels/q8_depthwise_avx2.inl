// q8 3x3 depthwise convolution with vpmaddwd, included by avx2.cc: two input rows interleaved as 16-bit pairs meet
// pairs of taps, so that any weights are exact. A strip of output columns first interleaves its input rows into a
// buffer of the first-level cache, input zeros beyond the picture included, and then runs along it with all taps in
// registers.
#include "q8_epilogue_avx2.inl"

constexpr size_t kQ8Group = 16;
constexpr size_t kQ8StripColumns = 32;

// Pairs of 8 channels: value c of `a`, value c of `b`, for c = 0 to 7.
inline __m256i interleave_words(__m128i a, __m128i b) {
  return _mm256_set_m128i(_mm_unpackhi_epi16(a, b), _mm_unpacklo_epi16(a, b));
}

// PAIRS pairs of input rows, column by column: channels 0 to 7 of a group, and 8 to 15. The last row may be alone in
// its pair, which then meets taps of zero.
template <int PAIRS>
struct Q8Strip {
  __m256i half[2][(kQ8StripColumns - 1) * 2 + 3][PAIRS];
};

// Interleaves rows[0] with rows[1], rows[2] with rows[3] and so on: `columns` columns from `begin` on, which may lie
// outside the picture.
template <int ROWS, int PAIRS>
inline void q8_fill_strip(const Q8DepthwiseArguments& d, const uint8_t* const* rows, ptrdiff_t begin, ptrdiff_t columns,
                          Q8Strip<PAIRS>* strip) {
  const __m256i outside = _mm256_set1_epi16((int16_t)d.input_zero);
  const auto fill_outside = [&](ptrdiff_t from, ptrdiff_t to) {
    for (ptrdiff_t i = from; i < to; ++i) {
      UNROLL for (int p = 0; p < PAIRS; ++p) strip->half[0][i][p] = strip->half[1][i][p] = outside;
    }
  };
  const ptrdiff_t width = (ptrdiff_t)d.input_width;
  const ptrdiff_t left = begin < 0 ? -begin : 0, inside_end = width - begin < columns ? width - begin : columns;
  const ptrdiff_t first = left < columns ? left : columns;
  const ptrdiff_t end = inside_end > first ? inside_end : first;
  fill_outside(0, first);
  const uint8_t* at[ROWS];
  UNROLL for (int r = 0; r < ROWS; ++r) at[r] = rows[r];
  size_t offset = (size_t)(begin + first) * d.input_stride;
  for (ptrdiff_t i = first; i < end; ++i, offset += d.input_stride) {
    UNROLL for (int p = 0; p < PAIRS; ++p) {
      const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at[2 * p] + offset));
      if (2 * p + 1 == ROWS) {
        strip->half[0][i][p] = _mm256_cvtepu8_epi32(a);
        strip->half[1][i][p] = _mm256_cvtepu8_epi32(_mm_unpackhi_epi64(a, a));
        continue;
      }
      const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at[2 * p + 1] + offset));
      strip->half[0][i][p] = _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(a, b));
      strip->half[1][i][p] = _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(a, b));
    }
  }
  fill_outside(end, columns);
}

// Pairs of taps of 8 channels: of the output row's first and second pair of input rows.
struct Q8Taps {
  __m256i upper[3], lower[3];
  __m256i bias;
  __m256 scale;

  // ODD: the output row begins in the second row of its first pair.
  template <bool ODD>
  static Q8Taps load(const uint8_t* group, size_t half) {
    const auto row = [&](int tap) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(group + 8 * kQ8Group + 2 * kQ8Group * tap) + half);
    };
    const __m128i none = _mm_setzero_si128();
    Q8Taps taps;
    for (int kx = 0; kx < 3; ++kx) {
      const __m128i top = row(kx), middle = row(3 + kx), bottom = row(6 + kx);
      taps.upper[kx] = ODD ? interleave_words(none, top) : interleave_words(top, middle);
      taps.lower[kx] = ODD ? interleave_words(middle, bottom) : interleave_words(bottom, none);
    }
    taps.bias = load_256(group + 32 * half);
    taps.scale = _mm256_loadu_ps(reinterpret_cast<const float*>(group + 4 * kQ8Group) + 8 * half);
    return taps;
  }
};

// COLUMNS outputs of 8 channels. Every pair is loaded once and serves all outputs it touches.
template <int STRIDE, int PAIRS, int COLUMNS>
ALWAYS_INLINE void q8_depthwise_columns(const Q8Epilogue<false>& epilogue, const Q8Taps& taps,
                                        const __m256i (*strip)[PAIRS], int pair, uint8_t* output,
                                        size_t output_stride) {
  __m256i sums[COLUMNS];
  UNROLL for (int j = 0; j < COLUMNS; ++j) sums[j] = taps.bias;
  UNROLL for (int q = 0; q < (COLUMNS - 1) * STRIDE + 3; ++q) {
    const __m256i upper = strip[q][pair], lower = strip[q][pair + 1];
    UNROLL for (int j = 0; j < COLUMNS; ++j) {
      const int kx = q - j * STRIDE;
      if (kx < 0 || kx > 2) continue;
      sums[j] = _mm256_add_epi32(sums[j], _mm256_madd_epi16(upper, taps.upper[kx]));
      OPAQUE_VECTOR(sums[j]);
      sums[j] = _mm256_add_epi32(sums[j], _mm256_madd_epi16(lower, taps.lower[kx]));
      OPAQUE_VECTOR(sums[j]);
    }
  }
  q8_store_vectors<COLUMNS>(epilogue, sums, taps.scale, output, output_stride);
}

// 8 channels of one output row of a strip, whose first pair of input rows is `pair`.
template <int STRIDE, int PAIRS>
NOINLINE void q8_depthwise_strip(const Q8Output& to, const Q8Taps& taps, const __m256i (*strip)[PAIRS], int pair,
                                 size_t columns, uint8_t* output, size_t output_stride) {
  constexpr size_t kTile = 4;
  const Q8Epilogue<false> epilogue(to);
  if (columns < kTile) {
    for (size_t x = 0; x < columns; ++x) {
      q8_depthwise_columns<STRIDE, PAIRS, 1>(epilogue, taps, strip + x * STRIDE, pair, output + x * output_stride,
                                             output_stride);
    }
    return;
  }
  // The last tile overlaps the one before it if the width is no multiple of the tile's.
  for (size_t next = 0; next < columns; next += kTile) {
    const size_t x = next + kTile <= columns ? next : columns - kTile;
    q8_depthwise_columns<STRIDE, PAIRS, kTile>(epilogue, taps, strip + x * STRIDE, pair, output + x * output_stride,
                                               output_stride);
  }
}

// ROWS output rows, all columns, all channels.
template <int STRIDE, int ROWS>
NOINLINE void q8_depthwise_3x3_rows(const Q8DepthwiseArguments& d, size_t y) {
  constexpr int kInputRows = (ROWS - 1) * STRIDE + 3;
  constexpr int kPairs = (kInputRows + 1) / 2;
  for (size_t c = 0; c < d.channels; c += kQ8Group) {
    const uint8_t* group = d.weights + c * q8_channel_bytes(9);
    const uint8_t* rows[kInputRows];
    for (int r = 0; r < kInputRows; ++r) rows[r] = d.rows[y * STRIDE + r] + c;
    for (size_t begin = 0; begin < d.output_width; begin += kQ8StripColumns) {
      const size_t left = d.output_width - begin;
      const size_t columns = left < kQ8StripColumns ? left : kQ8StripColumns;
      Q8Strip<kPairs> strip;
      q8_fill_strip<kInputRows>(d, rows, (ptrdiff_t)(begin * STRIDE) - (ptrdiff_t)d.pad_left,
                                (ptrdiff_t)(columns - 1) * STRIDE + 3, &strip);
      UNROLL for (int row = 0; row < ROWS; ++row) {
        constexpr bool kAlternate = STRIDE % 2;
        const bool odd = kAlternate && row % 2;
        uint8_t* output = d.output + ((y + row) * d.output_width + begin) * d.output_stride + c;
        for (size_t half = 0; half < 2; ++half) {
          const Q8Taps taps = odd ? Q8Taps::load<true>(group, half) : Q8Taps::load<false>(group, half);
          q8_depthwise_strip<STRIDE, kPairs>(d.to, taps, strip.half[half], row * STRIDE / 2, columns, output + 8 * half,
                                             d.output_stride);
        }
      }
    }
  }
}

template <int STRIDE>
bool q8_depthwise_3x3(const Q8DepthwiseArguments& d) {
  if (d.kernel_height != 3 || d.kernel_width != 3 || d.dilation_height != 1 || d.dilation_width != 1) return false;
  if (d.stride_height != STRIDE || d.stride_width != STRIDE) return false;
  size_t y = 0;
  for (; y + 2 <= d.output_rows; y += 2) q8_depthwise_3x3_rows<STRIDE, 2>(d, y);
  if (y < d.output_rows) q8_depthwise_3x3_rows<STRIDE, 1>(d, y);
  return true;
}

void q8_depthwise__avx2(const Q8DepthwiseArguments& d) {
  if (q8_depthwise_3x3<1>(d) || q8_depthwise_3x3<2>(d)) return;
  q8_depthwise_any<kQ8Group>(d);
}
