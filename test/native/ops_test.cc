// Every op as a one-op program against plain loops in double; the answer must be the same bit for bit however the op is
// cut into chunks.
#include "machine.h"

namespace mobilenet_edge {
namespace {

void test_conv(const Kernels& kernels, const Window& w, int32_t channels, int32_t stride, int32_t n, Random& random) {
  const size_t k = (size_t)w.kernel_height * w.kernel_width * channels;
  const size_t input_floats = (size_t)(w.input_height * w.input_width - 1) * stride + channels;
  const size_t pixels = (size_t)w.output_height * w.output_width;
  const std::vector<float> input = random.reals(input_floats), weights = random.reals(k * n), bias = random.reals(n);
  const std::string name = std::string(kernels.isa) + " conv " + std::to_string(w.input_height) + "x" +
                           std::to_string(w.input_width) + "x" + std::to_string(channels) + " kernel " +
                           std::to_string(w.kernel_height) + "x" + std::to_string(w.kernel_width) + " pad " +
                           std::to_string(w.pad_top);
  std::vector<float> first;
  for (const Cut& cut : w.cuts()) {
    Machine machine(kernels, input, input_floats + pixels * n, pack_panels(weights, bias, k, kernels.geometry),
                    w.output_width * k);
    ConvOp op = {OPCODE_CONV};
    w.fill(&op);
    op.input_stride = stride, op.input_channels = channels;
    op.output = bytes(input_floats), op.output_stride = n, op.n = n;
    cut_picture(&op, cut);
    op.lo = -1, op.hi = 3;
    const std::vector<float> output = machine.run(words_of(op), input_floats, name);
    if (first.empty()) first = output;
    expect(same_bits(output, first), name + " cut into chunks");
  }
  bool right = first.size() == pixels * n;
  for (size_t i = 0; right && i < first.size(); ++i) {
    Exact sum;
    sum.add(bias[i % n]);
    w.taps((int32_t)(i / n / w.output_width), (int32_t)(i / n % w.output_width), [&](int32_t tap, int32_t pixel) {
      for (int32_t c = 0; c < channels; ++c) {
        sum.add((double)input[(size_t)pixel * stride + c] * weights[((size_t)tap * channels + c) * n + i % n]);
      }
    });
    right = near(first[i], sum, -1, 3);
  }
  expect(right, name);
}

void test_pointwise(const Kernels& kernels, int32_t m, int32_t k, int32_t n, bool residual, Random& random) {
  const std::vector<float> weights = random.reals((size_t)k * n), bias = random.reals(n);
  // The input, then the residual, then the output.
  const size_t input_floats = (size_t)m * k, result_floats = (size_t)m * n;
  const std::vector<float> memory = random.reals(input_floats + result_floats);
  const std::string name =
      std::string(kernels.isa) + " pointwise " + std::to_string(m) + "x" + std::to_string(k) + "x" + std::to_string(n);
  std::vector<float> first;
  const int32_t panel = kernels.geometry.panel;
  for (int32_t m_block : {m, 5, 12}) {
    for (int32_t n_block : {n, panel, 2 * panel, 3 * panel}) {
      Machine machine(kernels, memory, input_floats + 2 * result_floats,
                      pack_panels(weights, bias, k, kernels.geometry), 0);
      PointwiseOp op = {OPCODE_POINTWISE};
      op.chunks = pieces(m, m_block) * pieces(n, n_block);
      op.input_stride = k;
      op.residual = residual ? bytes(input_floats) : -1, op.residual_stride = n;
      op.output = bytes(input_floats + result_floats), op.output_stride = n;
      op.m = m, op.k = k, op.n = n, op.m_block = m_block, op.n_block = n_block;
      op.lo = -2, op.hi = 2, op.sum_lo = -1.5, op.sum_hi = 1.5;
      const std::vector<float> output = machine.run(words_of(op), input_floats + result_floats, name);
      if (first.empty()) first = output;
      expect(same_bits(output, first), name + " cut into blocks");
    }
  }
  bool right = first.size() == result_floats;
  for (size_t i = 0; right && i < first.size(); ++i) {
    Exact sum;
    sum.add(bias[i % n]);
    for (int32_t j = 0; j < k; ++j) sum.add((double)memory[i / n * k + j] * weights[(size_t)j * n + i % n]);
    if (residual) {
      sum.value = std::min(2.0, std::max(-2.0, sum.value));
      sum.add(memory[input_floats + i]);
    }
    right = residual ? near(first[i], sum, -1.5, 1.5) : near(first[i], sum, -2, 2);
  }
  expect(right, name);
}

void test_depthwise_op(const Kernels& kernels, const Window& w, int32_t channels, Random& random) {
  const size_t taps = (size_t)w.kernel_height * w.kernel_width;
  const size_t input_floats = (size_t)w.input_height * w.input_width * channels;
  const size_t pixels = (size_t)w.output_height * w.output_width;
  const std::vector<float> input = random.reals(input_floats), bias = random.reals(channels);
  const std::vector<float> weights = random.reals(taps * channels);
  const std::string name = std::string(kernels.isa) + " depthwise op " + std::to_string(w.input_height) + "x" +
                           std::to_string(w.input_width) + " stride " + std::to_string(w.stride_height);
  std::vector<float> first;
  for (const Cut& cut : w.cuts()) {
    Machine machine(kernels, input, input_floats + pixels * channels,
                    pack_groups(weights, bias, taps, kernels.geometry), (size_t)w.input_width * channels);
    DepthwiseOp op = {OPCODE_DEPTHWISE};
    w.fill(&op);
    op.input_stride = channels, op.output = bytes(input_floats), op.output_stride = channels, op.channels = channels;
    cut_picture(&op, cut);
    op.lo = -1, op.hi = 1;
    const std::vector<float> output = machine.run(words_of(op), input_floats, name);
    if (first.empty()) first = output;
    expect(same_bits(output, first), name + " cut into chunks");
  }
  bool right = first.size() == pixels * channels;
  for (size_t i = 0; right && i < first.size(); ++i) {
    const size_t c = i % channels, pixel = i / channels;
    Exact sum;
    sum.add(bias[c]);
    w.taps((int32_t)(pixel / w.output_width), (int32_t)(pixel % w.output_width), [&](int32_t tap, int32_t from) {
      sum.add((double)input[(size_t)from * channels + c] * weights[tap * channels + c]);
    });
    right = near(first[i], sum, -1, 1);
  }
  expect(right, name);
}

void test_pool(const Kernels& kernels, const Window& w, bool is_max, Random& random) {
  const size_t channels = 27, stride = 32;
  const size_t input_floats = (size_t)w.input_height * w.input_width * stride;
  const size_t pixels = (size_t)w.output_height * w.output_width;
  const std::vector<float> input = random.reals(input_floats);
  PoolOp op = {OPCODE_POOL};
  w.fill(&op);
  op.input_stride = op.output_stride = stride, op.output = bytes(input_floats);
  op.channels = channels, op.is_max = is_max, op.lo = -0.5, op.hi = 0.5;
  const std::string name = is_max ? "max pool" : "average pool";
  std::vector<float> output;
  for (const Cut& cut : w.cuts()) {
    for (int32_t per_chunk : {8, 16, 32}) {
      Machine machine(kernels, input, input_floats + pixels * stride, {}, 0);
      cut_pool(&op, cut, per_chunk);
      const std::vector<float> pooled = machine.run(words_of(op), input_floats, name);
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
        sum.add(input[from * stride + c]);
        most = std::max(most, (double)input[from * stride + c]);
      });
      sum.value = is_max ? most : sum.value / sum.terms;
      right &= near(output[pixel * stride + c], sum, -0.5, 0.5);
    }
  }
  expect(right, name);
}

void test_elementwise(const Kernels& kernels, Random& random) {
  const int32_t pixels = 7, channels = 13, stride = 16;
  const size_t floats = (size_t)pixels * stride;
  const std::vector<float> memory = random.reals(2 * floats);
  for (int32_t per_chunk : {1, 3, 7}) {
    Machine machine(kernels, memory, 3 * floats, {}, 0);
    const AddOp op = {OPCODE_ADD,
                      0,
                      pieces(pixels, per_chunk),
                      0,
                      stride,
                      bytes(floats),
                      stride,
                      bytes(2 * floats),
                      stride,
                      pixels,
                      channels,
                      per_chunk,
                      -0.75f,
                      0.75f};
    const std::vector<float> output = machine.run(words_of(op), 2 * floats, "add");
    bool right = output.size() == floats;
    for (size_t i = 0; right && i < floats; ++i) {
      if ((int32_t)(i % stride) >= channels) continue;
      right = output[i] == std::min(0.75f, std::max(-0.75f, memory[i] + memory[floats + i]));
    }
    expect(right, "add");
  }
  for (float beta : {1.0f, 0.5f, 80.0f}) {
    Machine machine(kernels, memory, 3 * floats, {}, 0);
    const SoftmaxOp op = {OPCODE_SOFTMAX, 0, 3, 0, stride, bytes(2 * floats), stride, pixels, channels, 3, beta};
    const std::vector<float> output = machine.run(words_of(op), 2 * floats, "softmax");
    bool right = output.size() == floats;
    for (int32_t pixel = 0; right && pixel < pixels; ++pixel) {
      const float* x = &memory[(size_t)pixel * stride];
      const double largest = *std::max_element(x, x + channels);
      double sum = 0;
      for (int32_t c = 0; c < channels; ++c) sum += exp(beta * (x[c] - largest));
      for (int32_t c = 0; c < channels; ++c) {
        right &= fabs(output[(size_t)pixel * stride + c] - exp(beta * (x[c] - largest)) / sum) < 4e-6;
      }
    }
    expect(right, "softmax");
  }
  Machine machine(kernels, memory, 3 * floats, {}, 0);
  const UnaryOp op = {OPCODE_UNARY, 0, 4, 0, stride, bytes(2 * floats), stride, pixels, channels, 2, UNARY_SIGMOID};
  const std::vector<float> output = machine.run(words_of(op), 2 * floats, "sigmoid");
  bool right = output.size() == floats;
  for (size_t i = 0; right && i < floats; ++i) {
    right = (int32_t)(i % stride) >= channels || fabs(output[i] - 1 / (1 + exp(-(double)memory[i]))) < 4e-7;
  }
  expect(right, "sigmoid");
}

}  // namespace

void test_ops(const Kernels& kernels) {
  Random random(3);
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
  test_conv(kernels, {224, 224, 112, 112, 3, 3, 2, 2, 1, 1, 0, 0}, 3, 3, 32, random);
  test_conv(kernels, {9, 9, 5, 5, 3, 3, 2, 2, 1, 1, 1, 1}, 1, 1, 8, random);
  test_conv(kernels, {9, 9, 9, 9, 5, 3, 1, 1, 1, 2, 2, 2}, 3, 3, 24, random);
  test_conv(kernels, {9, 9, 9, 9, 3, 3, 1, 1, 3, 1, 3, 1}, 3, 3, 16, random);
  test_conv(kernels, {7, 7, 4, 4, 1, 1, 2, 2, 1, 1, 0, 0}, 24, 24, 40, random);
  test_pool(kernels, {7, 7, 1, 1, 7, 7, 1, 1, 1, 1, 0, 0}, false, random);
  test_depthwise_op(kernels, {4, 20, 4, 20, 7, 3, 1, 1, 2, 1, 6, 1}, 8, random);
  for (int32_t m : {1, 6, 7, 49}) {
    for (int32_t n : {8, 16, 24, 40, 56, 96, 104}) {
      for (bool residual : {false, true}) test_pointwise(kernels, m, 19, n, residual, random);
    }
  }
  test_elementwise(kernels, random);
}

}  // namespace mobilenet_edge
