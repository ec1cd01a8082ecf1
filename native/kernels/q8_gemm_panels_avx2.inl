// The q8 matrix product for AVX2 from the two kinds of tiles, included by avx2.cc.

// `tiles` tiles of `rows` <= MAX_ROWS rows from `row` on.
template <typename Tiles, int MAX_ROWS, int VECTORS>
void q8_gemm_tiles_of(size_t rows, const Q8GemmArguments& g, size_t row, size_t tiles, size_t column, size_t panels) {
  if constexpr (MAX_ROWS > 1) {
    if (rows < MAX_ROWS) {
      return q8_gemm_tiles_of<Tiles, MAX_ROWS - 1, VECTORS>(rows, g, row, tiles, column, panels);
    }
  }
  Tiles::template run<MAX_ROWS, VECTORS>(g, row, tiles, column, panels);
}

// All rows of some panels, in tiles of nearly equal height.
template <typename Tiles, int MAX_ROWS, int VECTORS>
void q8_gemm_panels(const Q8GemmArguments& g, size_t column, size_t panels) {
  if (panels == 0 || g.m == 0) return;
  const size_t tiles = (g.m + MAX_ROWS - 1) / MAX_ROWS;
  const size_t rows = g.m / tiles, higher = g.m % tiles;
  if (higher) q8_gemm_tiles_of<Tiles, MAX_ROWS, VECTORS>(rows + 1, g, 0, higher, column, panels);
  q8_gemm_tiles_of<Tiles, MAX_ROWS, VECTORS>(rows, g, higher * (rows + 1), tiles - higher, column, panels);
}

template <typename Tiles, int MAX_ROWS>
void q8_gemm_columns(const Q8GemmArguments& g) {
  const size_t panels = g.n / 16;
  q8_gemm_panels<Tiles, MAX_ROWS, 2>(g, 0, panels);
  q8_gemm_panels<Tiles, MAX_ROWS, 1>(g, panels * 16, g.n % 16 / 8);
}

template <int CHAIN>
void q8_gemm_centred(const Q8GemmArguments& g) {
  // Six long rows, centred, and the weights are too much for the first-level cache.
  if (g.k < 512) {
    q8_gemm_columns<Q8CentredTiles<CHAIN>, 6>(g);
  } else {
    q8_gemm_columns<Q8CentredTiles<CHAIN>, 4>(g);
  }
}

void q8_gemm__avx2(const Q8GemmArguments& g) {
  switch (g.chain) {
    case -1:
      return q8_gemm_centred<1>(g);
    case -2:
      return q8_gemm_centred<2>(g);
    case 1:
      return q8_gemm_columns<Q8ByteTiles<1>, 6>(g);
    case 2:
      return q8_gemm_columns<Q8ByteTiles<2>, 6>(g);
    case 4:
      return q8_gemm_columns<Q8ByteTiles<4>, 6>(g);
  }
}
