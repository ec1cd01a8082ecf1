// How the q8 matrix product for NEON is cut into tiles, whatever the instructions of a tile: included before those.
#include "q8_epilogue_neon.inl"

// Rows of input that stay in the first-level cache while the panels pass by.
constexpr size_t kQ8RowBlockBytes = 16 * 1024;

// The extras of the panel that starts at `column`.
struct Q8PanelExtras {
  const Q8Extras& all;
  int32_t begin, end;
  Q8PanelExtras(const Q8GemmArguments& g, size_t column)
      : all(g.extras), begin(all.begin[column / 8]), end(all.begin[column / 8 + 1]) {}
  bool any() const { return begin < end; }

  // Adds them to the sums of a tile whose input begins at `input`. The sums are copied, so that where there are no
  // extras they need no place in memory.
  template <int ROWS>
  ALWAYS_INLINE void add(const int8_t* input, size_t stride, int32x4_t (&sums)[ROWS][2]) const {
    int32x4_t copy[ROWS][2];
    UNROLL for (int r = 0; r < ROWS; ++r) copy[r][0] = sums[r][0], copy[r][1] = sums[r][1];
    add_in_memory<ROWS>(input, stride, copy);
    UNROLL for (int r = 0; r < ROWS; ++r) sums[r][0] = copy[r][0], sums[r][1] = copy[r][1];
  }

  template <int ROWS>
  NOINLINE void add_in_memory(const int8_t* input, size_t stride, int32x4_t (*sums)[2]) const {
    for (int32_t e = begin; e < end; ++e) {
      for (int r = 0; r < ROWS; ++r) {
        int32_t quad;
        __builtin_memcpy(&quad, input + r * stride + all.offsets[e], sizeof(quad));
        const int8x8_t values = vreinterpret_s8_s32(vdup_n_s32(quad));
        for (int half = 0; half < 2; ++half) {
          const int8x16_t quads = vld1q_s8(all.quads + 32 * e + 16 * half);
          const int32x4_t low = vpaddlq_s16(vmull_s8(values, vget_low_s8(quads)));
          const int32x4_t high = vpaddlq_s16(vmull_s8(values, vget_high_s8(quads)));
          sums[r][half] = vaddq_s32(sums[r][half], vpaddq_s32(low, high));
        }
      }
    }
  }
};

// `tiles` tiles of ROWS rows from `row` on, all panels, in blocks of rows.
template <typename Panel, int ROWS>
NOINLINE void q8_gemm_tiles(const Q8GemmArguments& g, size_t row, size_t tiles) {
  const size_t fitting = kQ8RowBlockBytes / (ROWS * g.input_stride);
  const size_t block = fitting ? fitting : 1;
  for (size_t tile = 0; tile < tiles; tile += block) {
    const size_t count = tiles - tile < block ? tiles - tile : block;
    for (size_t column = 0; column < g.n; column += kQ8Panel) {
      Panel::template run<ROWS>(g, row + tile * ROWS, count, column);
    }
  }
}

// The same for tiles of `rows` <= MAX_ROWS rows.
template <typename Panel, int MAX_ROWS>
void q8_gemm_tiles_of(size_t rows, const Q8GemmArguments& g, size_t row, size_t tiles) {
  if constexpr (MAX_ROWS > 1) {
    if (rows < MAX_ROWS) return q8_gemm_tiles_of<Panel, MAX_ROWS - 1>(rows, g, row, tiles);
  }
  q8_gemm_tiles<Panel, MAX_ROWS>(g, row, tiles);
}

// All rows in tiles of nearly equal height.
template <typename Panel>
void q8_gemm(const Q8GemmArguments& g) {
  constexpr int kMaxRows = Panel::kMaxRows;
  const size_t tiles = (g.m + kMaxRows - 1) / kMaxRows;
  const size_t rows = g.m / tiles, higher = g.m % tiles;
  if (higher) q8_gemm_tiles_of<Panel, kMaxRows>(rows + 1, g, 0, higher);
  q8_gemm_tiles_of<Panel, kMaxRows>(rows, g, higher * (rows + 1), tiles - higher);
}
