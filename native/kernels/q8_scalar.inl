// The integer kernels of the reference table, included by scalar.cc inside its anonymous namespace.

constexpr size_t kQ8Panel = 8;
constexpr size_t kQ8Group = 8;

void q8_gemm_1x8__scalar(const Q8GemmArguments& g) {
  const size_t pairs = (g.k + 1) / 2;
  for (size_t column = 0; column < g.n; column += kQ8Panel) {
    const uint8_t* panel = g.weights + column * q8_column_bytes(Q8Packing::kPairs, g.k);
    const auto* bias = reinterpret_cast<const int32_t*>(panel);
    const auto* scale = reinterpret_cast<const float*>(panel) + kQ8Panel;
    const auto* weights = reinterpret_cast<const int16_t*>(panel + kQ8HeadBytes * kQ8Panel);
    for (size_t row = 0; row < g.m; ++row) {
      const uint8_t* input = g.input + row * g.input_stride;
      uint32_t sums[kQ8Panel];
      for (size_t j = 0; j < kQ8Panel; ++j) sums[j] = (uint32_t)bias[j];
      for (size_t p = 0; p < pairs; ++p) {
        const int16_t* pair = weights + p * (2 * kQ8Panel);
        const int32_t first = input[2 * p], second = input[2 * p + 1];
        for (size_t j = 0; j < kQ8Panel; ++j) {
          sums[j] += (uint32_t)(first * pair[2 * j]) + (uint32_t)(second * pair[2 * j + 1]);
        }
      }
      uint8_t* output = g.output + row * g.output_stride + column;
      for (size_t j = 0; j < kQ8Panel; ++j) output[j] = requantize((int32_t)sums[j], scale[j], g.to);
    }
  }
}

void q8_depthwise_1x1x8__scalar(const Q8DepthwiseArguments& d) { q8_depthwise_any<kQ8Group>(d); }

void q8_add__scalar(const Q8AddArguments& s) {
  for (size_t i = 0; i < s.count; ++i) {
    // Unsigned, for that may wrap.
    const uint32_t sum = s.a[i] * (uint32_t)s.a_multiplier + s.b[i] * (uint32_t)s.b_multiplier + (uint32_t)s.bias;
    const int32_t value = (int32_t)((uint32_t)((int32_t)sum >> s.shift) + (uint32_t)s.to.output_zero);
    s.output[i] = (uint8_t)(value < s.to.lo ? s.to.lo : value > s.to.hi ? s.to.hi : value);
  }
}
