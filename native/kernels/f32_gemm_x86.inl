// f32 matrix product over a small vector vocabulary (V, kLanes, load, store, broadcast, add, multiply_add, clamp),
// included by the file of an instruction set inside its anonymous namespace. Registers hold a tile of
// rows x vectors of output; a step of the K loop loads a row of the panel and broadcasts one input value of each tile
// row.

// Where the weights lie that will be wanted next, and how many floats further to look in each step of the K loop.
struct Prefetch {
  const float* at;
  size_t step;
};

// `tiles` tiles of ROWS rows from `row` on, times `panels` panels of VECTORS vectors from `column` on. A tile meets all
// panels before the next tile does, so that its input stays in the first-level cache; the panels come from the second.
template <int ROWS, int VECTORS>
NOINLINE void gemm_tiles(const GemmArguments& g, size_t row, size_t tiles, size_t column, size_t panels,
                         Prefetch next) {
  constexpr int kPointers = (ROWS + 2) / 3;
  constexpr size_t kWidth = VECTORS * kLanes;
  const size_t segments = g.segments, length = g.segment_length, skip = g.segment_stride - g.segment_length;
  const size_t output_stride = g.output_stride, residual_stride = g.residual_stride;
  const float* input = g.input + row * g.input_stride;
  float* output_row = g.output + row * output_stride + column;
  const float* residual_row = g.residual ? g.residual + row * residual_stride + column : nullptr;

  for (size_t tile = 0; tile < tiles; ++tile) {
    const float* weights = g.weights + column * (g.k + 1);
    for (size_t p = 0; p < panels; ++p) {
      V sums[ROWS][VECTORS];
      UNROLL for (int v = 0; v < VECTORS; ++v) {
        const V bias = load(weights + v * kLanes);
        UNROLL for (int r = 0; r < ROWS; ++r) sums[r][v] = bias;
      }
      weights += kWidth;
      // A pointer and a stride reach three rows through the addressing modes of x86. They are made opaque in each step,
      // or the compiler derives a pointer for every row and spills.
      const float* pointers[kPointers];
      UNROLL for (int i = 0; i < kPointers; ++i) pointers[i] = input + 3 * i * g.input_stride;
      size_t stride = g.input_stride;
      const auto step = [&](int ahead) INLINE_LAMBDA {
        UNROLL for (int i = 0; i < kPointers; ++i) OPAQUE(pointers[i]);
        OPAQUE(stride);
        V panel[VECTORS];
        UNROLL for (int v = 0; v < VECTORS; ++v) panel[v] = load(weights + ahead * kWidth + v * kLanes);
        UNROLL for (int r = 0; r < ROWS; ++r) {
          const V value = broadcast(pointers[r / 3] + r % 3 * stride + ahead);
          UNROLL for (int v = 0; v < VECTORS; ++v) sums[r][v] = multiply_add(value, panel[v], sums[r][v]);
        }
      };
      const auto advance = [&](int steps) INLINE_LAMBDA {
        weights += steps * kWidth;
        UNROLL for (int i = 0; i < kPointers; ++i) pointers[i] += steps;
        PREFETCH(next.at);
        next.at += steps * next.step;
      };
      for (size_t segment = 0; segment < segments; ++segment) {
        for (size_t k = 0; k < length / 2; ++k) {
          step(0);
          step(1);
          advance(2);
        }
        if (length % 2) {
          step(0);
          advance(1);
        }
        UNROLL for (int i = 0; i < kPointers; ++i) pointers[i] += skip;
      }

      const V lo = broadcast(&g.lo), hi = broadcast(&g.hi);
      float* output = output_row + p * kWidth;
      if (!residual_row) {
        UNROLL for (int r = 0; r < ROWS; ++r) {
          UNROLL for (int v = 0; v < VECTORS; ++v) {
            store(output + r * output_stride + v * kLanes, clamp(sums[r][v], lo, hi));
          }
        }
        continue;
      }
      const V sum_lo = broadcast(&g.sum_lo), sum_hi = broadcast(&g.sum_hi);
      const float* residual = residual_row + p * kWidth;
      UNROLL for (int r = 0; r < ROWS; ++r) {
        UNROLL for (int v = 0; v < VECTORS; ++v) {
          const V sum = add(clamp(sums[r][v], lo, hi), load(residual + r * residual_stride + v * kLanes));
          store(output + r * output_stride + v * kLanes, clamp(sum, sum_lo, sum_hi));
        }
      }
    }
    input += ROWS * g.input_stride;
    output_row += ROWS * output_stride;
    if (residual_row) residual_row += ROWS * residual_stride;
  }
}

// The same for tiles of `rows` <= MAX_ROWS rows.
template <int MAX_ROWS, int VECTORS>
void gemm_tiles_of(size_t rows, const GemmArguments& g, size_t row, size_t tiles, size_t column, size_t panels,
                   Prefetch next) {
  if constexpr (MAX_ROWS > 1) {
    if (rows < MAX_ROWS) return gemm_tiles_of<MAX_ROWS - 1, VECTORS>(rows, g, row, tiles, column, panels, next);
  }
  gemm_tiles<MAX_ROWS, VECTORS>(g, row, tiles, column, panels, next);
}

// All rows of some panels, in tiles of nearly equal height: 49 rows are four tiles of 6 and five of 5, rather than
// eight of 6 and a slow one of 1.
template <int MAX_ROWS, int VECTORS>
void gemm_panels(const GemmArguments& g, size_t column, size_t panels) {
  if (panels == 0) return;
  const size_t tiles = (g.m + MAX_ROWS - 1) / MAX_ROWS;
  const size_t rows = g.m / tiles, higher = g.m % tiles;

  // While these panels are used, over and over, the weights behind them come near bit by bit: those of the next chunk
  // or op. A single tile uses its panels only once, so it looks just ahead.
  constexpr size_t kWidth = VECTORS * kLanes;
  const size_t distance = tiles > 1 ? panels * kWidth * (g.k + 1) : 128;
  Prefetch next = {g.weights + column * (g.k + 1) + distance, (kWidth + tiles - 1) / tiles};
  if (higher) gemm_tiles_of<MAX_ROWS, VECTORS>(rows + 1, g, 0, higher, column, panels, next);
  next.at += higher * panels * g.k * next.step;
  gemm_tiles_of<MAX_ROWS, VECTORS>(rows, g, higher * (rows + 1), tiles - higher, column, panels, next);
}
