// Depthwise convolution over the vocabulary described in f32_gemm_x86.inl, one vector of channels at a time.
// `Depthwise` are the arguments, pictures and weights of `Element`.

// Any kernel, stride, dilation and padding: one pixel at a time.
void depthwise_any(const Depthwise& d) {
  const V lo = broadcast(&d.lo), hi = broadcast(&d.hi);
  const size_t taps = d.kernel_height * d.kernel_width;
  for (size_t y = 0; y < d.output_rows; ++y) {
    for (size_t x = 0; x < d.output_width; ++x) {
      Element* output = d.output + (y * d.output_width + x) * d.output_stride;
      for (size_t c = 0; c < d.channels; c += kLanes) {
        const Element* weights = d.weights + c * (taps + 1);
        V sum = load(weights);
        for (size_t ky = 0; ky < d.kernel_height; ++ky) {
          const Element* row = d.rows[y * d.stride_height + ky * d.dilation_height] + c;
          for (size_t kx = 0; kx < d.kernel_width; ++kx) {
            weights += kLanes;
            // A column left of the picture wraps to a huge number.
            const size_t column = x * d.stride_width + kx * d.dilation_width - d.pad_left;
            if (column < d.input_width) {
              sum = multiply_add(load(row + column * d.input_stride), load(weights), sum);
            }
          }
        }
        store(output + c, clamp(sum, lo, hi));
      }
    }
  }
}

// A tile of ROWS x COLUMNS output pixels of a 3x3 kernel, all channels. Every input pixel is loaded once and serves all
// outputs it touches; the weights of at most two kernel rows live at a time. SKIP_LEFT and SKIP_RIGHT say that the
// first or the last input column of the tile lies outside the picture.
template <int STRIDE, int ROWS, int COLUMNS, bool SKIP_LEFT, bool SKIP_RIGHT>
NOINLINE void depthwise_3x3_tile(const Depthwise& d, size_t y, size_t x) {
  constexpr int kInputRows = (ROWS - 1) * STRIDE + 3;
  constexpr int kInputColumns = (COLUMNS - 1) * STRIDE + 3;
  const size_t stride = d.input_stride;
  // Where the first column is skipped this lies before the row, and is never read.
  const ptrdiff_t start = ((ptrdiff_t)(x * STRIDE) - (ptrdiff_t)d.pad_left) * (ptrdiff_t)stride;
  const Element* rows[kInputRows];
  UNROLL for (int r = 0; r < kInputRows; ++r) rows[r] = d.rows[y * STRIDE + r];
  const V lo = broadcast(&d.lo), hi = broadcast(&d.hi);
  const Element* weights = d.weights;
  Element* output = d.output + (y * d.output_width + x) * d.output_stride;
  for (size_t c = 0; c < d.channels; c += kLanes, weights += 10 * kLanes) {
    V sums[ROWS][COLUMNS];
    const V bias = load(weights);
    UNROLL for (int i = 0; i < ROWS; ++i) { UNROLL for (int j = 0; j < COLUMNS; ++j) sums[i][j] = bias; }
    UNROLL for (int r = 0; r < kInputRows; ++r) {
      V taps[ROWS][3];
      UNROLL for (int i = 0; i < ROWS; ++i) {
        const int ky = r - i * STRIDE;
        if (ky < 0 || ky > 2) continue;
        UNROLL for (int kx = 0; kx < 3; ++kx) taps[i][kx] = load(weights + (1 + ky * 3 + kx) * kLanes);
      }
      UNROLL for (int q = 0; q < kInputColumns; ++q) {
        if ((SKIP_LEFT && q == 0) || (SKIP_RIGHT && q == kInputColumns - 1)) continue;
        const V pixel = load(rows[r] + (start + q * (ptrdiff_t)stride + (ptrdiff_t)c));
        UNROLL for (int i = 0; i < ROWS; ++i) {
          if (r - i * STRIDE < 0 || r - i * STRIDE > 2) continue;
          UNROLL for (int j = 0; j < COLUMNS; ++j) {
            const int kx = q - j * STRIDE;
            if (kx >= 0 && kx <= 2) sums[i][j] = multiply_add(pixel, taps[i][kx], sums[i][j]);
          }
        }
      }
    }
    UNROLL for (int i = 0; i < ROWS; ++i) {
      UNROLL for (int j = 0; j < COLUMNS; ++j) {
        store(output + (i * d.output_width + j) * d.output_stride + c, clamp(sums[i][j], lo, hi));
      }
    }
  }
}

// ROWS output rows. The last tile overlaps the one before it if the width is no multiple of COLUMNS.
template <int STRIDE, int ROWS, int COLUMNS>
void depthwise_3x3_rows(const Depthwise& d, size_t y) {
  constexpr size_t kInputColumns = (COLUMNS - 1) * STRIDE + 3;
  for (size_t next = 0; next < d.output_width; next += COLUMNS) {
    const size_t x = next + COLUMNS <= d.output_width ? next : d.output_width - COLUMNS;
    const bool skip_left = x * STRIDE < d.pad_left;
    const bool skip_right = x * STRIDE + kInputColumns - d.pad_left > d.input_width;
    if (skip_left) {
      if (skip_right) {
        depthwise_3x3_tile<STRIDE, ROWS, COLUMNS, true, true>(d, y, x);
      } else {
        depthwise_3x3_tile<STRIDE, ROWS, COLUMNS, true, false>(d, y, x);
      }
    } else if (skip_right) {
      depthwise_3x3_tile<STRIDE, ROWS, COLUMNS, false, true>(d, y, x);
    } else {
      depthwise_3x3_tile<STRIDE, ROWS, COLUMNS, false, false>(d, y, x);
    }
  }
}

// A 3x3 kernel of one stride, if the picture is wide enough for a tile and at most one column of padding is reached on
// either side.
template <int STRIDE, int ROWS, int COLUMNS>
bool depthwise_3x3(const Depthwise& d) {
  if (d.kernel_height != 3 || d.kernel_width != 3 || d.dilation_height != 1 || d.dilation_width != 1) return false;
  if (d.stride_height != STRIDE || d.stride_width != STRIDE || d.output_width < COLUMNS || d.pad_left > 1) return false;
  if ((d.output_width - 1) * STRIDE + 3 - d.pad_left > d.input_width + 1) return false;
  size_t y = 0;
  for (; y + ROWS <= d.output_rows; y += ROWS) depthwise_3x3_rows<STRIDE, ROWS, COLUMNS>(d, y);
  for (; y < d.output_rows; ++y) depthwise_3x3_rows<STRIDE, 1, COLUMNS>(d, y);
  return true;
}
