// Checks every address that a program could touch. The compiler writes right programs; this keeps a wrong one from
// becoming a crash or a leak of memory.
#include "validate.h"

#include <algorithm>
#include <type_traits>

#include "ops/ops.h"
#include "validate_q8.h"

namespace mobilenet_edge {
namespace {

class Validator : public Q8Checks {
 public:
  using Q8Checks::Q8Checks;

  // `room` is how many words there are from the record's start.
  void check(const OpHeader& header, size_t room) {
    const bool known = visit_op(header, [&](const auto& op) { record(op, room); });
    require(known, "unknown opcode");
  }

 private:
  using FieldChecks::fields;
  using Q8Checks::product;
  using Q8Checks::taps;

  template <typename Op>
  static constexpr int32_t kBytes = sizeof(ElementOf<Op>);

  template <typename Op>
  void record(const Op& op, size_t room) {
    if (can_run<Op>() && length(op, sizeof(Op), room)) fields(op);
  }
  void record(const InvertedResidualOp& op, size_t room) {
    if (!require(room * sizeof(int32_t) >= sizeof(op) + sizeof(OpHeader), "wrong record length")) return;
    const auto& expansion = reinterpret_cast<const OpHeader&>(*(&op + 1));
    require(visit_op(expansion, [&](const auto& part) { expanded(op, part, room); }), kOtherParts);
  }

  template <typename Op>
  bool length(const Op& op, size_t bytes, size_t room) {
    const size_t words = bytes / sizeof(int32_t);
    return require(op.words >= 0 && (size_t)op.words == words && words <= room, "wrong record length");
  }

  // Whether there are kernels for it.
  template <typename Op>
  bool can_run() {
    return !std::is_same_v<ElementOf<Op>, Half> ||
           require(kernels_.f16_gemm != nullptr, "these kernels have no arithmetic of halves");
  }

  // The checks of ops that multiply: product() and taps() are all but the output and the chunks.

  template <typename Op>
  bool conv(const Op& op) {
    if (!values(op)) return false;
    const double k = (double)op.kernel_height * op.kernel_width * op.input_channels;
    return require(k <= kMaxSize, "a size is out of range") &&
           pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, op.input_channels, kBytes<Op>) &&
           span(limits_.scratch, op.patches, op.output_width * k, kBytes<Op>) &&
           span(limits_.weights, op.weights, op.n * (k + 1), kBytes<Op>);
  }
  bool product(const ConvOp& op) { return conv(op); }
  bool product(const F16ConvOp& op) { return conv(op); }

  template <typename Op>
  bool pointwise(const Op& op) {
    return values(op) && span(limits_.weights, op.weights, op.n * (op.k + 1.0), kBytes<Op>);
  }
  bool product(const PointwiseOp& op) { return pointwise(op); }
  bool product(const F16PointwiseOp& op) { return pointwise(op); }

  template <typename Op>
  bool depthwise(const Op& op) {
    if (!values(op)) return false;
    const double channels = padded_channels(op);
    return span(limits_.scratch, op.pad_row, (double)op.input_width * op.input_stride, kBytes<Op>) &&
           span(limits_.weights, op.weights, channels * ((double)op.kernel_height * op.kernel_width + 1), kBytes<Op>);
  }
  bool taps(const DepthwiseOp& op) { return depthwise(op); }
  bool taps(const F16DepthwiseOp& op) { return depthwise(op); }

  template <typename Op>
  bool is_low(const Op& op) {
    return require(op.stride_height + (op.kernel_height - 1) * op.dilation_height < kMaxDepthwiseRows,
                   "the depthwise window is too high");
  }
  template <typename Op>
  int32_t padded_channels(const Op& op) {
    return align_up(op.channels, geometry_of(kernels_, ElementOf<Op>()).channel_group);
  }
  // Of each row.
  template <typename Op>
  static int32_t values_read(const Op& op) {
    return std::is_same_v<Op, Q8PointwiseOp> ? q8_values_read(op.k) : op.k;
  }
  template <typename Op>
  bool residual(const Op& op, double count) {
    return op.residual == -1 || pixels(limits_.arena, op.residual, count, op.residual_stride, op.n, kBytes<Op>);
  }
  bool residual(const Q8PointwiseOp&, double) { return true; }

  template <typename Op>
  void fields(const Op& op) {
    constexpr Family kFamily = kFamilyOf<Op>;
    if constexpr (kFamily == Family::kConv) {
      product(op) && cut(op) && pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, op.n, kBytes<Op>);
    } else if constexpr (kFamily == Family::kPointwise) {
      product(op) && cut(op) &&
          require(op.n_block % geometry_of(kernels_, ElementOf<Op>()).panel == 0 || op.n_block >= op.n,
                  "n_block is no multiple of the panel") &&
          pixels(limits_.arena, op.input, op.m, op.input_stride, values_read(op), kBytes<Op>) &&
          pixels(limits_.arena, op.output, op.m, op.output_stride, op.n, kBytes<Op>) && residual(op, op.m);
    } else {
      static_assert(kFamily == Family::kDepthwise, "an op with checks of its own has some here");
      if (!taps(op) || !is_low(op) || !cut(op)) return;
      const int32_t channels = padded_channels(op);
      pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, channels, kBytes<Op>) &&
          pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, channels, kBytes<Op>);
    }
  }

  // An inverted residual whose first part is `expansion`.
  template <typename Expansion>
  void expanded(const InvertedResidualOp& op, const Expansion& expansion, size_t room) {
    constexpr Family kFamily = kFamilyOf<Expansion>;
    if constexpr (kFamily == Family::kConv || kFamily == Family::kPointwise) {
      using Depthwise = OpOf<Family::kDepthwise, ElementOf<Expansion>>;
      using Pointwise = OpOf<Family::kPointwise, ElementOf<Expansion>>;
      constexpr size_t kRecordBytes = sizeof(op) + sizeof(Expansion) + sizeof(Depthwise) + sizeof(Pointwise);
      if (!can_run<Expansion>() || !length(op, kRecordBytes, room)) return;
      const auto& depthwise = *reinterpret_cast<const Depthwise*>(&expansion + 1);
      const auto& projection = *reinterpret_cast<const Pointwise*>(&depthwise + 1);
      if (depthwise.opcode == OpTraits<Depthwise>::kOpcode && projection.opcode == OpTraits<Pointwise>::kOpcode) {
        return parts(op, expansion, depthwise, projection);
      }
    }
    require(false, kOtherParts);
  }

  // Whether the expansion makes the rows that the depthwise reads.
  template <typename Op, typename Depthwise>
  bool makes_rows(const Op& op, const Depthwise& depthwise) {
    if constexpr (kFamilyOf<Op> == Family::kConv) {
      return require(op.output_height == depthwise.input_height && op.output_width == depthwise.input_width, kMisfit);
    } else {
      return pixels(limits_.arena, op.input, input_pixels(depthwise), op.input_stride, values_read(op), kBytes<Op>);
    }
  }

  static constexpr const char* kOtherParts = "an inverted residual has other parts";
  static constexpr const char* kMisfit = "the parts of an inverted residual do not fit";

  template <typename Expansion, typename Depthwise, typename Pointwise>
  void parts(const InvertedResidualOp& op, const Expansion& expansion, const Depthwise& depthwise,
             const Pointwise& projection) {
    if (!values(op) || !product(expansion) || !taps(depthwise) || !is_low(depthwise) || !product(projection)) return;
    if (!chunk_count(op.chunks, shares(depthwise.output_height, op.rows_per_chunk))) return;
    const int32_t channels = padded_channels(depthwise);
    const double rows = (op.band_rows - 1.0) * depthwise.stride_height +
                        (depthwise.kernel_height - 1.0) * depthwise.dilation_height + 1;
    require(expansion.n >= depthwise.channels && expansion.output_stride == depthwise.input_stride &&
                projection.k <= channels && projection.input_stride == depthwise.output_stride,
            kMisfit) &&
        require(op.window_rows >= rows || op.window_rows >= depthwise.input_height, "the window is too low") &&
        pixels(limits_.scratch, op.window, (double)op.window_rows * depthwise.input_width, depthwise.input_stride,
               std::max(expansion.n, channels), kBytes<Depthwise>) &&
        pixels(limits_.scratch, op.band, (double)op.band_rows * depthwise.output_width, depthwise.output_stride,
               std::max(channels, values_read(projection)), kBytes<Depthwise>) &&
        makes_rows(expansion, depthwise) &&
        pixels(limits_.arena, projection.output, output_pixels(depthwise), projection.output_stride, projection.n,
               kBytes<Depthwise>) &&
        residual(projection, output_pixels(depthwise));
  }
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
