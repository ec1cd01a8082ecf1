// q8 matrix product with vpdpbusd, included by avx512vnni.cc. Registers hold a tile of rows x vectors of 16 columns in
// int32; a step of the K loop multiplies four input values of each row with a quad of weights of each column and adds
// all up, exactly. Panels are 64 columns wide, the last one any multiple of 8: then half of its last vector is masked.
#include "q8_epilogue_avx512.inl"

constexpr size_t kQ8PanelVnni = 64;

struct Q8Prefetch {
  const uint8_t* at;
  size_t step;
};

// `COUNT` times 16 bytes, the last 8 of which are left out where `half` says so.
template <int COUNT>
ALWAYS_INLINE void q8_store_row(uint8_t* output, __m512i bytes, bool half) {
  if (COUNT == 4 && !half) return _mm512_storeu_si512(output, bytes);
  const auto store_128 = [&](int i, __m128i value) INLINE_LAMBDA {
    auto* to = reinterpret_cast<__m128i*>(output + 16 * i);
    if (half && i == COUNT - 1) {
      _mm_storel_epi64(to, value);
    } else {
      _mm_storeu_si128(to, value);
    }
  };
  if (COUNT == 1) return store_128(0, _mm512_castsi512_si128(bytes));
  if (COUNT == 2 && half) {
    store_128(0, _mm512_castsi512_si128(bytes));
    return store_128(1, _mm512_extracti32x4_epi32(bytes, 1));
  }
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(output), _mm512_castsi512_si256(bytes));
  if (COUNT > 2) store_128(2, _mm512_extracti32x4_epi32(bytes, 2));
  if (COUNT > 3) store_128(3, _mm512_extracti32x4_epi32(bytes, 3));
}

template <int ROWS, int VECTORS, bool SMALL_SUMS>
ALWAYS_INLINE void q8_store_tile_512(const Q8Epilogue512<SMALL_SUMS>& epilogue, const __m512i (&sums)[ROWS][VECTORS],
                                     const __m512 (&scale)[VECTORS], uint8_t* output, size_t stride, bool half) {
  // So many rows fill 64 bytes.
  constexpr int kRows = VECTORS == 1 ? 4 : VECTORS == 2 ? 2 : 1;
  UNROLL for (int r = 0; r < ROWS; r += kRows) {
    __m512i rounded[4];
    UNROLL for (int i = 0; i < 4; ++i) {
      const int row = r + i / VECTORS, v = i % VECTORS;
      rounded[i] = row < r + kRows && row < ROWS ? epilogue.round(sums[row][v], scale[v]) : rounded[0];
    }
    const __m512i bytes = epilogue.bytes(rounded[0], rounded[1], rounded[2], rounded[3]);
    q8_store_row<VECTORS>(output + r * stride, bytes, half);
    if (kRows == 1) continue;
    if (VECTORS == 2) {
      if (r + 1 < ROWS)
        q8_store_row<VECTORS>(output + (r + 1) * stride, _mm512_shuffle_i64x2(bytes, bytes, 0xee), half);
      continue;
    }
    const auto store = [&](int i, __m128i value) INLINE_LAMBDA {
      if (r + i < ROWS) q8_store_row<VECTORS>(output + (r + i) * stride, _mm512_castsi128_si512(value), half);
    };
    store(1, _mm512_extracti32x4_epi32(bytes, 1));
    store(2, _mm512_extracti32x4_epi32(bytes, 2));
    store(3, _mm512_extracti32x4_epi32(bytes, 3));
  }
}

template <int ROWS, int VECTORS>
struct Q8Sums {
  __m512i at[ROWS][VECTORS];
};

// The extras of one panel.
template <int ROWS, int VECTORS>
NOINLINE void q8_add_extras_512(const Q8GemmArguments& g, const uint8_t* input, const int32_t* begin, size_t width,
                                Q8Sums<ROWS, VECTORS>* sums) {
  for (size_t eight = 0; eight < width / 8; ++eight) {
    const __mmask8 lanes = eight % 2 ? 0xf0 : 0x0f;
    for (int32_t e = begin[eight]; e < begin[eight + 1]; ++e) {
      const __m512i quad = _mm512_maskz_broadcast_i64x4(
          lanes, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(g.extras.quads + 32 * (size_t)e)));
      for (int r = 0; r < ROWS; ++r) {
        const __m512i values = broadcast_quad_512(input + r * g.input_stride + g.extras.offsets[e]);
        __m512i& sum = sums->at[r][eight / 2];
        sum = _mm512_dpbusd_epi32(sum, values, quad);
      }
    }
  }
}

// `tiles` tiles of ROWS rows from `row` on, times `panels` panels of `width` columns from `column` on. A tile meets all
// panels before the next tile does.
template <int ROWS, int VECTORS>
NOINLINE void q8_gemm_tiles(const Q8GemmArguments& g, size_t row, size_t tiles, size_t column, size_t panels,
                            size_t width, Q8Prefetch next) {
  static_assert(ROWS <= 9, "row pointers reach nine rows");
  const size_t quads = (g.k + 3) / 4, stride = g.input_stride, step = 4 * width;
  const bool half = width % 16;
  const __mmask16 last = half ? 0xff : 0xffff;
  const auto load = [&](const uint8_t* from, int v) INLINE_LAMBDA {
    return v + 1 < VECTORS ? load_512(from + 64 * v) : _mm512_maskz_loadu_epi32(last, from + 64 * v);
  };
  const Q8Epilogue512<true> small(g.to);
  const Q8Epilogue512<false> any(g.to);
  const uint8_t* input = g.input + row * stride;
  uint8_t* output_row = g.output + row * g.output_stride + column;

  for (size_t tile = 0; tile < tiles; ++tile) {
    const uint8_t* weights = g.weights + column * q8_column_bytes(Q8Packing::kQuads, g.k);
    const int32_t* begin = g.extras.begin + column / 8;
    for (size_t p = 0; p < panels; ++p, begin += width / 8) {
      __m512i sums[ROWS][VECTORS];
      UNROLL for (int v = 0; v < VECTORS; ++v) {
        const __m512i bias = load(weights, v);
        UNROLL for (int r = 0; r < ROWS; ++r) sums[r][v] = bias;
      }
      const uint8_t* scales = weights + step;
      weights += 2 * step;

      // See gemm_tiles.
      const uint8_t *first = input, *fourth = input + 3 * stride, *seventh = input + 6 * stride;
      for (size_t q = 0; q < quads; ++q) {
        OPAQUE(first);
        OPAQUE(fourth);
        OPAQUE(seventh);
        size_t row_stride = stride;
        OPAQUE(row_stride);
        __m512i panel[VECTORS];
        UNROLL for (int v = 0; v < VECTORS; ++v) panel[v] = load(weights, v);
        UNROLL for (int r = 0; r < ROWS; ++r) {
          const uint8_t* base = r < 3 ? first : r < 6 ? fourth : seventh;
          const __m512i values = broadcast_quad_512(base + r % 3 * row_stride);
          UNROLL for (int v = 0; v < VECTORS; ++v) sums[r][v] = _mm512_dpbusd_epi32(sums[r][v], values, panel[v]);
        }
        weights += step;
        first += 4;
        fourth += 4;
        seventh += 4;
        PREFETCH(next.at);
        next.at += next.step;
      }

      if (begin[0] < begin[width / 8]) {
        // A copy, for what has an address is not kept in registers.
        Q8Sums<ROWS, VECTORS> copy;
        UNROLL for (int r = 0; r < ROWS; ++r) { UNROLL for (int v = 0; v < VECTORS; ++v) copy.at[r][v] = sums[r][v]; }
        q8_add_extras_512(g, input, begin, width, &copy);
        UNROLL for (int r = 0; r < ROWS; ++r) { UNROLL for (int v = 0; v < VECTORS; ++v) sums[r][v] = copy.at[r][v]; }
      }
      __m512 scale[VECTORS];
      UNROLL for (int v = 0; v < VECTORS; ++v) scale[v] = _mm512_castsi512_ps(load(scales, v));
      if (g.to.small_sums) {
        q8_store_tile_512(small, sums, scale, output_row + p * width, g.output_stride, half);
      } else {
        q8_store_tile_512(any, sums, scale, output_row + p * width, g.output_stride, half);
      }
    }
    input += ROWS * stride;
    output_row += ROWS * g.output_stride;
  }
}

// The same for tiles of `rows` <= MAX_ROWS rows.
template <int MAX_ROWS, int VECTORS>
void q8_gemm_tiles_of(size_t rows, const Q8GemmArguments& g, size_t row, size_t tiles, size_t column, size_t panels,
                      size_t width, Q8Prefetch next) {
  if constexpr (MAX_ROWS > 1) {
    if (rows < MAX_ROWS) {
      return q8_gemm_tiles_of<MAX_ROWS - 1, VECTORS>(rows, g, row, tiles, column, panels, width, next);
    }
  }
  q8_gemm_tiles<MAX_ROWS, VECTORS>(g, row, tiles, column, panels, width, next);
}

// All rows of some panels, in tiles of nearly equal height.
template <int MAX_ROWS, int VECTORS>
void q8_gemm_panels(const Q8GemmArguments& g, size_t column, size_t panels, size_t width) {
  if (panels == 0 || g.m == 0) return;
  const size_t tiles = (g.m + MAX_ROWS - 1) / MAX_ROWS;
  const size_t rows = g.m / tiles, higher = g.m % tiles;
  // See gemm_panels in f32_gemm_x86.inl.
  const size_t quads = (g.k + 3) / 4, column_bytes = q8_column_bytes(Q8Packing::kQuads, g.k);
  const size_t distance = tiles > 1 ? panels * width * column_bytes : 1024;
  Q8Prefetch next = {g.weights + column * column_bytes + distance, (4 * width + tiles - 1) / tiles};
  if (higher) q8_gemm_tiles_of<MAX_ROWS, VECTORS>(rows + 1, g, 0, higher, column, panels, width, next);
  next.at += higher * panels * quads * next.step;
  q8_gemm_tiles_of<MAX_ROWS, VECTORS>(rows, g, higher * (rows + 1), tiles - higher, column, panels, width, next);
}

void q8_gemm__vnni(const Q8GemmArguments& g) {
  const size_t panels = g.n / kQ8PanelVnni, column = panels * kQ8PanelVnni, last = g.n - column;
  q8_gemm_panels<6, 4>(g, 0, panels, kQ8PanelVnni);
  switch ((last + 15) / 16) {
    case 1:
      return q8_gemm_panels<8, 1>(g, column, 1, last);
    case 2:
      return q8_gemm_panels<8, 2>(g, column, 1, last);
    case 3:
      return q8_gemm_panels<8, 3>(g, column, 1, last);
    case 4:
      return q8_gemm_panels<6, 4>(g, column, 1, last);
  }
}
