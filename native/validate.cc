// Checks every address that a program could touch. The compiler writes right programs; this keeps a wrong one from
// becoming a crash or a leak of memory.
#include "validate.h"

#include "ops/ops.h"

namespace mobilenet_edge {
namespace {

// Bounds that keep 32-bit products of fields from overflowing.
constexpr int32_t kMaxSize = 1 << 24;
constexpr int32_t kMaxHeight = 1 << 18;
constexpr int32_t kMaxWindow = 1 << 10;

int32_t pieces(int32_t total, int32_t size) { return (total - 1) / size + 1; }
int32_t round_up(int32_t value, int32_t to) { return (value + to - 1) / to * to; }

class Validator {
 public:
  Validator(const Limits& limits, const Geometry& geometry) : limits_(limits), geometry_(geometry) {}
  const char* defect = nullptr;

  // `room` is how many words there are from the record's start.
  void check(const OpHeader& op, size_t room) {
    switch (op.opcode) {
      case OPCODE_CONV:
        return record<ConvOp>(op, room);
      case OPCODE_POINTWISE:
        return record<PointwiseOp>(op, room);
      case OPCODE_DEPTHWISE:
        return record<DepthwiseOp>(op, room);
      case OPCODE_INVERTED_RESIDUAL:
        return record<InvertedResidualOp>(op, room);
      case OPCODE_ADD:
        return record<AddOp>(op, room);
      case OPCODE_POOL:
        return record<PoolOp>(op, room);
      case OPCODE_SOFTMAX:
        return record<SoftmaxOp>(op, room);
      case OPCODE_SIGMOID:
        return record<SigmoidOp>(op, room);
    }
    defect = "unknown opcode";
  }

 private:
  static constexpr size_t kFusedWords =
      (sizeof(InvertedResidualOp) + 2 * sizeof(PointwiseOp) + sizeof(DepthwiseOp)) / sizeof(int32_t);

  template <typename Op>
  void record(const OpHeader& header, size_t room) {
    constexpr bool fused = sizeof(Op) == sizeof(InvertedResidualOp);
    const size_t words = fused ? kFusedWords : sizeof(Op) / sizeof(int32_t);
    if (header.words < 0 || (size_t)header.words != words || words > room) {
      defect = "wrong record length";
    } else {
      fields(reinterpret_cast<const Op&>(header));
    }
  }

  bool require(bool holds, const char* otherwise) {
    if (!holds && !defect) defect = otherwise;
    return !defect;
  }
  bool size(int32_t value, int32_t most = kMaxSize) {
    return require(value >= 1 && value <= most, "a size is out of range");
  }
  bool chunks(int32_t value, int32_t total, int32_t per_chunk) {
    return size(total) && size(per_chunk) && require(value == pieces(total, per_chunk), "wrong number of chunks");
  }
  // In double, which cannot overflow.
  bool span(size_t limit, int32_t offset, double floats) {
    return require(offset >= 0 && offset % 4 == 0, "an offset is negative or not a multiple of 4") &&
           require(offset + floats * sizeof(float) <= (double)limit, "an address is out of bounds");
  }
  bool pixels(size_t limit, int32_t offset, double count, int32_t stride, int32_t channels) {
    return size(channels) && size(stride) && require(stride >= channels, "pixels overlap") &&
           span(limit, offset, (count - 1) * stride + channels);
  }
  template <typename Op>
  bool window(const Op& op) {
    return size(op.input_height, kMaxHeight) && size(op.input_width, kMaxHeight) &&
           size(op.output_height, kMaxHeight) && size(op.output_width, kMaxHeight) &&
           size(op.kernel_height, kMaxWindow) && size(op.kernel_width, kMaxWindow) &&
           size(op.stride_height, kMaxWindow) && size(op.stride_width, kMaxWindow) &&
           size(op.dilation_height, kMaxWindow) && size(op.dilation_width, kMaxWindow) &&
           require(op.pad_top >= 0 && op.pad_left >= 0, "negative padding") &&
           require(op.pad_top <= kMaxWindow && op.pad_left <= kMaxWindow, "a size is out of range");
  }
  template <typename Op>
  double input_pixels(const Op& op) {
    return (double)op.input_height * op.input_width;
  }
  template <typename Op>
  double output_pixels(const Op& op) {
    return (double)op.output_height * op.output_width;
  }

  void fields(const ConvOp& op) {
    if (!window(op) || !chunks(op.chunks, op.output_height, op.rows_per_chunk)) return;
    const double k = (double)op.kernel_height * op.kernel_width * op.input_channels;
    size(op.n) && require(op.n % 8 == 0, "n is no multiple of 8") && require(k <= kMaxSize, "a size is out of range") &&
        pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, op.input_channels) &&
        pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, op.n) &&
        span(limits_.scratch, op.patches, op.output_width * k) && span(limits_.weights, op.weights, op.n * (k + 1));
  }

  bool product(const PointwiseOp& op) {
    return size(op.k) && size(op.n) && require(op.n % 8 == 0, "n is no multiple of 8") &&
           span(limits_.weights, op.weights, op.n * (op.k + 1.0));
  }
  bool residual(const PointwiseOp& op, double count) {
    return op.residual == -1 || pixels(limits_.arena, op.residual, count, op.residual_stride, op.n);
  }
  void fields(const PointwiseOp& op) {
    if (!product(op) || !size(op.m) || !size(op.m_block) || !size(op.n_block)) return;
    require(op.n_block % geometry_.panel == 0 || op.n_block >= op.n, "n_block is no multiple of the panel") &&
        require((double)pieces(op.m, op.m_block) * pieces(op.n, op.n_block) == op.chunks, "wrong number of chunks") &&
        pixels(limits_.arena, op.input, op.m, op.input_stride, op.k) &&
        pixels(limits_.arena, op.output, op.m, op.output_stride, op.n) && residual(op, op.m);
  }

  bool taps(const DepthwiseOp& op) {
    if (!window(op) || !size(op.channels) || !size(op.input_stride)) return false;
    const double channels = round_up(op.channels, geometry_.channel_group);
    return require(op.stride_height + (op.kernel_height - 1) * op.dilation_height < kMaxDepthwiseRows,
                   "the depthwise window is too high") &&
           span(limits_.scratch, op.pad_row, (double)op.input_width * op.input_stride) &&
           span(limits_.weights, op.weights, channels * ((double)op.kernel_height * op.kernel_width + 1));
  }
  void fields(const DepthwiseOp& op) {
    if (!taps(op) || !chunks(op.chunks, op.output_height, op.rows_per_chunk)) return;
    const int32_t channels = round_up(op.channels, geometry_.channel_group);
    pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, channels) &&
        pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, channels);
  }

  void fields(const InvertedResidualOp& op) {
    const auto& expansion = *reinterpret_cast<const PointwiseOp*>(&op + 1);
    const auto& depthwise = *reinterpret_cast<const DepthwiseOp*>(&expansion + 1);
    const auto& projection = *reinterpret_cast<const PointwiseOp*>(&depthwise + 1);
    if (!require(expansion.opcode == OPCODE_POINTWISE && depthwise.opcode == OPCODE_DEPTHWISE &&
                     projection.opcode == OPCODE_POINTWISE,
                 "an inverted residual has other parts")) {
      return;
    }
    if (!product(expansion) || !taps(depthwise) || !product(projection)) return;
    if (!size(op.window_rows, kMaxHeight) || !size(op.band_rows, kMaxHeight)) return;
    if (!chunks(op.chunks, depthwise.output_height, op.rows_per_chunk)) return;
    const int32_t channels = round_up(depthwise.channels, geometry_.channel_group);
    const double rows = (op.band_rows - 1.0) * depthwise.stride_height +
                        (depthwise.kernel_height - 1.0) * depthwise.dilation_height + 1;
    require(expansion.n >= channels && expansion.output_stride == depthwise.input_stride && projection.k <= channels &&
                projection.input_stride == depthwise.output_stride,
            "the parts of an inverted residual do not fit") &&
        require(op.window_rows >= rows || op.window_rows >= depthwise.input_height, "the window is too low") &&
        pixels(limits_.scratch, op.window, (double)op.window_rows * depthwise.input_width, depthwise.input_stride,
               expansion.n) &&
        pixels(limits_.scratch, op.band, (double)op.band_rows * depthwise.output_width, depthwise.output_stride,
               channels) &&
        pixels(limits_.arena, expansion.input, input_pixels(depthwise), expansion.input_stride, expansion.k) &&
        pixels(limits_.arena, projection.output, output_pixels(depthwise), projection.output_stride, projection.n) &&
        residual(projection, output_pixels(depthwise));
  }

  void fields(const AddOp& op) {
    chunks(op.chunks, op.pixels, op.pixels_per_chunk) &&
        pixels(limits_.arena, op.a, op.pixels, op.a_stride, op.channels) &&
        pixels(limits_.arena, op.b, op.pixels, op.b_stride, op.channels) &&
        pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels);
  }
  void fields(const PoolOp& op) {
    window(op) && chunks(op.chunks, op.output_height, 1) &&
        pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, op.channels) &&
        pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, op.channels);
  }
  template <typename Op>
  void fields(const Op& op) {  // softmax and sigmoid
    chunks(op.chunks, 1, 1) && size(op.pixels) &&
        pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels) &&
        pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels);
  }

  const Limits& limits_;
  const Geometry& geometry_;
};

constexpr size_t kHeaderWords = sizeof(OpHeader) / sizeof(int32_t);

}  // namespace

Defect validate(const int32_t* ops, size_t words, const Limits& limits, const Geometry& geometry) {
  Validator validator(limits, geometry);
  for (size_t at = 0; at < words;) {
    if (words - at < kHeaderWords) return {"wrong record length", at};
    const OpHeader& op = reinterpret_cast<const OpHeader&>(ops[at]);
    validator.check(op, words - at);
    if (validator.defect) return {validator.defect, at};
    at += op.words;
  }
  return {nullptr, 0};
}

bool is_record_boundary(const int32_t* ops, size_t words, size_t word) {
  size_t at = 0;
  while (at < word && at < words) at += reinterpret_cast<const OpHeader&>(ops[at]).words;
  return at == word;
}

}  // namespace mobilenet_edge
