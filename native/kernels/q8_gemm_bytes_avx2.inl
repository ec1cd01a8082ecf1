// q8 matrix product with vpmaddubsw, included by avx2.cc. Registers hold a tile of rows x vectors of 8 columns in
// int32; a step of the K loop multiplies four input values of each row with a quad of weights of each column. The
// packer has seen to it that neither vpmaddubsw nor the sum of a chain in int16 can saturate, so that every sum is
// exact. Here the inputs are the unsigned bytes themselves.
#include "q8_epilogue_avx2.inl"

// Four input values of a row to every column.
inline __m256i broadcast_quad(const uint8_t* from) {
  return _mm256_castps_si256(_mm256_broadcast_ss(reinterpret_cast<const float*>(from)));
}

template <int ROWS, int VECTORS>
ALWAYS_INLINE void q8_store_tile(const Q8Epilogue<false>& epilogue, const __m256i (&sums)[ROWS][VECTORS],
                                 const float* scales, uint8_t* output, size_t output_stride) {
  __m256 scale[VECTORS];
  UNROLL for (int v = 0; v < VECTORS; ++v) scale[v] = _mm256_loadu_ps(scales + 8 * v);
  if constexpr (VECTORS == 1) {
    constexpr int kRest = ROWS % 4;
    UNROLL for (int r = 0; r + 4 <= ROWS; r += 4) {
      q8_store_vectors<4>(epilogue, &sums[r][0], scale[0], output + r * output_stride, output_stride);
    }
    if constexpr (kRest > 0) {
      constexpr int kFirst = ROWS - kRest;
      q8_store_vectors<kRest>(epilogue, &sums[kFirst][0], scale[0], output + kFirst * output_stride, output_stride);
    }
  } else {
    static_assert(VECTORS == 2, "a row of two vectors is 16 bytes");
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const auto narrow = [&](int r) INLINE_LAMBDA {
      return epilogue.narrow(epilogue.round(sums[r][0], scale[0]), epilogue.round(sums[r][1], scale[1]));
    };
    const auto store = [&](int r, __m128i bytes) INLINE_LAMBDA {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(output + r * output_stride), bytes);
    };
    UNROLL for (int r = 0; r < ROWS; r += 2) {
      const bool alone = r + 1 == ROWS;
      const __m256i a = narrow(r), b = alone ? a : narrow(r + 1);
      const __m256i bytes = _mm256_permutevar8x32_epi32(epilogue.to_bytes(a, b), order);
      store(r, _mm256_castsi256_si128(bytes));
      if (!alone) store(r + 1, _mm256_extracti128_si256(bytes, 1));
    }
  }
}

// `LENGTH` quads of every row, summed in 16 bits before they are widened.
template <int LENGTH, int ROWS, int VECTORS>
ALWAYS_INLINE void q8_chain(const uint8_t* first, const uint8_t* fourth, size_t stride, const uint8_t* weights,
                            __m256i (&sums)[ROWS][VECTORS]) {
  const __m256i ones = _mm256_set1_epi16(1);
  if constexpr (LENGTH == 1) {
    // One vector after the other, for then few products are alive.
    UNROLL for (int v = 0; v < VECTORS; ++v) {
      const __m256i quad = load_256(weights + v * 32);
      UNROLL for (int r = 0; r < ROWS; ++r) {
        const __m256i values = broadcast_quad(r < 3 ? first + r * stride : fourth + (r - 3) * stride);
        sums[r][v] = _mm256_add_epi32(sums[r][v], _mm256_madd_epi16(_mm256_maddubs_epi16(values, quad), ones));
        OPAQUE_VECTOR(sums[r][v]);
      }
    }
    return;
  }
  __m256i chain[ROWS][VECTORS];
  UNROLL for (int d = 0; d < LENGTH; ++d) {
    __m256i quads[VECTORS];
    UNROLL for (int v = 0; v < VECTORS; ++v) quads[v] = load_256(weights + (d * VECTORS + v) * 32);
    UNROLL for (int r = 0; r < ROWS; ++r) {
      const __m256i values = broadcast_quad((r < 3 ? first + r * stride : fourth + (r - 3) * stride) + 4 * d);
      UNROLL for (int v = 0; v < VECTORS; ++v) {
        const __m256i products = _mm256_maddubs_epi16(values, quads[v]);
        chain[r][v] = d == 0 ? products : _mm256_add_epi16(chain[r][v], products);
        // Otherwise the compiler adds up a tree, with more alive than there are registers.
        OPAQUE_VECTOR(chain[r][v]);
      }
    }
  }
  UNROLL for (int r = 0; r < ROWS; ++r) {
    UNROLL for (int v = 0; v < VECTORS; ++v) {
      sums[r][v] = _mm256_add_epi32(sums[r][v], _mm256_madd_epi16(chain[r][v], ones));
      OPAQUE_VECTOR(sums[r][v]);
    }
  }
}

// The extras of VECTORS vectors of columns; product(row, offset, quad) is in 16 bits.
template <int ROWS, int VECTORS, typename Product>
ALWAYS_INLINE void q8_add_extras(const Q8GemmArguments& g, const int32_t* begin, __m256i (&sums)[ROWS][VECTORS],
                                 Product product) {
  const __m256i ones = _mm256_set1_epi16(1);
  UNROLL for (int v = 0; v < VECTORS; ++v) {
    for (int32_t e = begin[v]; e < begin[v + 1]; ++e) {
      const __m256i quad = load_256(g.extras.quads + 32 * (size_t)e);
      const int32_t offset = g.extras.offsets[e];
      UNROLL for (int r = 0; r < ROWS; ++r) {
        sums[r][v] = _mm256_add_epi32(sums[r][v], _mm256_madd_epi16(product(r, offset, quad), ones));
      }
    }
  }
}

// `tiles` tiles of ROWS rows from `row` on, times `panels` panels of VECTORS vectors from `column` on. A tile meets all
// panels before the next tile does.
template <int CHAIN>
struct Q8ByteTiles {
  template <int ROWS, int VECTORS>
  NOINLINE static void run(const Q8GemmArguments& g, size_t row, size_t tiles, size_t column, size_t panels) {
    static_assert(ROWS <= 6, "row pointers reach six rows");
    constexpr size_t kWidth = VECTORS * 8;
    const size_t quads = (g.k + 3) / 4;
    const size_t output_stride = g.output_stride;
    const Q8Epilogue<false> epilogue(g.to);
    const uint8_t* input = g.input + row * g.input_stride;
    uint8_t* output_row = g.output + row * output_stride + column;

    for (size_t tile = 0; tile < tiles; ++tile) {
      const uint8_t* weights = g.weights + column * q8_column_bytes(Q8Packing::kChain, g.k);
      const int32_t* begin = g.extras.begin + column / 8;
      for (size_t p = 0; p < panels; ++p) {
        __m256i sums[ROWS][VECTORS];
        UNROLL for (int v = 0; v < VECTORS; ++v) {
          const __m256i bias = load_256(weights + v * 32);
          UNROLL for (int r = 0; r < ROWS; ++r) sums[r][v] = bias;
        }
        const auto* scales = reinterpret_cast<const float*>(weights) + kWidth;
        weights += 8 * kWidth;

        // See gemm_tiles.
        const uint8_t* first = input;
        const uint8_t* fourth = input + 3 * g.input_stride;
        size_t stride = g.input_stride;
        size_t left = quads;
        for (; left >= CHAIN; left -= CHAIN) {
          OPAQUE(first);
          OPAQUE(fourth);
          OPAQUE(stride);
          q8_chain<CHAIN, ROWS, VECTORS>(first, fourth, stride, weights, sums);
          weights += CHAIN * VECTORS * 32;
          first += 4 * CHAIN;
          fourth += 4 * CHAIN;
        }
        for (; left > 0; --left) {
          q8_chain<1, ROWS, VECTORS>(first, fourth, stride, weights, sums);
          weights += VECTORS * 32;
          first += 4;
          fourth += 4;
        }

        q8_add_extras(g, begin, sums, [&](int r, int32_t offset, __m256i quad) INLINE_LAMBDA {
          return _mm256_maddubs_epi16(broadcast_quad(input + r * g.input_stride + offset), quad);
        });
        begin += VECTORS;
        q8_store_tile(epilogue, sums, scales, output_row + p * kWidth, output_stride);
      }
      input += ROWS * g.input_stride;
      output_row += ROWS * output_stride;
    }
  }
};
