// The ops of halves as one-op programs against plain loops that round every sum to a half: the same bits however the op
// is cut into chunks.
#include "f16_support.h"
#include "machine.h"

namespace mobilenet_edge {
namespace {

using HalfMachine = MachineOf<Half>;

int32_t half_bytes(size_t halves) { return (int32_t)(halves * sizeof(Half)); }
int32_t half_bytes_of(size_t floats) { return (int32_t)(floats * sizeof(float)); }

// `floats` in place of as many pairs of halves.
void put(const std::vector<float>& floats, Half* to) { memcpy(to, floats.data(), floats.size() * sizeof(float)); }

void test_conv(const Kernels& kernels, const Window& w, int32_t channels, int32_t stride, int32_t n, Random& random) {
  const size_t k = (size_t)w.kernel_height * w.kernel_width * channels;
  const size_t inputs = (size_t)(w.input_height * w.input_width - 1) * stride + channels;
  const size_t pixels = (size_t)w.output_height * w.output_width;
  const std::vector<Half> input = random_halves(random, inputs), weights = random_halves(random, k * n),
                          bias = random_halves(random, n);
  const std::string name = std::string(kernels.isa) + " f16 conv " + std::to_string(w.input_height) + "x" +
                           std::to_string(w.input_width) + "x" + std::to_string(channels) + " pad " +
                           std::to_string(w.pad_top);
  std::vector<Half> first;
  for (const Cut& cut : w.cuts()) {
    HalfMachine machine(kernels, input, inputs + pixels * n, pack_panels(weights, bias, k, kernels.f16_geometry),
                        w.output_width * k);
    F16ConvOp op = {OPCODE_F16_CONV};
    w.fill(&op);
    op.input_stride = stride, op.input_channels = channels;
    op.output = half_bytes(inputs), op.output_stride = n, op.n = n;
    cut_picture(&op, cut);
    op.lo = -1, op.hi = 3;
    const std::vector<Half> output = machine.run(words_of(op), inputs, name);
    if (first.empty()) first = output;
    expect(same_bits(output, first), name + " cut into chunks");
  }
  bool right = first.size() == pixels * n;
  for (size_t i = 0; right && i < first.size(); ++i) {
    HalfChain chain(bias[i % n]);
    w.taps((int32_t)(i / n / w.output_width), (int32_t)(i / n % w.output_width), [&](int32_t tap, int32_t pixel) {
      for (int32_t c = 0; c < channels; ++c) {
        chain.add(input[(size_t)pixel * stride + c], weights[((size_t)tap * channels + c) * n + i % n]);
      }
    });
    chain.clamp(-1, 3);
    right = same_value(first[i], chain.sum);
  }
  expect(right, name);
}

void test_pointwise(const Kernels& kernels, int32_t m, int32_t k, int32_t n, bool residual, Random& random) {
  const std::vector<Half> weights = random_halves(random, (size_t)k * n), bias = random_halves(random, n);
  // The input, then the residual, then the output.
  const size_t inputs = (size_t)m * k, results = (size_t)m * n;
  const std::vector<Half> memory = random_halves(random, inputs + results);
  const std::string name = std::string(kernels.isa) + " f16 pointwise " + std::to_string(m) + "x" + std::to_string(k) +
                           "x" + std::to_string(n);
  std::vector<Half> first;
  const int32_t panel = kernels.f16_geometry.panel;
  for (int32_t m_block : {m, 5, 12}) {
    for (int32_t n_block : {n, panel, 2 * panel, 3 * panel}) {
      HalfMachine machine(kernels, memory, inputs + 2 * results, pack_panels(weights, bias, k, kernels.f16_geometry),
                          0);
      F16PointwiseOp op = {OPCODE_F16_POINTWISE};
      op.chunks = pieces(m, m_block) * pieces(n, n_block);
      op.input_stride = k;
      op.residual = residual ? half_bytes(inputs) : -1, op.residual_stride = n;
      op.output = half_bytes(inputs + results), op.output_stride = n;
      op.m = m, op.k = k, op.n = n, op.m_block = m_block, op.n_block = n_block;
      op.lo = -2, op.hi = 2, op.sum_lo = -1.5, op.sum_hi = 1.5;
      const std::vector<Half> output = machine.run(words_of(op), inputs + results, name);
      if (first.empty()) first = output;
      expect(same_bits(output, first), name + " cut into blocks");
    }
  }
  bool right = first.size() == results;
  for (size_t i = 0; right && i < first.size(); ++i) {
    HalfChain chain(bias[i % n]);
    for (int32_t j = 0; j < k; ++j) chain.add(memory[i / n * k + j], weights[(size_t)j * n + i % n]);
    chain.clamp(-2, 2);
    if (residual) {
      chain.add(memory[inputs + i]);
      chain.clamp(-1.5, 1.5);
    }
    right = same_value(first[i], chain.sum);
  }
  expect(right, name);
}

void test_depthwise_op(const Kernels& kernels, const Window& w, int32_t channels, Random& random) {
  const size_t taps = (size_t)w.kernel_height * w.kernel_width;
  const size_t inputs = (size_t)w.input_height * w.input_width * channels;
  const size_t pixels = (size_t)w.output_height * w.output_width;
  const std::vector<Half> input = random_halves(random, inputs), bias = random_halves(random, channels),
                          weights = random_halves(random, taps * channels);
  const std::string name = std::string(kernels.isa) + " f16 depthwise op " + std::to_string(w.input_height) + "x" +
                           std::to_string(w.input_width) + " stride " + std::to_string(w.stride_height);
  std::vector<Half> first;
  for (const Cut& cut : w.cuts()) {
    HalfMachine machine(kernels, input, inputs + pixels * channels,
                        pack_groups(weights, bias, taps, kernels.f16_geometry), (size_t)w.input_width * channels);
    F16DepthwiseOp op = {OPCODE_F16_DEPTHWISE};
    w.fill(&op);
    op.input_stride = channels, op.output = half_bytes(inputs), op.output_stride = channels, op.channels = channels;
    cut_picture(&op, cut);
    op.lo = -1, op.hi = 1;
    const std::vector<Half> output = machine.run(words_of(op), inputs, name);
    if (first.empty()) first = output;
    expect(same_bits(output, first), name + " cut into chunks");
  }
  bool right = first.size() == pixels * channels;
  for (size_t i = 0; right && i < first.size(); ++i) {
    const size_t c = i % channels, pixel = i / channels;
    HalfChain chain(bias[c]);
    // Places outside the picture are zeros, which change no sum.
    w.taps((int32_t)(pixel / w.output_width), (int32_t)(pixel % w.output_width), [&](int32_t tap, int32_t from) {
      chain.add(input[(size_t)from * channels + c], weights[tap * channels + c]);
    });
    chain.clamp(-1, 1);
    right = same_value(first[i], chain.sum);
  }
  expect(right, name);
}

void test_pool(const Kernels& kernels, const Window& w, bool is_max, Random& random) {
  const size_t channels = 27, stride = 32;
  const size_t inputs = (size_t)w.input_height * w.input_width * stride;
  const size_t pixels = (size_t)w.output_height * w.output_width;
  const std::vector<Half> input = random_halves(random, inputs);
  F16PoolOp op = {OPCODE_F16_POOL};
  w.fill(&op);
  op.input_stride = op.output_stride = stride, op.output = half_bytes(inputs);
  op.channels = channels, op.is_max = is_max, op.lo = -0.5, op.hi = 0.5;
  const std::string name = is_max ? "f16 max pool" : "f16 average pool";
  std::vector<Half> output;
  for (const Cut& cut : w.cuts()) {
    for (int32_t per_chunk : {8, 16, 32}) {
      HalfMachine machine(kernels, input, inputs + pixels * stride, {}, 4 * channels);
      cut_pool(&op, cut, per_chunk);
      const std::vector<Half> pooled = machine.run(words_of(op), inputs, name);
      if (output.empty()) output = pooled;
      expect(same_bits(pooled, output), name + " cut into chunks");
    }
  }
  bool right = output.size() == pixels * stride;
  for (size_t pixel = 0; right && pixel < pixels; ++pixel) {
    for (size_t c = 0; c < channels; ++c) {
      Exact sum;
      double most = -INFINITY;
      w.taps((int32_t)(pixel / w.output_width), (int32_t)(pixel % w.output_width), [&](int32_t, int32_t from) {
        sum.add(from_half(input[from * stride + c]));
        most = std::max(most, from_half(input[from * stride + c]));
      });
      const double exact = std::min(0.5, std::max(-0.5, is_max ? most : sum.value / sum.terms));
      // Half a step of a half, and what float32 sums are off.
      const double bound = is_max ? 0 : fabs(exact) * ldexp(1, -11) + ldexp(1, -25) + sum.bound();
      right &= fabs(from_half(output[pixel * stride + c]) - exact) <= bound;
    }
  }
  expect(right, name);
}

void test_add(const Kernels& kernels, int32_t channels, Random& random) {
  const int32_t pixels = 7, stride = channels + 3;
  const size_t halves = (size_t)pixels * stride;
  const std::vector<Half> memory = random_halves(random, 2 * halves);
  for (int32_t per_chunk : {1, 3, 7}) {
    HalfMachine machine(kernels, memory, 3 * halves, {}, 0);
    const F16AddOp op = {OPCODE_F16_ADD,
                         0,
                         pieces(pixels, per_chunk),
                         0,
                         stride,
                         half_bytes(halves),
                         stride,
                         half_bytes(2 * halves),
                         stride,
                         pixels,
                         channels,
                         per_chunk,
                         -0.75f,
                         0.75f};
    const std::vector<Half> output = machine.run(words_of(op), 2 * halves, "f16 add");
    bool right = output.size() == halves;
    for (size_t i = 0; right && i < halves; ++i) {
      if ((int32_t)(i % stride) >= channels) {
        right = output[i] == Filler<Half>::kUnset;
        continue;
      }
      HalfChain chain(memory[i]);
      chain.add(memory[halves + i]);
      chain.clamp(-0.75, 0.75);
      right = same_value(output[i], chain.sum);
    }
    expect(right, "f16 add");
  }
}

// All halves to float32 and back, and numbers between halves.
void test_conversions(const Kernels& kernels, int32_t channels, int32_t stride) {
  std::vector<Half> halves;
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    if (!isnan(from_half((Half)bits))) halves.push_back((Half)bits);
  }
  std::vector<float> numbers;
  for (Half half : halves) {
    // Exactly between two halves, and a little beyond.
    const float value = (float)from_half(half), next = (float)from_half((Half)(half + 1));
    numbers.push_back(value);
    if (!(fabsf(next) < INFINITY) || !(fabsf(value) < INFINITY)) continue;
    const float between = (value + next) / 2;
    numbers.insert(numbers.end(), {between, nextafterf(between, INFINITY), nextafterf(between, -INFINITY)});
  }
  numbers.insert(numbers.end(), {65519.0f, 65520.0f, -65520.0f, 1e30f, -INFINITY, 1e-30f});
  while (numbers.size() % channels) numbers.push_back(1);
  const int32_t pixels = (int32_t)numbers.size() / channels;
  const size_t extent = (size_t)pixels * stride;

  HalfMachine machine(kernels, {}, 4 * extent + extent, {}, 0);
  std::vector<float> spread(extent, NAN);
  for (size_t i = 0; i < numbers.size(); ++i) spread[i / channels * stride + i % channels] = numbers[i];
  put(spread, machine.arena.data());
  const int32_t half = (pixels + 1) / 2;
  const F16FromF32Op narrow = {OPCODE_F16_FROM_F32,       0,      2,      0,        stride,
                               half_bytes_of(2 * extent), stride, pixels, channels, half};
  const F16ToF32Op widen = {
      OPCODE_F16_TO_F32, 0,     1, half_bytes_of(2 * extent), stride, half_bytes_of(extent), stride, pixels,
      channels,          pixels};
  std::vector<int32_t> ops = words_of(narrow);
  const std::vector<int32_t> second = words_of(widen);
  ops.insert(ops.end(), second.begin(), second.end());
  const std::vector<Half> made = machine.run(ops, 4 * extent, "f16 conversions");
  std::vector<float> widened(extent);
  memcpy(widened.data(), machine.arena.data() + 2 * extent, extent * sizeof(float));
  bool right = made.size() == extent;
  for (size_t i = 0; right && i < numbers.size(); ++i) {
    const size_t at = i / channels * stride + i % channels;
    const double expected = round_to_half(numbers[i]);
    right = same_value(made[at], expected) && widened[at] == (float)expected;
  }
  expect(right, "f16 conversions");
}

}  // namespace

void test_f16_ops(const Kernels& kernels) {
  Random random(23);
  for (int32_t size : {3, 5, 8, 17}) {
    for (bool same : {false, true}) {
      for (int32_t stride : {1, 2}) {
        test_conv(kernels, Window::square(size, size + 1, 3, stride, same), 3, 3, 32, random);
        test_conv(kernels, Window::square(size, size, 3, stride, same), 3, 8, 8, random);
        test_depthwise_op(kernels, Window::square(size, size + 1, 3, stride, same), 24, random);
        test_pool(kernels, Window::square(size, size, 3, stride, same), true, random);
        test_pool(kernels, Window::square(size, size, 3, stride, same), false, random);
      }
    }
  }
  test_conv(kernels, {9, 9, 9, 9, 5, 3, 1, 1, 1, 2, 2, 2}, 3, 3, 24, random);
  test_conv(kernels, {7, 7, 4, 4, 1, 1, 2, 2, 1, 1, 0, 0}, 24, 24, 40, random);
  test_pool(kernels, {7, 7, 1, 1, 7, 7, 1, 1, 1, 1, 0, 0}, false, random);
  test_depthwise_op(kernels, {4, 20, 4, 20, 7, 3, 1, 1, 2, 1, 6, 1}, 8, random);
  for (int32_t m : {1, 8, 9, 49}) {
    for (int32_t n : {8, 16, 24, 40, 96}) {
      for (bool residual : {false, true}) test_pointwise(kernels, m, 19, n, residual, random);
    }
  }
  for (int32_t channels : {5, 64, 67}) test_add(kernels, channels, random);
  test_conversions(kernels, 8, 8);
  test_conversions(kernels, 13, 16);
}

}  // namespace mobilenet_edge
