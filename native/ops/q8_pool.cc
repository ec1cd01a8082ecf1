#include <limits>

#include "q8_ops.h"

namespace mobilenet_edge {
namespace {

// sum / count, halves away from zero.
int32_t rounded_quotient(int32_t sum, int32_t count) { return (sum < 0 ? sum - count / 2 : sum + count / 2) / count; }

template <typename Value>
void pool(const Context& context, const Q8PoolOp& op, int32_t chunk) {
  constexpr int32_t kBlock = 128;
  const Value* input = reinterpret_cast<const Value*>(context.arena + op.input);
  for_pool_pixels(op, chunk, [&](int32_t y, int32_t x, Range all) {
    uint8_t* output = context.arena + op.output + ((size_t)y * op.output_width + x) * op.output_stride;
    for (int32_t begin = all.begin; begin < all.end; begin += kBlock) {
      const int32_t channels = all.end - begin < kBlock ? all.end - begin : kBlock;
      int32_t results[kBlock];
      for (int32_t& result : results) result = op.is_max ? std::numeric_limits<Value>::min() : 0;
      int32_t count = 0;
      for (int32_t ky = 0; ky < op.kernel_height; ++ky) {
        const int32_t row = y * op.stride_height - op.pad_top + ky * op.dilation_height;
        if (row < 0 || row >= op.input_height) continue;
        for (int32_t kx = 0; kx < op.kernel_width; ++kx) {
          const int32_t column = x * op.stride_width - op.pad_left + kx * op.dilation_width;
          if (column < 0 || column >= op.input_width) continue;
          const Value* pixel = input + ((size_t)row * op.input_width + column) * op.input_stride + begin;
          ++count;
          if (op.is_max) {
            for (int32_t c = 0; c < channels; ++c) results[c] = results[c] > pixel[c] ? results[c] : pixel[c];
          } else {
            for (int32_t c = 0; c < channels; ++c) results[c] += pixel[c];
          }
        }
      }
      for (int32_t c = 0; c < channels; ++c) {
        int32_t value = results[c];
        if (!op.is_max && count) value = rounded_quotient(value + count * op.raw_offset, count) - op.raw_offset;
        output[begin + c] = (uint8_t)(value < op.lo ? op.lo : value > op.hi ? op.hi : value);
      }
    }
  });
}

}  // namespace

void run_op(const Context& context, const Q8PoolOp& op, int32_t chunk) {
  return context.kernels->q8_geometry.is_signed ? pool<int8_t>(context, op, chunk) : pool<uint8_t>(context, op, chunk);
}

}  // namespace mobilenet_edge
