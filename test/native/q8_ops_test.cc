// Every integer op as a one-op program against plain arithmetic; the answer must be the same however the op is cut into
// chunks.
#include "machine.h"
#include "q8_support.h"

namespace mobilenet_edge {
namespace {

size_t round_up(size_t value, size_t to) { return (value + to - 1) / to * to; }

template <typename Op>
void set_output(Op* op, const Q8Output& to) {
  op->output_zero = to.output_zero, op->lo = to.lo, op->hi = to.hi;
}

// Panels, then extras, each on a cache line.
struct Blob {
  std::vector<uint8_t> bytes;
  int32_t add(const std::vector<uint8_t>& part) {
    bytes.resize(round_up(bytes.size(), 64));
    bytes.insert(bytes.end(), part.begin(), part.end());
    return (int32_t)(bytes.size() - part.size());
  }
};

// Runs an op that is cut into pieces of every size in `cuts`; the output begins at `from`.
template <typename Op, typename Size, typename Apply>
std::vector<uint8_t> run_cut(const Kernels& kernels, Op op, const std::vector<uint8_t>& input, size_t bytes,
                             const std::vector<uint8_t>& weights, size_t scratch, size_t from,
                             const std::vector<Size>& cuts, Apply cut, const std::string& name) {
  std::vector<uint8_t> first;
  for (const Size& size : cuts) {
    Q8Machine machine(kernels, input, bytes, weights, scratch);
    cut(&op, size);
    const std::vector<uint8_t> output = machine.run(words_of(op), from, name);
    if (first.empty()) first = output;
    expect(same_bits(output, first), name + " cut into pieces");
  }
  return first;
}

void test_conv(const Kernels& kernels, const Window& w, int32_t channels, int32_t stride, int32_t n, Draw draw,
               Random& random) {
  const auto value = [&](uint8_t byte) { return value_of(byte, kernels.q8_geometry); };
  const size_t k = (size_t)w.kernel_height * w.kernel_width * channels;
  const size_t input_bytes = (size_t)(w.input_height * w.input_width - 1) * stride + channels;
  const size_t pixels = (size_t)w.output_height * w.output_width;
  const std::vector<uint8_t> input = draw_q8_input(random, input_bytes, kernels.q8_geometry);
  const Q8Weights weights = draw_q8_weights(random, k, n, draw);
  const Q8Output to = draw_q8_output(random, kernels.q8_geometry);
  const PackedQ8Weights packed = pack_q8_panels(weights, kChains[random.integer(0, 4)], kernels.q8_geometry);
  Blob blob;
  Q8ConvOp op = {OPCODE_Q8_CONV};
  w.fill(&op);
  op.weights = blob.add(packed.panels);
  op.extras = blob.add(packed.extras);
  op.chain = packed.chain;
  op.input_stride = stride, op.input_channels = channels, op.input_zero = draw_q8_value(random, kernels.q8_geometry);
  op.output = (int32_t)input_bytes, op.output_stride = n, op.n = n;
  op.patch_stride = (int32_t)round_up(k, kQ8ReadDepth) + random.integer(0, 3);
  set_output(&op, to);
  const size_t scratch = (size_t)(w.output_width - 1) * op.patch_stride + round_up(k, kQ8ReadDepth);
  const std::string name = std::string(kernels.isa) + " q8 conv " + std::to_string(w.input_height) + "x" +
                           std::to_string(w.input_width) + "x" + std::to_string(channels) + " kernel " +
                           std::to_string(w.kernel_height) + "x" + std::to_string(w.kernel_width) + " pad " +
                           std::to_string(w.pad_top);
  const std::vector<uint8_t> output = run_cut(
      kernels, op, input, input_bytes + pixels * n, blob.bytes, scratch, input_bytes, w.cuts(),
      [](Q8ConvOp* op_to_cut, const Cut& cut) { cut_picture(op_to_cut, cut); }, name);
  bool right = output.size() == pixels * n;
  for (size_t i = 0; right && i < output.size(); ++i) {
    const int32_t y = (int32_t)(i / n / w.output_width), x = (int32_t)(i / n % w.output_width);
    int64_t sum = weights.bias[i % n];
    const auto add = [&](int32_t tap, int32_t c, int32_t value) {
      sum += value * weights.values[((size_t)tap * channels + c) * n + i % n];
    };
    for (int32_t tap = 0; tap < w.kernel_height * w.kernel_width; ++tap) {
      for (int32_t c = 0; c < channels; ++c) add(tap, c, op.input_zero);
    }
    w.taps(y, x, [&](int32_t tap, int32_t pixel) {
      for (int32_t c = 0; c < channels; ++c) add(tap, c, value(input[(size_t)pixel * stride + c]) - op.input_zero);
    });
    right = output[i] == requantized(sum, weights.scale[i % n], to);
  }
  expect(right, name);
}

void test_pointwise(const Kernels& kernels, int32_t m, int32_t k, int32_t n, Draw draw, Random& random) {
  const auto value = [&](uint8_t byte) { return value_of(byte, kernels.q8_geometry); };
  const int32_t stride = (int32_t)round_up(k, kQ8ReadDepth);
  const size_t input_bytes = (size_t)m * stride;
  const std::vector<uint8_t> input = draw_q8_input(random, input_bytes, kernels.q8_geometry);
  const Q8Weights weights = draw_q8_weights(random, k, n, draw);
  const Q8Output to = draw_q8_output(random, kernels.q8_geometry);
  const PackedQ8Weights packed = pack_q8_panels(weights, kChains[random.integer(0, 4)], kernels.q8_geometry);
  Blob blob;
  Q8PointwiseOp op = {OPCODE_Q8_POINTWISE};
  op.weights = blob.add(packed.panels);
  op.extras = blob.add(packed.extras);
  op.chain = packed.chain;
  op.input_stride = stride, op.output = (int32_t)input_bytes, op.output_stride = n;
  op.m = m, op.k = k, op.n = n;
  set_output(&op, to);
  const std::string name = std::string(kernels.isa) + " q8 pointwise " + std::to_string(m) + "x" + std::to_string(k) +
                           "x" + std::to_string(n);
  const int32_t panel = kernels.q8_geometry.panel;
  std::vector<uint8_t> first;
  for (int32_t n_block : {n, panel, 2 * panel, 3 * panel}) {
    const std::vector<uint8_t> output = run_cut(
        kernels, op, input, input_bytes + (size_t)m * n, blob.bytes, 0, input_bytes, std::vector<int32_t>{m, 5, 12},
        [&](Q8PointwiseOp* cut, int32_t m_block) {
          cut->m_block = m_block, cut->n_block = n_block;
          cut->chunks = pieces(m, m_block) * pieces(n, n_block);
        },
        name);
    if (first.empty()) first = output;
    expect(same_bits(output, first), name + " cut into columns");
  }
  bool right = first.size() == (size_t)m * n;
  for (size_t i = 0; right && i < first.size(); ++i) {
    int64_t sum = weights.bias[i % n];
    for (int32_t j = 0; j < k; ++j) sum += value(input[i / n * stride + j]) * weights.values[(size_t)j * n + i % n];
    right = first[i] == requantized(sum, weights.scale[i % n], to);
  }
  expect(right, name);
}

void test_depthwise_op(const Kernels& kernels, const Window& w, int32_t channels, Draw draw, Random& random) {
  const auto value = [&](uint8_t byte) { return value_of(byte, kernels.q8_geometry); };
  const size_t taps = (size_t)w.kernel_height * w.kernel_width;
  const size_t stride = round_up(channels, 16);
  const size_t input_bytes = (size_t)w.input_height * w.input_width * stride;
  const size_t pixels = (size_t)w.output_height * w.output_width;
  const std::vector<uint8_t> input = draw_q8_input(random, input_bytes, kernels.q8_geometry);
  const Q8Weights weights = draw_q8_weights(random, taps, channels, draw);
  const Q8Output to = draw_q8_output(random, kernels.q8_geometry);
  Q8DepthwiseOp op = {OPCODE_Q8_DEPTHWISE};
  w.fill(&op);
  op.input_stride = op.output_stride = (int32_t)stride, op.output = (int32_t)input_bytes, op.channels = channels;
  op.input_zero = draw_q8_value(random, kernels.q8_geometry);
  set_output(&op, to);
  const std::string name = std::string(kernels.isa) + " q8 depthwise op " + std::to_string(w.input_height) + "x" +
                           std::to_string(w.input_width) + " stride " + std::to_string(w.stride_height);
  const std::vector<uint8_t> output = run_cut(
      kernels, op, input, input_bytes + pixels * stride, pack_q8_groups(weights, kernels.q8_geometry),
      w.input_width * stride, input_bytes, w.cuts(),
      [](Q8DepthwiseOp* op_to_cut, const Cut& cut) { cut_picture(op_to_cut, cut); }, name);
  bool right = output.size() == pixels * stride;
  for (size_t i = 0; right && i < output.size(); ++i) {
    const size_t c = i % stride, pixel = i / stride;
    if (c >= (size_t)channels) continue;
    int64_t sum = weights.bias[c];
    for (size_t tap = 0; tap < taps; ++tap) sum += op.input_zero * weights.values[tap * channels + c];
    w.taps((int32_t)(pixel / w.output_width), (int32_t)(pixel % w.output_width), [&](int32_t tap, int32_t from) {
      sum += (value(input[(size_t)from * stride + c]) - op.input_zero) * weights.values[tap * channels + c];
    });
    right = output[i] == requantized(sum, weights.scale[c], to);
  }
  expect(right, name);
}

void test_pool(const Kernels& kernels, const Window& w, bool is_max, int32_t raw_offset, Random& random) {
  const auto value = [&](uint8_t byte) { return value_of(byte, kernels.q8_geometry); };
  const size_t channels = 150, stride = 160;
  const size_t input_bytes = (size_t)w.input_height * w.input_width * stride;
  const size_t pixels = (size_t)w.output_height * w.output_width;
  const std::vector<uint8_t> input = draw_q8_input(random, input_bytes, kernels.q8_geometry);
  const Q8Output to = draw_q8_output(random, kernels.q8_geometry);
  Q8PoolOp op = {OPCODE_Q8_POOL};
  w.fill(&op);
  op.input_stride = op.output_stride = stride, op.output = (int32_t)input_bytes;
  op.channels = channels, op.is_max = is_max, op.raw_offset = raw_offset, op.lo = to.lo, op.hi = to.hi;
  const std::string name = is_max ? "q8 max pool" : "q8 average pool";
  std::vector<uint8_t> output;
  for (int32_t per_chunk : {16, 128, 136, 160}) {
    const std::vector<uint8_t> pooled = run_cut(
        kernels, op, input, input_bytes + pixels * stride, {}, 0, input_bytes, w.cuts(),
        [&](Q8PoolOp* op_to_cut, const Cut& cut) { cut_pool(op_to_cut, cut, per_chunk); }, name);
    if (output.empty()) output = pooled;
    expect(same_bits(pooled, output), name + " cut into channels");
  }
  bool right = output.size() == pixels * stride;
  for (size_t pixel = 0; right && pixel < pixels; ++pixel) {
    for (size_t c = 0; c < channels; ++c) {
      int32_t sum = 0, most = least_value(kernels.q8_geometry), count = 0;
      w.taps((int32_t)(pixel / w.output_width), (int32_t)(pixel % w.output_width), [&](int32_t, int32_t from) {
        sum += value(input[from * stride + c]) + raw_offset;
        most = std::max(most, value(input[from * stride + c]));
        ++count;
      });
      // round() takes halves away from zero.
      const int32_t result = is_max ? most : (int32_t)round((double)sum / count) - raw_offset;
      right &= value(output[pixel * stride + c]) == std::min(to.hi, std::max(to.lo, result));
    }
  }
  expect(right, name);
}

void test_add(const Kernels& kernels, int32_t channels, int32_t a_stride, int32_t b_stride, int32_t output_stride,
              Random& random) {
  const auto value = [&](uint8_t byte) { return value_of(byte, kernels.q8_geometry); };
  const int32_t pixels = 7;
  const size_t a_bytes = (size_t)pixels * a_stride, b_bytes = (size_t)pixels * b_stride;
  const std::vector<uint8_t> input = draw_q8_input(random, a_bytes + b_bytes, kernels.q8_geometry);
  const Q8Output to = draw_q8_output(random, kernels.q8_geometry);
  Q8AddOp op = {OPCODE_Q8_ADD};
  op.a_stride = a_stride, op.b = (int32_t)a_bytes, op.b_stride = b_stride;
  op.output = (int32_t)(a_bytes + b_bytes), op.output_stride = output_stride;
  op.pixels = pixels, op.channels = channels;
  op.a_multiplier = random.integer(-(1 << 21), 1 << 21), op.b_multiplier = random.integer(-(1 << 21), 1 << 21);
  op.bias = random.integer(-(1 << 28), 1 << 28), op.shift = random.integer(0, 25);
  set_output(&op, to);
  const std::string name = std::string(kernels.isa) + " q8 add " + std::to_string(channels);
  const std::vector<uint8_t> output = run_cut(
      kernels, op, input, a_bytes + b_bytes + (size_t)pixels * output_stride, {}, 0, a_bytes + b_bytes,
      std::vector<int32_t>{1, 3, pixels},
      [&](Q8AddOp* cut, int32_t count) {
        cut->pixels_per_chunk = count;
        cut->chunks = pieces(pixels, count);
      },
      name);
  bool right = output.size() == (size_t)pixels * output_stride;
  for (int32_t pixel = 0; right && pixel < pixels; ++pixel) {
    for (int32_t c = 0; c < channels; ++c) {
      const int64_t a = value(input[(size_t)pixel * a_stride + c]);
      const int64_t b = value(input[a_bytes + (size_t)pixel * b_stride + c]);
      const int64_t sum = a * op.a_multiplier + b * op.b_multiplier + op.bias;
      const double result = floor(ldexp((double)sum, -op.shift)) + to.output_zero;
      right &=
          value(output[(size_t)pixel * output_stride + c]) == std::min((double)to.hi, std::max((double)to.lo, result));
    }
  }
  expect(right, name);
}

void test_mean(const Kernels& kernels, int32_t pixels, int32_t channels, Random& random) {
  const auto value = [&](uint8_t byte) { return value_of(byte, kernels.q8_geometry); };
  const int32_t stride = (int32_t)round_up(channels, 16);
  const std::vector<uint8_t> input = draw_q8_input(random, (size_t)pixels * stride, kernels.q8_geometry);
  const Q8Output to = draw_q8_output(random, kernels.q8_geometry);
  Q8MeanOp op = {OPCODE_Q8_MEAN,        0,       1, 0, stride, draw_q8_value(random, kernels.q8_geometry), pixels,
                 (int32_t)input.size(), channels};
  op.scale = (1 + random.real()) / pixels;
  set_output(&op, to);
  const std::vector<uint8_t> output = run_cut(
      kernels, op, input, input.size() + channels, {}, 0, input.size(), std::vector<int32_t>{8, 24, 128, 136, 4096},
      [&](Q8MeanOp* cut, int32_t count) {
        cut->channels_per_chunk = count;
        cut->chunks = pieces(channels, count);
      },
      "q8 mean");
  bool right = output.size() == (size_t)channels;
  for (int32_t c = 0; right && c < channels; ++c) {
    int64_t sum = 0;
    for (int32_t pixel = 0; pixel < pixels; ++pixel) sum += value(input[(size_t)pixel * stride + c]) - op.input_zero;
    right = output[c] == requantized(sum, op.scale, to);
  }
  expect(right, "q8 mean");
}

template <typename Value>
std::vector<uint8_t> bytes_of(const std::vector<Value>& values) {
  const auto* raw = reinterpret_cast<const uint8_t*>(values.data());
  return {raw, raw + values.size() * sizeof(Value)};
}

void test_values(const Kernels& kernels, Random& random) {
  const auto value = [&](uint8_t byte) { return value_of(byte, kernels.q8_geometry); };
  const int32_t least = least_value(kernels.q8_geometry);
  const int32_t pixels = 5, channels = 21, stride = 32;
  const size_t count = (size_t)pixels * stride;
  const Q8Output to = draw_q8_output(random, kernels.q8_geometry);
  const std::vector<uint8_t> input = random.bytes(count);
  const auto each = [&](const std::string& name, const std::vector<uint8_t>& output, auto expected) {
    bool right = output.size() == count;
    for (size_t i = 0; right && i < count; ++i) {
      right = (int32_t)(i % stride) >= channels || value(output[i]) == expected(i);
    }
    expect(right, name);
  };
  {
    std::vector<int16_t> table;
    for (int32_t i = 0; i < 256; ++i) table.push_back((int16_t)draw_q8_value(random, kernels.q8_geometry));
    const Q8LookupOp op = {OPCODE_Q8_LOOKUP, 0, 3, 0, stride, (int32_t)count, stride, pixels, channels, 2, 0, -least};
    Q8Machine machine(kernels, input, 2 * count, bytes_of(table), 0);
    each("q8 lookup", machine.run(words_of(op), count, "q8 lookup"),
         [&](size_t i) { return table[value(input[i]) - least]; });
  }
  {
    std::vector<float> table;
    for (int32_t i = 0; i < 256; ++i) table.push_back(expf(-0.05f * (float)i));
    Q8SoftmaxOp op = {OPCODE_Q8_SOFTMAX, 0, 2, 0, stride, (int32_t)count, stride, pixels, channels, 3, 0, 1.0f / 256};
    set_output(&op, to);
    Q8Machine machine(kernels, input, 2 * count, bytes_of(table), 0);
    each("q8 softmax", machine.run(words_of(op), count, "q8 softmax"), [&](size_t i) {
      const uint8_t* x = &input[i / stride * stride];
      int32_t largest = least;
      for (int32_t c = 0; c < channels; ++c) largest = std::max(largest, value(x[c]));
      float sum = 0;
      for (int32_t c = 0; c < channels; ++c) sum += table[largest - value(x[c])];
      const float divisor = sum * op.output_scale;
      const int32_t result = (int32_t)round(table[largest - value(input[i])] / divisor) + to.output_zero;
      return std::min(to.hi, std::max(to.lo, result));
    });
  }
  {
    std::vector<float> values;
    for (size_t i = 0; i < count; ++i)
      values.push_back(random.integer(0, 3) ? 300 * random.real() : 3e9f * random.real());
    values[0] = 0.5f, values[1] = 1.5f, values[2] = INFINITY, values[3] = -INFINITY, values[4] = -2.5f;
    const std::vector<uint8_t> floats = bytes_of(values);
    Q8QuantizeOp op = {OPCODE_Q8_QUANTIZE, 0, 3, 0, stride, (int32_t)floats.size(), stride, pixels, channels, 2, 1};
    set_output(&op, to);
    Q8Machine machine(kernels, floats, floats.size() + count, {}, 0);
    each("q8 quantize", machine.run(words_of(op), floats.size(), "q8 quantize"), [&](size_t i) {
      return std::min((double)to.hi, std::max((double)to.lo, nearbyint((double)values[i]) + to.output_zero));
    });
    values.assign(count, NAN);
    Q8Machine not_numbers(kernels, bytes_of(values), floats.size() + count, {}, 0);
    each("q8 quantize of NaN", not_numbers.run(words_of(op), floats.size(), "q8 quantize"),
         [&](size_t) { return to.lo; });
  }
  {
    const Q8DequantizeOp op = {
        OPCODE_Q8_DEQUANTIZE, 0, 2, 0, stride, (int32_t)count, stride, pixels, channels, 4, 99, 0.3f};
    Q8Machine machine(kernels, input, 5 * count, {}, 0);
    const std::vector<uint8_t> output = machine.run(words_of(op), count, "q8 dequantize");
    bool right = output.size() == 4 * count;
    for (size_t i = 0; right && i < count; ++i) {
      float real;
      memcpy(&real, &output[4 * i], sizeof(real));
      right = (int32_t)(i % stride) >= channels || real == (float)(value(input[i]) - 99) * 0.3f;
    }
    expect(right, "q8 dequantize");
  }
}

}  // namespace

void test_q8_ops(const Kernels& kernels) {
  Random random(13);
  for (Draw draw : kDraws) {
    for (int32_t size : {3, 8, 17}) {
      for (bool same : {false, true}) {
        for (int32_t stride : {1, 2}) {
          test_conv(kernels, Window::square(size, size + 1, 3, stride, same), 3, 3, 32, draw, random);
          test_conv(kernels, Window::square(size, size, 3, stride, same), 3, 16, 8, draw, random);
          test_conv(kernels, Window::square(size, size, 3, stride, same), 1, 1, 24, draw, random);
          test_depthwise_op(kernels, Window::square(size, size + 1, 3, stride, same), 24, draw, random);
        }
      }
    }
    test_conv(kernels, {9, 9, 9, 9, 5, 3, 1, 1, 1, 2, 2, 2}, 5, 16, 24, draw, random);
    // Runs of 9 bytes and of 27, three of them and nine.
    test_conv(kernels, Window::square(8, 8, 3, 1, true), 9, 9, 8, draw, random);
    test_conv(kernels, Window::square(8, 8, 3, 1, true), 9, 16, 8, draw, random);
    test_conv(kernels, {8, 8, 6, 8, 3, 1, 1, 1, 1, 1, 0, 0}, 9, 10, 8, draw, random);
    test_conv(kernels, {7, 7, 4, 4, 1, 1, 2, 2, 1, 1, 0, 0}, 24, 24, 40, draw, random);
    test_depthwise_op(kernels, {4, 20, 4, 20, 7, 3, 1, 1, 2, 1, 6, 1}, 8, draw, random);
    for (int32_t m : {1, 6, 13}) {
      for (int32_t n : {8, 16, 24, 40, 56}) test_pointwise(kernels, m, 19, n, draw, random);
    }
  }
  test_conv(kernels, {224, 224, 112, 112, 3, 3, 2, 2, 1, 1, 0, 0}, 3, 3, 32, Draw::kSmall, random);
  for (bool is_max : {false, true}) {
    for (int32_t raw_offset : {0, -128}) {
      test_pool(kernels, Window::square(7, 7, 7, 1, false), is_max, raw_offset, random);
      for (int32_t i = 0; i < 8; ++i) test_pool(kernels, Window::square(6, 5, 2, 2, true), is_max, raw_offset, random);
      test_pool(kernels, Window::square(6, 5, 3, 1, true), is_max, raw_offset, random);
    }
  }
  for (int32_t i = 0; i < 40; ++i) {
    test_add(kernels, 24, 32, 32, 32, random);
    test_add(kernels, 16, 16, 32, 48, random);
    test_mean(kernels, 49, 1280, random);
    test_mean(kernels, 3, 8, random);
    test_values(kernels, random);
  }
}

}  // namespace mobilenet_edge
