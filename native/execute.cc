#include "execute.h"

#include "ops/q8_ops.h"
#include "spin.h"

namespace mobilenet_edge {
namespace {

// About what sleeping and being woken cost.
constexpr std::chrono::microseconds kSpinTime(100);

void run_chunk(const Context& context, const OpHeader& op, int32_t chunk) {
  switch (op.opcode) {
    case OPCODE_CONV:
      return run_conv(context, reinterpret_cast<const ConvOp&>(op), chunk);
    case OPCODE_POINTWISE:
      return run_pointwise(context, reinterpret_cast<const PointwiseOp&>(op), chunk);
    case OPCODE_DEPTHWISE:
      return run_depthwise(context, reinterpret_cast<const DepthwiseOp&>(op), chunk);
    case OPCODE_INVERTED_RESIDUAL:
      return run_inverted_residual(context, reinterpret_cast<const InvertedResidualOp&>(op), chunk);
    case OPCODE_ADD:
      return run_add(context, reinterpret_cast<const AddOp&>(op), chunk);
    case OPCODE_POOL:
      return run_pool(context, reinterpret_cast<const PoolOp&>(op), chunk);
    case OPCODE_SOFTMAX:
      return run_softmax(context, reinterpret_cast<const SoftmaxOp&>(op), chunk);
    case OPCODE_SIGMOID:
      return run_sigmoid(context, reinterpret_cast<const SigmoidOp&>(op), chunk);
    case OPCODE_Q8_CONV:
      return run_q8_conv(context, reinterpret_cast<const Q8ConvOp&>(op), chunk);
    case OPCODE_Q8_POINTWISE:
      return run_q8_pointwise(context, reinterpret_cast<const Q8PointwiseOp&>(op), chunk);
    case OPCODE_Q8_DEPTHWISE:
      return run_q8_depthwise(context, reinterpret_cast<const Q8DepthwiseOp&>(op), chunk);
    case OPCODE_Q8_ADD:
      return run_q8_add(context, reinterpret_cast<const Q8AddOp&>(op), chunk);
    case OPCODE_Q8_POOL:
      return run_q8_pool(context, reinterpret_cast<const Q8PoolOp&>(op), chunk);
    case OPCODE_Q8_MEAN:
      return run_q8_mean(context, reinterpret_cast<const Q8MeanOp&>(op), chunk);
    case OPCODE_Q8_LOOKUP:
      return run_q8_lookup(context, reinterpret_cast<const Q8LookupOp&>(op), chunk);
    case OPCODE_Q8_SOFTMAX:
      return run_q8_softmax(context, reinterpret_cast<const Q8SoftmaxOp&>(op), chunk);
    case OPCODE_Q8_QUANTIZE:
      return run_q8_quantize(context, reinterpret_cast<const Q8QuantizeOp&>(op), chunk);
    case OPCODE_Q8_DEQUANTIZE:
      return run_q8_dequantize(context, reinterpret_cast<const Q8DequantizeOp&>(op), chunk);
  }
}

}  // namespace

void Execution::work(int32_t member) {
  Context context = context_;
  context.scratch += member * scratch_bytes_;
  size_t begin = 0;  // how many chunks the ops before this one have
  size_t index = 0;
  for (size_t at = 0; at < words_; ++index) {
    const OpHeader& op = reinterpret_cast<const OpHeader&>(ops_[at]);
    const size_t end = begin + op.chunks;
    wait_for(begin);
    if (times_) note_time(index);
    size_t mine = 0;
    for (size_t chunk = begun_.load(std::memory_order_relaxed); chunk < end;) {
      if (!begun_.compare_exchange_weak(chunk, chunk + 1, std::memory_order_relaxed)) continue;
      run_chunk(context, op, static_cast<int32_t>(chunk - begin));
      ++mine;
      chunk = begun_.load(std::memory_order_relaxed);
    }
    if (mine) finish(mine);
    begin = end;
    at += op.words;
  }
  if (member != 0) return;
  wait_for(begin);
  if (times_) note_time(index);
}

// Returns when the first `chunks` chunks are done, and their results can be seen.
void Execution::wait_for(size_t chunks) {
  const auto reached = [&] { return done_.load() >= chunks; };
  if (reached() || spin_until(reached, kSpinTime)) return;
  std::unique_lock<std::mutex> lock(mutex_);
  // Either finish() sees this sleeper or the sleeper sees what finish() has added: both use one order of all threads.
  ++sleepers_;
  progress_.wait(lock, reached);
  --sleepers_;
}

// Keeps the earliest time.
void Execution::note_time(size_t index) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  int64_t unset = 0;
  (*times_)[index].compare_exchange_strong(unset, std::chrono::nanoseconds(now).count());
}

void Execution::finish(size_t chunks) {
  done_ += chunks;
  if (sleepers_ == 0) return;
  // With the mutex, for otherwise somebody could be between looking and sleeping.
  std::lock_guard<std::mutex> lock(mutex_);
  progress_.notify_all();
}

}  // namespace mobilenet_edge
