// Numbers for the fields of records: such as layers have, and such as stand at the edge of something.
#pragma once

#include "../machine.h"

namespace mobilenet_edge {

class Draw : public Random {
 public:
  Draw(uint64_t seed, const Kernels& table, std::vector<uint8_t>* weights)
      : Random(seed), kernels(table), weights_(*weights) {}

  const Kernels& kernels;

  bool chance(int32_t percent) { return integer(1, 100) <= percent; }
  template <size_t COUNT>
  int32_t one_of(const int32_t (&values)[COUNT]) {
    return values[integer(0, (int32_t)COUNT - 1)];
  }

  int32_t channels() {
    constexpr int32_t kChannels[] = {1, 2, 3, 3, 4, 5, 7, 8, 9, 12, 13, 15, 16, 17, 20, 24, 31, 32, 33, 40, 48, 64, 65};
    return chance(3) ? integer(66, 300) : one_of(kChannels);
  }
  // Columns of a product.
  int32_t columns() { return 8 * integer(1, chance(80) ? 6 : 12); }
  int32_t stride(int32_t channels) {
    constexpr int32_t kMore[] = {0, 0, 0, 0, 1, 3, 8, 13, 16, 31};
    return channels + one_of(kMore);
  }
  // Low ones, so that ops overlap.
  int32_t address(int32_t element_bytes) { return element_bytes * integer(0, chance(50) ? 4 : chance(50) ? 64 : 999); }
  float real_bits() {
    const uint32_t bits = (uint32_t)next();
    float value;
    memcpy(&value, &bits, sizeof(value));
    return chance(60) ? Random::real() * 8 : value;
  }

  template <typename Op>
  void window(Op* op) {
    const auto extent = [this] { return chance(90) ? integer(1, 9) : integer(10, 40); };
    const auto kernel = [this] { return chance(90) ? integer(1, 4) : integer(5, 9); };
    const auto small = [this] { return chance(60) ? 1 : integer(1, 3); };
    const auto pad = [this] { return chance(50) ? 0 : chance(80) ? integer(1, 3) : integer(4, 20); };
    op->input_height = extent(), op->input_width = extent();
    op->kernel_height = kernel(), op->kernel_width = chance(70) ? op->kernel_height : kernel();
    op->stride_height = small(), op->stride_width = small();
    op->dilation_height = small(), op->dilation_width = small();
    op->pad_top = pad(), op->pad_left = pad();
    // What fits, or more: places outside the picture may be anywhere.
    const auto output = [&](int32_t input, int32_t kernel, int32_t stride, int32_t dilation, int32_t pad) {
      const int32_t room = input + 2 * pad - (kernel - 1) * dilation - 1;
      return chance(20) || room < 0 ? extent() : room / stride + 1;
    };
    op->output_height = output(op->input_height, op->kernel_height, op->stride_height, op->dilation_height, pad());
    op->output_width = output(op->input_width, op->kernel_width, op->stride_width, op->dilation_width, pad());
  }

  // Chunks of part of the rows and columns of the output, or of all, and of so many pieces of the channels.
  template <typename Op>
  void picture_chunks(Op* op, int32_t channel_pieces = 1) {
    op->rows_per_chunk = integer(1, op->output_height);
    op->columns_per_chunk = chance(50) ? op->output_width : integer(1, op->output_width);
    op->chunks = pieces(op->output_height, op->rows_per_chunk) * pieces(op->output_width, op->columns_per_chunk) *
                 channel_pieces;
  }
  template <typename Op>
  int32_t channel_pieces(Op* op) {
    op->channels_per_chunk = 8 * integer(1, chance(50) ? 2 : (op->channels + 7) / 8);
    return pieces(op->channels, op->channels_per_chunk);
  }
  template <typename Op>
  void pixel_chunks(Op* op) {
    op->pixels_per_chunk = integer(1, op->pixels);
    op->chunks = pieces(op->pixels, op->pixels_per_chunk);
  }

  template <typename Op>
  void interval(Op* op) {
    op->lo = chance(50) ? -INFINITY : real_bits(), op->hi = chance(50) ? INFINITY : real_bits();
  }

  // The range of a quantized output.
  template <typename Op>
  void byte_range(Op* op) {
    op->output_zero = byte(), op->lo = byte(), op->hi = byte();
    if (op->lo > op->hi || chance(40)) op->lo = byte_least(), op->hi = byte_least() + 255;
  }
  int32_t byte_least() const { return kernels.q8_geometry.is_signed ? -128 : 0; }
  int32_t byte() { return byte_least() + integer(0, 255); }

  // How a product of `k` values a row finds its weights; writes extras, mostly such as are taken.
  template <typename Op>
  void q8_weights(Op* op, int32_t k);

  // Words that mean too much, too little or nothing.
  int32_t edge(int32_t word);

 private:
  void write(size_t at, int32_t word) { memcpy(&weights_[at], &word, sizeof(word)); }

  std::vector<uint8_t>& weights_;
};

inline int32_t Draw::edge(int32_t word) {
  constexpr int32_t kEdges[] = {0,
                                1,
                                2,
                                3,
                                4,
                                7,
                                8,
                                15,
                                16,
                                17,
                                -1,
                                -2,
                                -3,
                                -4,
                                -128,
                                127,
                                255,
                                256,
                                1 << 10,
                                1 << 18,
                                1 << 24,
                                (1 << 24) + 1,
                                1 << 30,
                                INT32_MAX,
                                INT32_MAX - 3,
                                INT32_MIN};
  return chance(40) ? one_of(kEdges) : (int32_t)((uint32_t)word + (uint32_t)integer(-20, 20) * (chance(50) ? 1u : 4u));
}

template <typename Op>
void Draw::q8_weights(Op* op, int32_t k) {
  const Q8Geometry& geometry = kernels.q8_geometry;
  constexpr int32_t kChains[] = {1, 2, 4, -1, -2};
  op->n = columns();
  op->weights = address(4);
  op->chain = geometry.packing == Q8Packing::kChain ? one_of(kChains) : 0;
  op->extras = 4 * integer(0, 4000);
  op->small_sums = integer(0, 1);
  if (geometry.packing == Q8Packing::kPairs) return;
  const int32_t vectors = op->n / 8, last = (k + 15) / 16 * 16 - 4;
  int32_t count = 0;
  for (int32_t v = 0; v <= vectors; ++v) {
    write(op->extras + 4 * v, count);
    if (chance(50)) count += integer(0, 2);
  }
  const size_t offsets = op->extras + (vectors + 1 + 15) / 16 * 64;
  for (int32_t i = 0; i < count; ++i)
    write(offsets + 4 * i, chance(40) ? last : integer(0, last + (chance(10) ? 4 : 0)));
  if (chance(5)) write(op->extras + 4 * integer(0, vectors), edge(count));
  if (chance(5) && count > 0) write(offsets + 4 * integer(0, count - 1), edge(last));
}

}  // namespace mobilenet_edge
