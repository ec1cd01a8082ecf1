// q8 3x3 depthwise convolution with vpdpbusd, included by avx512vnni.cc. The bytes of three or four input rows are
// interleaved into quads, which meet quads of taps of one kernel column: rows 0 to 2 meet (w0, w1, w2, 0) and, for the
// output row below, rows 1 to 3 meet (0, w0, w1, w2). Interleaving shuffles the channels of a block and narrowing the
// sums shuffles them back. A strip of output columns first interleaves its input columns into a buffer of the
// first-level cache, input zeros beyond the picture included.

constexpr size_t kQ8BlockVnni = 32;
constexpr size_t kQ8StripVnni = 32;
// A vector holds channels c to c + 3 and c + 16 to c + 19 of a block.
constexpr int kQ8BlockVectors = 4;

using Q8Quads = __m256i[kQ8BlockVectors];

inline void q8_interleave(__m256i a, __m256i b, __m256i c, __m256i d, Q8Quads& quads) {
  const __m256i ab_low = _mm256_unpacklo_epi8(a, b), ab_high = _mm256_unpackhi_epi8(a, b);
  const __m256i cd_low = _mm256_unpacklo_epi8(c, d), cd_high = _mm256_unpackhi_epi8(c, d);
  quads[0] = _mm256_unpacklo_epi16(ab_low, cd_low);
  quads[1] = _mm256_unpackhi_epi16(ab_low, cd_low);
  quads[2] = _mm256_unpacklo_epi16(ab_high, cd_high);
  quads[3] = _mm256_unpackhi_epi16(ab_high, cd_high);
}

// The taps of a block, as bytes: what one pass leaves over of weights beyond that goes to the next.
struct Q8BlockVnni {
  static constexpr int kMaxPasses = 3;  // of weights from -255 to 255
  Q8Quads upper[kMaxPasses][3], lower[kMaxPasses][3];
  Q8Quads bias;
  __m256 scale[kQ8BlockVectors];
  int passes;

  // `low` and `high` are groups of 16 channels.
  void load(const uint8_t* low, const uint8_t* high) {
    for (int q = 0; q < kQ8BlockVectors; ++q) {
      const auto load_both = [&](size_t offset) {
        const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(low + offset) + q);
        return _mm256_inserti128_si256(_mm256_castsi128_si256(first),
                                       _mm_loadu_si128(reinterpret_cast<const __m128i*>(high + offset) + q), 1);
      };
      bias[q] = load_both(0);
      scale[q] = _mm256_castsi256_ps(load_both(4 * kQ8Group));
    }
    __m256i rest[2][9];
    for (int tap = 0; tap < 9; ++tap) {
      rest[0][tap] = load_256(low + 8 * kQ8Group + 2 * kQ8Group * tap);
      rest[1][tap] = load_256(high + 8 * kQ8Group + 2 * kQ8Group * tap);
    }
    __m256i any;
    passes = 0;
    do {
      __m256i taken[9];
      any = _mm256_setzero_si256();
      for (int tap = 0; tap < 9; ++tap) {
        taken[tap] = _mm256_permute4x64_epi64(_mm256_packs_epi16(rest[0][tap], rest[1][tap]), 0xd8);
        for (int half = 0; half < 2; ++half) {
          const __m128i bytes = half ? _mm256_extracti128_si256(taken[tap], 1) : _mm256_castsi256_si128(taken[tap]);
          rest[half][tap] = _mm256_sub_epi16(rest[half][tap], _mm256_cvtepi8_epi16(bytes));
          any = _mm256_or_si256(any, rest[half][tap]);
        }
      }
      for (int kx = 0; kx < 3; ++kx) {
        q8_interleave(taken[kx], taken[3 + kx], taken[6 + kx], _mm256_setzero_si256(), upper[passes][kx]);
        for (int q = 0; q < kQ8BlockVectors; ++q) lower[passes][kx][q] = _mm256_slli_epi32(upper[passes][kx][q], 8);
      }
      ++passes;
    } while (passes < kMaxPasses && !_mm256_testz_si256(any, any));
  }
};

// `columns` columns of a block from column `begin` on, which may lie outside the picture. Of the last block there may
// be only half.
template <int ROWS>
inline void q8_fill_strip_vnni(const Q8DepthwiseArguments& d, const uint8_t* const* rows, bool half, ptrdiff_t begin,
                               ptrdiff_t columns, Q8Quads* strip) {
  const __m256i outside = _mm256_set1_epi8((char)d.input_zero);
  const __mmask32 mask = half ? 0xffff : 0xffffffff;
  const ptrdiff_t width = (ptrdiff_t)d.input_width;
  for (ptrdiff_t i = 0; i < columns; ++i) {
    const ptrdiff_t column = begin + i;
    if (column < 0 || column >= width) {
      UNROLL for (int q = 0; q < kQ8BlockVectors; ++q) strip[i][q] = outside;
      continue;
    }
    const size_t offset = (size_t)column * d.input_stride;
    __m256i row[4];
    UNROLL for (int r = 0; r < 4; ++r) row[r] = r < ROWS ? _mm256_maskz_loadu_epi8(mask, rows[r] + offset) : row[0];
    q8_interleave(row[0], row[1], row[2], row[3], strip[i]);
  }
}

template <int COUNT>
struct Q8Columns {
  static constexpr int value = COUNT;
};

// COLUMNS outputs of each of ROWS rows, half of the vectors after the other: then the taps and sums of all columns fit
// the registers.
template <int STRIDE, int ROWS, int COLUMNS, bool SMALL_SUMS>
ALWAYS_INLINE void q8_depthwise_tile_vnni(const Q8Epilogue<SMALL_SUMS>& epilogue, const Q8BlockVnni& block,
                                          const Q8Quads* strip, bool half, uint8_t* output, size_t column_step,
                                          size_t row_step) {
  __m256i narrow[2][ROWS][COLUMNS];
  UNROLL for (int pair = 0; pair < 2; ++pair) {
    __m256i sums[ROWS][COLUMNS][2];
    UNROLL for (int i = 0; i < ROWS; ++i) {
      UNROLL for (int j = 0; j < COLUMNS; ++j) {
        UNROLL for (int v = 0; v < 2; ++v) sums[i][j][v] = block.bias[2 * pair + v];
      }
    }
    int pass = 0;
    do {
      UNROLL for (int v = 0; v < 2; ++v) {
        const int q = 2 * pair + v;
        __m256i taps[3][ROWS];
        UNROLL for (int kx = 0; kx < 3; ++kx) {
          UNROLL for (int i = 0; i < ROWS; ++i) {
            taps[kx][i] = i ? block.lower[pass][kx][q] : block.upper[pass][kx][q];
            OPAQUE_VECTOR(taps[kx][i]);
          }
        }
        UNROLL for (int column = 0; column < (COLUMNS - 1) * STRIDE + 3; ++column) {
          const __m256i values = strip[column][q];
          UNROLL for (int j = 0; j < COLUMNS; ++j) {
            const int kx = column - j * STRIDE;
            if (kx < 0 || kx > 2) continue;
            UNROLL for (int i = 0; i < ROWS; ++i) {
              sums[i][j][v] = _mm256_dpbusd_epi32(sums[i][j][v], values, taps[kx][i]);
              // Otherwise the compiler loads everything first, and spills.
              OPAQUE_VECTOR(sums[i][j][v]);
            }
          }
        }
      }
    } while (++pass < block.passes);
    UNROLL for (int i = 0; i < ROWS; ++i) {
      UNROLL for (int j = 0; j < COLUMNS; ++j) {
        __m256i rounded[2];
        UNROLL for (int v = 0; v < 2; ++v) rounded[v] = epilogue.round(sums[i][j][v], block.scale[2 * pair + v]);
        narrow[pair][i][j] = epilogue.narrow(rounded[0], rounded[1]);
      }
    }
  }
  UNROLL for (int i = 0; i < ROWS; ++i) {
    UNROLL for (int j = 0; j < COLUMNS; ++j) {
      const __m256i bytes = epilogue.to_bytes(narrow[0][i][j], narrow[1][i][j]);
      uint8_t* to = output + i * row_step + j * column_step;
      if (half) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_castsi256_si128(bytes));
      } else {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes);
      }
    }
  }
}

template <int STRIDE, int ROWS, bool SMALL_SUMS>
NOINLINE void q8_depthwise_strip_vnni(const Q8DepthwiseArguments& d, const Q8BlockVnni& block, const Q8Quads* strip,
                                      bool half, size_t columns, uint8_t* output) {
  constexpr size_t kTile = 4;
  const Q8Epilogue<SMALL_SUMS> epilogue(d.to);
  const size_t column_step = d.output_stride, row_step = d.output_width * d.output_stride;
  const auto tile = [&](auto width, size_t x) INLINE_LAMBDA {
    q8_depthwise_tile_vnni<STRIDE, ROWS, decltype(width)::value>(epilogue, block, strip + x * STRIDE, half,
                                                                 output + x * column_step, column_step, row_step);
  };
  size_t x = 0;
  for (; x + kTile <= columns; x += kTile) tile(Q8Columns<kTile>(), x);
  // What is left is done by a tile that overlaps the one before it, or by one of half the width.
  const size_t left = columns - x;
  if (left > 2 && columns > kTile) return tile(Q8Columns<kTile>(), columns - kTile);
  if (left > 1) {
    tile(Q8Columns<2>(), x);
    x += 2;
  }
  if (x < columns) tile(Q8Columns<1>(), x);
}

// ROWS output rows of a block, all columns, from output row `y` on.
template <int STRIDE, int ROWS>
void q8_depthwise_rows_vnni(const Q8DepthwiseArguments& d, const Q8BlockVnni& block, size_t y, size_t channel,
                            bool half) {
  constexpr int kInputRows = (ROWS - 1) * STRIDE + 3;
  static_assert(kInputRows <= 4, "a quad has four rows");
  const uint8_t* rows[kInputRows];
  for (int r = 0; r < kInputRows; ++r) rows[r] = d.rows[y * STRIDE + r] + channel;
  for (size_t begin = 0; begin < d.output_width; begin += kQ8StripVnni) {
    const size_t left = d.output_width - begin, columns = left < kQ8StripVnni ? left : kQ8StripVnni;
    Q8Quads strip[(kQ8StripVnni - 1) * STRIDE + 3];
    q8_fill_strip_vnni<kInputRows>(d, rows, half, (ptrdiff_t)(begin * STRIDE) - (ptrdiff_t)d.pad_left,
                                   (ptrdiff_t)(columns - 1) * STRIDE + 3, strip);
    uint8_t* output = d.output + (y * d.output_width + begin) * d.output_stride + channel;
    const auto strip_of =
        d.to.small_sums ? q8_depthwise_strip_vnni<STRIDE, ROWS, true> : q8_depthwise_strip_vnni<STRIDE, ROWS, false>;
    strip_of(d, block, strip, half, columns, output);
  }
}

template <int STRIDE>
bool q8_depthwise_3x3_vnni(const Q8DepthwiseArguments& d) {
  if (d.kernel_height != 3 || d.kernel_width != 3 || d.dilation_height != 1 || d.dilation_width != 1) return false;
  if (d.stride_height != STRIDE || d.stride_width != STRIDE) return false;
  constexpr size_t kGroupBytes = kQ8Group * (8 + 2 * 9);
  for (size_t c = 0; c < d.channels; c += kQ8BlockVnni) {
    const uint8_t* group = d.weights + c / kQ8Group * kGroupBytes;
    const bool half = d.channels - c <= kQ8Group;
    Q8BlockVnni block;
    block.load(group, half ? group : group + kGroupBytes);
    size_t y = 0;
    if constexpr (STRIDE == 1) {
      for (; y + 2 <= d.output_rows; y += 2) q8_depthwise_rows_vnni<STRIDE, 2>(d, block, y, c, half);
    }
    for (; y < d.output_rows; ++y) q8_depthwise_rows_vnni<STRIDE, 1>(d, block, y, c, half);
  }
  return true;
}

void q8_depthwise__vnni(const Q8DepthwiseArguments& d) {
  if (q8_depthwise_3x3_vnni<1>(d) || q8_depthwise_3x3_vnni<2>(d)) return;
  q8_depthwise_any<kQ8Group>(d);
}
