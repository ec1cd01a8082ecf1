// Checks every address that a program could touch. The compiler writes right programs; this keeps a wrong one from
// becoming a crash or a leak of memory.
#include "validate.h"

#include "ops/ops.h"
#include "validate_q8.h"

namespace mobilenet_edge {
namespace {

class Validator : public Q8Checks {
 public:
  Validator(const Limits& limits, const Kernels& kernels)
      : Q8Checks(limits, kernels.geometry, kernels.q8_geometry), kernels_(kernels) {}

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
        return inverted_residual(op, room);
      case OPCODE_ADD:
        return record<AddOp>(op, room);
      case OPCODE_POOL:
        return record<PoolOp>(op, room);
      case OPCODE_SOFTMAX:
        return record<SoftmaxOp>(op, room);
      case OPCODE_SIGMOID:
        return record<SigmoidOp>(op, room);
      case OPCODE_Q8_CONV:
        return record<Q8ConvOp>(op, room);
      case OPCODE_Q8_POINTWISE:
        return record<Q8PointwiseOp>(op, room);
      case OPCODE_Q8_DEPTHWISE:
        return record<Q8DepthwiseOp>(op, room);
      case OPCODE_Q8_ADD:
        return record<Q8AddOp>(op, room);
      case OPCODE_Q8_POOL:
        return record<Q8PoolOp>(op, room);
      case OPCODE_Q8_MEAN:
        return record<Q8MeanOp>(op, room);
      case OPCODE_Q8_LOOKUP:
        return record<Q8LookupOp>(op, room);
      case OPCODE_Q8_SOFTMAX:
        return record<Q8SoftmaxOp>(op, room);
      case OPCODE_Q8_QUANTIZE:
        return record<Q8QuantizeOp>(op, room);
      case OPCODE_Q8_DEQUANTIZE:
        return record<Q8DequantizeOp>(op, room);
      case OPCODE_F16_CONV:
        return half_record<F16ConvOp>(op, room);
      case OPCODE_F16_POINTWISE:
        return half_record<F16PointwiseOp>(op, room);
      case OPCODE_F16_DEPTHWISE:
        return half_record<F16DepthwiseOp>(op, room);
      case OPCODE_F16_ADD:
        return half_record<F16AddOp>(op, room);
      case OPCODE_F16_POOL:
        return half_record<F16PoolOp>(op, room);
      case OPCODE_F16_FROM_F32:
        return half_record<F16FromF32Op>(op, room);
      case OPCODE_F16_TO_F32:
        return half_record<F16ToF32Op>(op, room);
    }
    defect = "unknown opcode";
  }

 private:
  using Q8Checks::fields;
  using Q8Checks::product;
  using Q8Checks::taps;

  bool length(const OpHeader& header, size_t words, size_t room) {
    return require(header.words >= 0 && (size_t)header.words == words && words <= room, "wrong record length");
  }

  template <typename Op>
  void record(const OpHeader& header, size_t room) {
    if (length(header, sizeof(Op) / sizeof(int32_t), room)) fields(reinterpret_cast<const Op&>(header));
  }

  bool has_halves() { return require(kernels_.f16_gemm != nullptr, "these kernels have no arithmetic of halves"); }
  template <typename Op>
  void half_record(const OpHeader& header, size_t room) {
    if (has_halves()) record<Op>(header, room);
  }

  void inverted_residual(const OpHeader& header, size_t room) {
    if (!require(room * sizeof(int32_t) >= sizeof(InvertedResidualOp) + sizeof(OpHeader), "wrong record length"))
      return;
    const auto& op = reinterpret_cast<const InvertedResidualOp&>(header);
    switch (reinterpret_cast<const OpHeader*>(&op + 1)->opcode) {
      case OPCODE_POINTWISE:
        return parts<PointwiseOp, DepthwiseOp, PointwiseOp>(op, room, geometry_.channel_group);
      case OPCODE_CONV:
        return parts<ConvOp, DepthwiseOp, PointwiseOp>(op, room, geometry_.channel_group);
      case OPCODE_F16_POINTWISE:
        if (!has_halves()) return;
        return parts<F16PointwiseOp, F16DepthwiseOp, F16PointwiseOp>(op, room, kernels_.f16_geometry.channel_group);
      case OPCODE_F16_CONV:
        if (!has_halves()) return;
        return parts<F16ConvOp, F16DepthwiseOp, F16PointwiseOp>(op, room, kernels_.f16_geometry.channel_group);
      case OPCODE_Q8_POINTWISE:
        return parts<Q8PointwiseOp, Q8DepthwiseOp, Q8PointwiseOp>(op, room, q8_geometry_.channel_group);
      case OPCODE_Q8_CONV:
        return parts<Q8ConvOp, Q8DepthwiseOp, Q8PointwiseOp>(op, room, q8_geometry_.channel_group);
    }
    defect = kOtherParts;
  }

  template <typename Op>
  static constexpr int32_t kBytes = sizeof(ElementOf<Op>);
  template <typename Op>
  const Geometry& geometry() const {
    return geometry_of(kernels_, ElementOf<Op>());
  }

  // Of floating-point ops. All but the output and the chunks.
  template <typename Op>
  bool conv(const Op& op) {
    if (!window(op)) return false;
    const double k = (double)op.kernel_height * op.kernel_width * op.input_channels;
    return size(op.n) && require(op.n % 8 == 0, "n is no multiple of 8") &&
           require(k <= kMaxSize, "a size is out of range") &&
           pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, op.input_channels, kBytes<Op>) &&
           span(limits_.scratch, op.patches, op.output_width * k, kBytes<Op>) &&
           span(limits_.weights, op.weights, op.n * (k + 1), kBytes<Op>);
  }
  bool product(const ConvOp& op) { return conv(op); }
  bool product(const F16ConvOp& op) { return conv(op); }
  template <typename Op>
  void conv_fields(const Op& op) {
    product(op) && picture_chunks(op) &&
        pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, op.n, kBytes<Op>);
  }
  void fields(const ConvOp& op) { conv_fields(op); }
  void fields(const F16ConvOp& op) { conv_fields(op); }

  template <typename Op>
  bool pointwise(const Op& op) {
    return size(op.k) && size(op.n) && require(op.n % 8 == 0, "n is no multiple of 8") &&
           span(limits_.weights, op.weights, op.n * (op.k + 1.0), kBytes<Op>);
  }
  bool product(const PointwiseOp& op) { return pointwise(op); }
  bool product(const F16PointwiseOp& op) { return pointwise(op); }
  template <typename Op>
  bool residual(const Op& op, double count) {
    return op.residual == -1 || pixels(limits_.arena, op.residual, count, op.residual_stride, op.n, kBytes<Op>);
  }
  template <typename Op>
  void pointwise_fields(const Op& op) {
    if (!product(op) || !size(op.m) || !size(op.m_block) || !size(op.n_block)) return;
    require(op.n_block % geometry<Op>().panel == 0 || op.n_block >= op.n, "n_block is no multiple of the panel") &&
        require((double)pieces(op.m, op.m_block) * pieces(op.n, op.n_block) == op.chunks, "wrong number of chunks") &&
        pixels(limits_.arena, op.input, op.m, op.input_stride, op.k, kBytes<Op>) &&
        pixels(limits_.arena, op.output, op.m, op.output_stride, op.n, kBytes<Op>) && residual(op, op.m);
  }
  void fields(const PointwiseOp& op) { pointwise_fields(op); }
  void fields(const F16PointwiseOp& op) { pointwise_fields(op); }

  template <typename Op>
  bool depthwise(const Op& op) {
    if (!window(op) || !size(op.channels) || !size(op.input_stride)) return false;
    const double channels = round_up(op.channels, geometry<Op>().channel_group);
    return require(op.stride_height + (op.kernel_height - 1) * op.dilation_height < kMaxDepthwiseRows,
                   "the depthwise window is too high") &&
           span(limits_.scratch, op.pad_row, (double)op.input_width * op.input_stride, kBytes<Op>) &&
           span(limits_.weights, op.weights, channels * ((double)op.kernel_height * op.kernel_width + 1), kBytes<Op>);
  }
  bool taps(const DepthwiseOp& op) { return depthwise(op); }
  bool taps(const F16DepthwiseOp& op) { return depthwise(op); }
  template <typename Op>
  void depthwise_fields(const Op& op) {
    if (!taps(op) || !picture_chunks(op)) return;
    const int32_t channels = round_up(op.channels, geometry<Op>().channel_group);
    pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, channels, kBytes<Op>) &&
        pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, channels, kBytes<Op>);
  }
  void fields(const DepthwiseOp& op) { depthwise_fields(op); }
  void fields(const F16DepthwiseOp& op) { depthwise_fields(op); }

  static constexpr const char* kOtherParts = "an inverted residual has other parts";
  static bool has_opcodes(const DepthwiseOp& a, const PointwiseOp& b) {
    return a.opcode == OPCODE_DEPTHWISE && b.opcode == OPCODE_POINTWISE;
  }
  static bool has_opcodes(const F16DepthwiseOp& a, const F16PointwiseOp& b) {
    return a.opcode == OPCODE_F16_DEPTHWISE && b.opcode == OPCODE_F16_POINTWISE;
  }
  static bool has_opcodes(const Q8DepthwiseOp& a, const Q8PointwiseOp& b) {
    return a.opcode == OPCODE_Q8_DEPTHWISE && b.opcode == OPCODE_Q8_POINTWISE;
  }
  template <typename Op>
  static int32_t values_read(const Op& op) {
    return op.k;
  }
  static int32_t values_read(const Q8PointwiseOp& op) { return q8_values_read(op.k); }
  bool residual(const Q8PointwiseOp&, double) { return true; }

  // Whether the expansion makes the rows that the depthwise reads.
  template <typename Pointwise, typename Depthwise>
  bool makes_rows(const Pointwise& op, const Depthwise& depthwise) {
    return pixels(limits_.arena, op.input, input_pixels(depthwise), op.input_stride, values_read(op),
                  kBytes<Pointwise>);
  }
  template <typename Depthwise>
  bool makes_rows(const ConvOp& op, const Depthwise& depthwise) {
    return same_extents(op, depthwise);
  }
  template <typename Depthwise>
  bool makes_rows(const F16ConvOp& op, const Depthwise& depthwise) {
    return same_extents(op, depthwise);
  }
  template <typename Depthwise>
  bool makes_rows(const Q8ConvOp& op, const Depthwise& depthwise) {
    return same_extents(op, depthwise);
  }
  template <typename Conv, typename Depthwise>
  bool same_extents(const Conv& op, const Depthwise& depthwise) {
    return require(op.output_height == depthwise.input_height && op.output_width == depthwise.input_width, kMisfit);
  }
  static constexpr const char* kMisfit = "the parts of an inverted residual do not fit";

  template <typename Expansion, typename Depthwise, typename Pointwise>
  void parts(const InvertedResidualOp& op, size_t room, int32_t group) {
    constexpr int32_t kElementBytes = sizeof(ElementOf<Depthwise>);
    constexpr size_t kRecordBytes = sizeof(op) + sizeof(Expansion) + sizeof(Depthwise) + sizeof(Pointwise);
    if (!length(reinterpret_cast<const OpHeader&>(op), kRecordBytes / sizeof(int32_t), room)) return;
    const auto& expansion = *reinterpret_cast<const Expansion*>(&op + 1);
    const auto& depthwise = *reinterpret_cast<const Depthwise*>(&expansion + 1);
    const auto& projection = *reinterpret_cast<const Pointwise*>(&depthwise + 1);
    if (!require(has_opcodes(depthwise, projection), kOtherParts)) return;
    if (!product(expansion) || !taps(depthwise) || !product(projection)) return;
    if (!size(op.window_rows, kMaxHeight) || !size(op.band_rows, kMaxHeight)) return;
    if (!chunks(op.chunks, depthwise.output_height, op.rows_per_chunk)) return;
    const int32_t channels = round_up(depthwise.channels, group);
    const double rows = (op.band_rows - 1.0) * depthwise.stride_height +
                        (depthwise.kernel_height - 1.0) * depthwise.dilation_height + 1;
    require(expansion.n >= depthwise.channels && expansion.output_stride == depthwise.input_stride &&
                projection.k <= channels && projection.input_stride == depthwise.output_stride,
            kMisfit) &&
        require(op.window_rows >= rows || op.window_rows >= depthwise.input_height, "the window is too low") &&
        pixels(limits_.scratch, op.window, (double)op.window_rows * depthwise.input_width, depthwise.input_stride,
               expansion.n > channels ? expansion.n : channels, kElementBytes) &&
        pixels(limits_.scratch, op.band, (double)op.band_rows * depthwise.output_width, depthwise.output_stride,
               channels > values_read(projection) ? channels : values_read(projection), kElementBytes) &&
        makes_rows(expansion, depthwise) &&
        pixels(limits_.arena, projection.output, output_pixels(depthwise), projection.output_stride, projection.n,
               kElementBytes) &&
        residual(projection, output_pixels(depthwise));
  }

  template <typename Op>
  bool add(const Op& op) {
    return chunks(op.chunks, op.pixels, op.pixels_per_chunk) &&
           pixels(limits_.arena, op.a, op.pixels, op.a_stride, op.channels, kBytes<Op>) &&
           pixels(limits_.arena, op.b, op.pixels, op.b_stride, op.channels, kBytes<Op>) &&
           pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, kBytes<Op>);
  }
  void fields(const AddOp& op) { add(op); }
  void fields(const F16AddOp& op) { add(op); }
  template <typename Op>
  bool pool(const Op& op) {
    return window(op) && pool_chunks(op) &&
           pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, op.channels, kBytes<Op>) &&
           pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, op.channels, kBytes<Op>);
  }
  void fields(const PoolOp& op) { pool(op); }
  void fields(const F16PoolOp& op) { pool(op) && span(limits_.scratch, op.sums, 2.0 * op.channels); }

  template <typename Op>
  bool flat(const Op& op, int32_t input_bytes, int32_t output_bytes) {
    return chunks(op.chunks, op.pixels, op.pixels_per_chunk) &&
           pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, input_bytes) &&
           pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, output_bytes);
  }
  void fields(const F16FromF32Op& op) { flat(op, sizeof(float), sizeof(Half)); }
  void fields(const F16ToF32Op& op) { flat(op, sizeof(Half), sizeof(float)); }
  void fields(const SoftmaxOp& op) { flat(op, sizeof(float), sizeof(float)); }
  void fields(const SigmoidOp& op) { flat(op, sizeof(float), sizeof(float)); }

  const Kernels& kernels_;
};

constexpr size_t kHeaderWords = sizeof(OpHeader) / sizeof(int32_t);

}  // namespace

Defect validate(const int32_t* ops, size_t words, const Limits& limits, const Kernels& kernels) {
  Validator validator(limits, kernels);
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
