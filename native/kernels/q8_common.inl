// Plain integer kernels that serve every instruction set: included in the anonymous namespace of each, so that the
// compiler vectorizes them with its flags.

// The clamp comes before the conversion, for a float may be too large for an integer. Adding and subtracting 1.5 * 2^23
// rounds a small float to an integer, ties to even.
inline uint8_t requantize(int32_t sum, float scale, const Q8Output& to) {
  const float lo = (float)(to.lo - to.output_zero), hi = (float)(to.hi - to.output_zero);
  float value = (float)sum * scale;
  value = value > lo ? value : lo;
  value = value < hi ? value : hi;
  constexpr float kRound = 12582912.0f;
  value = (value + kRound) - kRound;
  return (uint8_t)((int32_t)value + to.output_zero);
}

// Any kernel, stride, dilation and padding: one pixel and one group of channels at a time. Value is the type of the
// activations.
template <size_t GROUP, typename Value = uint8_t>
void q8_depthwise_any(const Q8DepthwiseArguments& d) {
  const size_t group_bytes = GROUP * q8_channel_bytes(d.kernel_height * d.kernel_width);
  for (size_t y = 0; y < d.output_rows; ++y) {
    for (size_t x = 0; x < d.output_width; ++x) {
      uint8_t* output = d.output + (y * d.output_width + x) * d.output_stride;
      const uint8_t* group = d.weights;
      for (size_t c = 0; c < d.channels; c += GROUP, group += group_bytes) {
        const auto* bias = reinterpret_cast<const int32_t*>(group);
        const auto* scale = reinterpret_cast<const float*>(group) + GROUP;
        const auto* taps = reinterpret_cast<const int16_t*>(group + kQ8HeadBytes * GROUP);
        uint32_t sums[GROUP];
        for (size_t j = 0; j < GROUP; ++j) sums[j] = (uint32_t)bias[j];
        for (size_t ky = 0; ky < d.kernel_height; ++ky) {
          const Value* row = reinterpret_cast<const Value*>(d.rows[y * d.stride_height + ky * d.dilation_height]);
          for (size_t kx = 0; kx < d.kernel_width; ++kx, taps += GROUP) {
            // A column left of the picture wraps to a huge number.
            const size_t column = x * d.stride_width + kx * d.dilation_width - d.pad_left;
            if (column < d.input_width) {
              const Value* pixel = row + column * d.input_stride + c;
              for (size_t j = 0; j < GROUP; ++j) sums[j] += (uint32_t)(pixel[j] * taps[j]);
            } else {
              for (size_t j = 0; j < GROUP; ++j) sums[j] += (uint32_t)(d.input_zero * taps[j]);
            }
          }
        }
        for (size_t j = 0; j < GROUP; ++j) output[c + j] = requantize((int32_t)sums[j], scale[j], d.to);
      }
    }
  }
}
