// q8 matrix product with vpmaddubsw of centred inputs, included by avx2.cc. With d = x - 128,
//   d * w = |d| * w             where d >= 0,
//   d * w = |d| * ~w + |d|      where d < 0, for ~w = -w - 1,
// so that the bytes of |d| meet weights with all bits flipped where d is negative, and what is left is a sum of the row
// alone. As |d| <= 128, a lane of 16 bits holds twice the weights that it holds of x <= 255, whatever their signs:
// quads of 8-bit weights never saturate, and chains of two seldom. For that each step costs one more instruction.
#include "q8_epilogue_avx2.inl"

// Rows of a tile with their sums.
struct Q8Centred {
  static constexpr size_t kRows = 6;
  // A cache line more than a power of two, so that rows do not share cache sets.
  static constexpr size_t kStride = kChainCentredDepth + 64;
  uint8_t magnitudes[kRows][kStride];
  uint8_t negative[kRows][kStride];  // 255 where d < 0, else 0
  int32_t sums[kRows];               // of |d| where d < 0

  // `k` is a multiple of 4.
  void load(const uint8_t* input, size_t stride, size_t rows, size_t k) {
    const __m256i middle = _mm256_set1_epi8((char)128), zero = _mm256_setzero_si256();
    const __m256i tail =
        _mm256_cmpgt_epi32(_mm256_set1_epi32((int32_t)(k % 32 / 4)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    for (size_t r = 0; r < rows; ++r) {
      __m256i sum = zero;
      const auto split = [&](size_t i, __m256i values) INLINE_LAMBDA {
        const __m256i difference = _mm256_xor_si256(values, middle);
        const __m256i magnitude = _mm256_abs_epi8(difference), mask = _mm256_cmpgt_epi8(zero, difference);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(magnitudes[r] + i), magnitude);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(negative[r] + i), mask);
        sum = _mm256_add_epi64(sum, _mm256_sad_epu8(_mm256_and_si256(magnitude, mask), zero));
      };
      const uint8_t* from = input + r * stride;
      size_t i = 0;
      for (; i + 32 <= k; i += 32) split(i, load_256(from + i));
      if (i < k) {
        // What is not there counts as 128, of which nothing is left.
        const __m256i there = _mm256_maskload_epi32(reinterpret_cast<const int*>(from + i), tail);
        split(i, _mm256_blendv_epi8(middle, there, tail));
      }
      const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
      sums[r] = _mm_cvtsi128_si32(_mm_add_epi64(half, _mm_unpackhi_epi64(half, half)));
    }
  }
};

// `LENGTH` quads of every row, summed in 16 bits before they are widened.
template <int LENGTH, int ROWS, int VECTORS>
ALWAYS_INLINE void q8_centred_chain(const uint8_t* magnitudes, const uint8_t* weights, __m256i (&sums)[ROWS][VECTORS]) {
  const __m256i ones = _mm256_set1_epi16(1);
  const uint8_t* negative = magnitudes + sizeof(Q8Centred::magnitudes);
  __m256i quads[LENGTH][VECTORS];
  UNROLL for (int d = 0; d < LENGTH; ++d) {
    UNROLL for (int v = 0; v < VECTORS; ++v) quads[d][v] = load_256(weights + (d * VECTORS + v) * 32);
  }
  UNROLL for (int r = 0; r < ROWS; ++r) {
    const size_t row = r * Q8Centred::kStride;
    __m256i chain[VECTORS];
    UNROLL for (int d = 0; d < LENGTH; ++d) {
      const __m256i values = broadcast_quad(magnitudes + row + 4 * d);
      const __m256i flips = broadcast_quad(negative + row + 4 * d);
      UNROLL for (int v = 0; v < VECTORS; ++v) {
        const __m256i products = _mm256_maddubs_epi16(values, _mm256_xor_si256(quads[d][v], flips));
        chain[v] = d == 0 ? products : _mm256_add_epi16(chain[v], products);
        OPAQUE_VECTOR(chain[v]);
      }
    }
    UNROLL for (int v = 0; v < VECTORS; ++v) {
      sums[r][v] = _mm256_add_epi32(sums[r][v], _mm256_madd_epi16(chain[v], ones));
      OPAQUE_VECTOR(sums[r][v]);
    }
  }
}

// As Q8ByteTiles, for k <= kChainCentredDepth.
template <int CHAIN>
struct Q8CentredTiles {
  template <int ROWS, int VECTORS>
  NOINLINE static void run(const Q8GemmArguments& g, size_t row, size_t tiles, size_t column, size_t panels) {
    static_assert(ROWS <= Q8Centred::kRows, "no room for so many rows");
    constexpr size_t kWidth = VECTORS * 8;
    const size_t quads = (g.k + 3) / 4;
    const Q8Epilogue<false> epilogue(g.to);
    const __m256i middle = _mm256_set1_epi8((char)128);
    const uint8_t* input = g.input + row * g.input_stride;
    uint8_t* output_row = g.output + row * g.output_stride + column;
    Q8Centred rows;

    for (size_t tile = 0; tile < tiles; ++tile) {
      rows.load(input, g.input_stride, ROWS, 4 * quads);
      const uint8_t* weights = g.weights + column * q8_column_bytes(Q8Packing::kChain, g.k);
      const int32_t* begin = g.extras.begin + column / 8;
      for (size_t p = 0; p < panels; ++p) {
        __m256i sums[ROWS][VECTORS];
        UNROLL for (int r = 0; r < ROWS; ++r) {
          const __m256i sum = _mm256_set1_epi32(rows.sums[r]);
          UNROLL for (int v = 0; v < VECTORS; ++v) sums[r][v] = _mm256_add_epi32(load_256(weights + v * 32), sum);
        }
        const auto* scales = reinterpret_cast<const float*>(weights) + kWidth;
        weights += 8 * kWidth;

        const uint8_t* magnitudes = rows.magnitudes[0];
        size_t left = quads;
        for (; left >= CHAIN; left -= CHAIN) {
          OPAQUE(magnitudes);
          q8_centred_chain<CHAIN, ROWS, VECTORS>(magnitudes, weights, sums);
          weights += CHAIN * VECTORS * 32;
          magnitudes += 4 * CHAIN;
        }
        for (; left > 0; --left) {
          q8_centred_chain<1, ROWS, VECTORS>(magnitudes, weights, sums);
          weights += VECTORS * 32;
          magnitudes += 4;
        }

        // They have no part in the rows' sums.
        q8_add_extras(g, begin, sums, [&](int r, int32_t offset, __m256i quad) INLINE_LAMBDA {
          const __m256i values = broadcast_quad(input + r * g.input_stride + offset);
          const __m256i differences = _mm256_xor_si256(values, middle);
          return _mm256_maddubs_epi16(_mm256_abs_epi8(differences), _mm256_sign_epi8(quad, differences));
        });
        begin += VECTORS;
        q8_store_tile(epilogue, sums, scales, output_row + p * kWidth, g.output_stride);
      }
      input += ROWS * g.input_stride;
      output_row += ROWS * g.output_stride;
    }
  }
};
