// q8 3x3 depthwise convolution with vpmaddwd, included by avx2.cc: two input rows interleaved as 16-bit pairs meet
// pairs of taps, so that any weights are exact. A strip of output columns first interleaves its input rows into a
// buffer of the first-level cache, input zeros beyond the picture included, and then runs along it with all taps in
// registers.

constexpr size_t kQ8Group = 16;
constexpr size_t kQ8StripColumns = 32;

// 16 channels of two rows as pairs: those of channels 0-3 and 8-11, and of 4-7 and 12-15. That is the order in which
// packs joins sums, and the weights are interleaved likewise.
struct Q8Pairs {
  __m256i low, high;
};
inline Q8Pairs interleave(__m256i a, __m256i b) { return {_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)}; }

// Sums of 16 channels.
struct Q8Sums {
  __m256i low, high;
};
inline void multiply_add(Q8Sums* sums, const Q8Pairs& values, const Q8Pairs& taps) {
  sums->low = _mm256_add_epi32(sums->low, _mm256_madd_epi16(values.low, taps.low));
  sums->high = _mm256_add_epi32(sums->high, _mm256_madd_epi16(values.high, taps.high));
}

// One group's weights.
struct Q8DepthwiseGroup {
  Q8Sums bias;
  __m256 scale_low, scale_high;
  __m256i taps[9];

  explicit Q8DepthwiseGroup(const uint8_t* group) {
    const __m256i bias_0 = load_256(group), bias_1 = load_256(group + 32);
    bias = {_mm256_permute2x128_si256(bias_0, bias_1, 0x20), _mm256_permute2x128_si256(bias_0, bias_1, 0x31)};
    const auto* scales = reinterpret_cast<const float*>(group + 64);
    const __m256 scale_0 = _mm256_loadu_ps(scales), scale_1 = _mm256_loadu_ps(scales + 8);
    scale_low = _mm256_permute2f128_ps(scale_0, scale_1, 0x20);
    scale_high = _mm256_permute2f128_ps(scale_0, scale_1, 0x31);
    for (int t = 0; t < 9; ++t) taps[t] = load_256(group + 128 + 32 * t);
  }
};

// PAIRS interleaved rows of the columns of a strip.
template <int PAIRS>
using Q8Strip = Q8Pairs[(kQ8StripColumns - 1) * 2 + 3][PAIRS];

// Interleaves rows[0] with rows[1], rows[2] with rows[3] and so on: `columns` columns from `begin` on, which may lie
// outside the picture.
template <int PAIRS>
inline void q8_fill_strip(const Q8DepthwiseArguments& d, const uint8_t* const* rows, ptrdiff_t begin, size_t columns,
                          Q8Pairs (*strip)[PAIRS]) {
  const __m256i outside = _mm256_set1_epi16((int16_t)d.input_zero);
  const ptrdiff_t width = (ptrdiff_t)d.input_width;
  for (ptrdiff_t i = 0; i < (ptrdiff_t)columns; ++i) {
    const ptrdiff_t column = begin + i;
    if (column < 0 || column >= width) {
      UNROLL for (int p = 0; p < PAIRS; ++p) strip[i][p] = {outside, outside};
      continue;
    }
    const size_t at = (size_t)column * d.input_stride;
    UNROLL for (int p = 0; p < PAIRS; ++p) {
      const auto values = [&](int r) {
        return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[r] + at)));
      };
      strip[i][p] = interleave(values(2 * p), values(2 * p + 1));
    }
  }
}

// One output row of a strip. Its first input row is the first (ODD = false) or the second (true) of its first pair.
template <int STRIDE, int PAIRS, bool ODD>
inline void q8_depthwise_strip(const Q8Epilogue& epilogue, const Q8DepthwiseGroup& group, const Q8Pairs (*strip)[PAIRS],
                               int pair, size_t columns, uint8_t* output, size_t output_stride) {
  const __m256i none = _mm256_setzero_si256();
  Q8Pairs upper[3], lower[3];
  UNROLL for (int kx = 0; kx < 3; ++kx) {
    const __m256i top = group.taps[kx], middle = group.taps[3 + kx], bottom = group.taps[6 + kx];
    upper[kx] = ODD ? interleave(none, top) : interleave(top, middle);
    lower[kx] = ODD ? interleave(middle, bottom) : interleave(bottom, none);
  }
  const auto requantized = [&](size_t x) INLINE_LAMBDA {
    Q8Sums sums = group.bias;
    UNROLL for (int kx = 0; kx < 3; ++kx) {
      const Q8Pairs* column = strip[x * STRIDE + kx];
      multiply_add(&sums, column[pair], upper[kx]);
      multiply_add(&sums, column[pair + 1], lower[kx]);
    }
    return epilogue.narrow(epilogue.round(sums.low, group.scale_low), epilogue.round(sums.high, group.scale_high));
  };
  const auto store = [&](size_t x, __m128i bytes) INLINE_LAMBDA {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(output + x * output_stride), bytes);
  };
  size_t x = 0;
  for (; x + 2 <= columns; x += 2) {
    const __m256i mixed = epilogue.to_bytes(requantized(x), requantized(x + 1));
    const __m256i bytes = _mm256_permute4x64_epi64(mixed, 0xd8);
    store(x, _mm256_castsi256_si128(bytes));
    store(x + 1, _mm256_extracti128_si256(bytes, 1));
  }
  if (x < columns) {
    const __m256i last = requantized(x);
    store(x, _mm256_castsi256_si128(_mm256_permute4x64_epi64(epilogue.to_bytes(last, last), 0xd8)));
  }
}

// ROWS output rows, all columns, all channels.
template <int STRIDE, int ROWS>
NOINLINE void q8_depthwise_3x3_rows(const Q8DepthwiseArguments& d, size_t y) {
  constexpr int kInputRows = (ROWS - 1) * STRIDE + 3;
  constexpr int kPairs = (kInputRows + 1) / 2;
  const Q8Epilogue epilogue(d.to);
  for (size_t c = 0; c < d.channels; c += kQ8Group) {
    const Q8DepthwiseGroup group(d.weights + c * (8 + 2 * 9));
    const uint8_t* rows[2 * kPairs];
    for (int r = 0; r < kInputRows; ++r) rows[r] = d.rows[y * STRIDE + r] + c;
    // It meets taps of zero.
    if (kInputRows % 2) rows[kInputRows] = rows[kInputRows - 1];
    for (size_t begin = 0; begin < d.output_width; begin += kQ8StripColumns) {
      const size_t left = d.output_width - begin;
      const size_t columns = left < kQ8StripColumns ? left : kQ8StripColumns;
      Q8Strip<kPairs> strip;
      q8_fill_strip<kPairs>(d, rows, (ptrdiff_t)(begin * STRIDE) - (ptrdiff_t)d.pad_left, (columns - 1) * STRIDE + 3,
                            strip);
      uint8_t* output = d.output + (y * d.output_width + begin) * d.output_stride + c;
      UNROLL for (int row = 0; row < ROWS; ++row) {
        uint8_t* to = output + row * d.output_width * d.output_stride;
        constexpr bool kOddRows = STRIDE % 2;
        if (kOddRows && row % 2) {
          q8_depthwise_strip<STRIDE, kPairs, true>(epilogue, group, strip, row * STRIDE / 2, columns, to,
                                                   d.output_stride);
        } else {
          q8_depthwise_strip<STRIDE, kPairs, false>(epilogue, group, strip, row * STRIDE / 2, columns, to,
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
