// The bridge to JavaScript: isas(), geometry(isa), allFinite(values), class Session, and class Weights
// (addon_weights.h). The addon loads
// in any number of JavaScript threads: each holds its Runs as its instance data, and nothing else is kept
// outside the objects. Everything that comes from JavaScript is checked, for a mistake there must be an exception and
// not a crash. lib/node/engines/native.ts is the only caller.
#include <napi.h>
#include <string.h>

#include <memory>
#include <string>
#include <vector>

#include "addon_arguments.h"
#include "addon_run.h"
#include "addon_weights.h"
#include "cpu.h"
#include "finite.h"
#include "geometry.h"
#include "loaded.h"
#include "validate.h"

namespace mobilenet_edge {
namespace {

bool read_port(const Napi::Value& object, const Loaded& loaded, Port* port) {
  if (!object.IsObject()) return false;
  Napi::Value flips;
  if (!read_size(object, "offset", &port->offset) || !read_size(object, "pixels", &port->pixels) ||
      !read_size(object, "channelBytes", &port->channel_bytes) ||
      !read_size(object, "strideBytes", &port->stride_bytes) || !read_size(object, "afterWord", &port->after_word) ||
      !read_field(object, "flips", &flips)) {
    return false;
  }
  port->flips = is_true(flips);
  if (port->pixels == 0 || port->channel_bytes == 0 || port->stride_bytes < port->channel_bytes) return false;
  // In double, which cannot overflow.
  const double end = (double)port->offset + (port->pixels - 1.0) * port->stride_bytes + port->channel_bytes;
  return end <= (double)loaded.arena.size() && port->after_word <= loaded.op_word_count() &&
         is_record_boundary(loaded.op_words(), loaded.op_word_count(), port->after_word);
}

// Weights, which are taken over, or a copy of a TypedArray. False for anything else.
bool read_weights(const Napi::Value& value, Memory* memory) {
  if (Weights::take(value, memory)) return true;
  Bytes bytes;
  if (!read_bytes(value, &bytes)) return false;
  *memory = Memory(bytes.size);
  if (memory->data() && bytes.size) memcpy(memory->data(), bytes.data, bytes.size);
  return true;
}

class Session : public Napi::ObjectWrap<Session> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Session",
                       {InstanceMethod<&Session::guarded<&Session::add_port>>("addPort"),
                        InstanceMethod<&Session::guarded<&Session::run>>("run"),
                        InstanceMethod<&Session::guarded<&Session::stop>>("stop"),
                        InstanceMethod<&Session::guarded<&Session::close>>("close"),
                        InstanceMethod<&Session::guarded<&Session::read_memory>>("readMemory"),
                        InstanceMethod<&Session::guarded<&Session::write_memory>>("writeMemory")});
  }

  // new Session(isa, ops: Int32Array, weights: Weights | Uint8Array, arenaBytes, scratchBytes, threads): the arena
  // holds the scratch of all threads
  explicit Session(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Session>(info) {
    or_out_of_memory(info.Env(), [&] { open(info); });
  }

  void Finalize(Napi::Env env) override { release(env); }

 private:
  template <auto method>
  Napi::Value guarded(const Napi::CallbackInfo& info) {
    return or_out_of_memory(info.Env(), [&] { return (this->*method)(info); });
  }

  void open(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    std::string isa;
    ArrayView<int32_t> ops;
    auto loaded = std::make_shared<Loaded>();
    size_t arena_bytes = 0, scratch_bytes = 0, threads = 0;
    constexpr const char* kExpected = "Expected (isa, ops: Int32Array, weights, arenaBytes, scratchBytes, threads)";
    if (info.Length() != 6 || !info[0].IsString() || !read_array(info[1], napi_int32_array, &ops) ||
        !read_size(info[3], &arena_bytes) || !read_size(info[4], &scratch_bytes) || !read_size(info[5], &threads) ||
        threads < 1 || threads > kMaxThreads || scratch_bytes > arena_bytes / threads) {
      return throw_type_error(env, kExpected);
    }
    if (!read_name(info[0], &isa) || !select_kernels(isa.c_str(), &loaded->kernels)) {
      return throw_range_error(env, "This instruction set is not available");
    }
    if (!read_weights(info[2], &loaded->weights)) return throw_type_error(env, kExpected);
    const size_t ops_bytes = ops.length * sizeof(int32_t);
    loaded->ops = Memory(ops_bytes);
    loaded->arena = Memory(arena_bytes);
    loaded->scratch_bytes = scratch_bytes;
    loaded->threads = static_cast<int32_t>(threads);
    if (!loaded->ops.data() || !loaded->weights.data() || !loaded->arena.data()) return throw_out_of_memory(env);
    if (ops_bytes) memcpy(loaded->ops.data(), ops.data, ops_bytes);
    // The copies, for JavaScript may change its own, and another thread may do so now.
    const Defect defect = validate(
        loaded->op_words(), loaded->op_word_count(),
        {loaded->weights.size(), arena_bytes, arena_bytes - (threads - 1) * scratch_bytes, loaded->weights.data()},
        loaded->kernels);
    if (defect.message) {
      const std::string where = "Invalid program at word " + std::to_string(defect.word) + ": ";
      return throw_range_error(env, (where + defect.message).c_str());
    }
    Napi::MemoryManagement::AdjustExternalMemory(env, static_cast<int64_t>(loaded->bytes()));
    loaded_ = std::move(loaded);
  }

  // addPort(port): number, by which run() knows it: reading an object takes longer than waking a thread.
  Napi::Value add_port(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const std::shared_ptr<Loaded> loaded = loaded_;  // a getter may do anything
    if (!loaded) {
      throw_closed(env);
      return env.Undefined();
    }
    Port port;
    if (info.Length() != 1 || !read_port(info[0], *loaded, &port)) {
      throw_type_error(env, "Expected a port inside the arena");
      return env.Undefined();
    }
    ports_.push_back(port);
    return Napi::Number::New(env, static_cast<double>(ports_.size() - 1));
  }

  const Port* port(const Napi::Value& value) const {
    size_t index;
    return read_size(value, &index) && index < ports_.size() ? &ports_[index] : nullptr;
  }

  // The ports that a Uint32Array names. Copies, since another thread may change what is checked.
  bool read_ports(const Napi::Value& value, std::vector<Port>* ports) const {
    ArrayView<uint32_t> indices;
    if (!read_array(value, napi_uint32_array, &indices) || indices.length == 0) return false;
    for (size_t i = 0; i < indices.length; ++i) {
      const size_t index = indices.data[i];
      if (index >= ports_.size()) return false;
      ports->push_back(ports_[index]);
    }
    return true;
  }

  // run(input: TypedArray, inputPort, outputPorts: Uint32Array, timed?: boolean): Promise of an Array with the
  // ArrayBuffer of each output or, if timed, with that of the milliseconds that each op took; undefined if it was
  // stopped.
  Napi::Value run(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!idle(env)) return env.Undefined();
    const std::shared_ptr<Loaded> loaded = loaded_;
    const Port* const input = port(info[1]);
    std::vector<Port> outputs;
    Bytes bytes;
    if (!input || !read_ports(info[2], &outputs) || !read_bytes(info[0], &bytes) ||
        bytes.size != input->pixels * input->channel_bytes) {
      throw_type_error(env,
                       "Expected (input: TypedArray, input port, output ports: Uint32Array) with ports of addPort()");
      return env.Undefined();
    }
    Run* const run = env.GetInstanceData<Runs>()->begin(loaded, std::move(outputs), /*timed=*/is_true(info[3]));
    if (!run) {
      throw_error(env, "The operating system gave no thread");
      return env.Undefined();
    }
    running_ = run->shared();
    const Napi::Value promise = run->promise();
    // Here and not on another thread, because JavaScript may change or detach the input while that runs; but while
    // threads wake.
    copy_pixels(loaded->arena.data() + input->offset, input->stride_bytes, bytes.data, input->channel_bytes, *input);
    run->input_is_written();
    return promise;
  }

  // stop(): a run in progress ends when each of its threads is done with its chunk.
  Napi::Value stop(const Napi::CallbackInfo& info) {
    if (const std::shared_ptr<SharedRun> run = running_.lock()) run->execution.stop();
    return info.Env().Undefined();
  }

  Napi::Value close(const Napi::CallbackInfo& info) {
    release(info.Env());
    return stop(info);
  }

  Napi::Value read_memory(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!idle(env)) return env.Undefined();
    return copy_of(env, loaded_->arena);
  }

  Napi::Value write_memory(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!idle(env)) return env.Undefined();
    const Memory& arena = loaded_->arena;
    Bytes bytes;
    if (info.Length() != 1 || !read_bytes(info[0], &bytes) || bytes.size != arena.size()) {
      throw_type_error(env, "Expected a TypedArray as long as the arena");
      return env.Undefined();
    }
    if (arena.size()) memcpy(arena.data(), bytes.data, arena.size());
    return env.Undefined();
  }

  bool idle(Napi::Env env) {
    if (loaded_ && !loaded_->running) return true;
    if (!loaded_) {
      throw_closed(env);
    } else {
      throw_error(env, "The session is running");
    }
    return false;
  }
  static void throw_closed(Napi::Env env) { throw_error(env, "The session is closed"); }

  // A run in progress has a share of its own and frees the memory when it ends.
  void release(Napi::Env env) {
    if (!loaded_) return;
    Napi::MemoryManagement::AdjustExternalMemory(env, -static_cast<int64_t>(loaded_->bytes()));
    loaded_.reset();
  }

  std::shared_ptr<Loaded> loaded_;
  std::weak_ptr<SharedRun> running_;
  std::vector<Port> ports_;
};

// allFinite(values: Float32Array): boolean
Napi::Value all_finite_of(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  ArrayView<uint32_t> bits;
  if (info.Length() != 1 || !read_array(info[0], napi_float32_array, &bits)) {
    throw_type_error(env, "Expected a Float32Array");
    return env.Undefined();
  }
  return Napi::Boolean::New(env, all_finite(bits.data, bits.length));
}

Napi::Value isas(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto names = available_isas();
  const Napi::Array array = Napi::Array::New(env, names.size());
  for (uint32_t i = 0; i < names.size(); ++i) {
    if (napi_set_element(env, array, i, Napi::String::New(env, names[i])) != napi_ok) return {};
  }
  return array;
}

Napi::Value geometry(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Kernels kernels;
  std::string isa;
  if (info.Length() != 1 || !read_name(info[0], &isa) || !select_kernels(isa.c_str(), &kernels)) {
    throw_type_error(env, "Expected the name of an available instruction set");
    return env.Undefined();
  }
  return Napi::String::New(env, geometry_json(kernels));
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Runs(env));
  exports.Set("isas", Napi::Function::New(env, isas, "isas"));
  exports.Set("geometry", Napi::Function::New(env, geometry, "geometry"));
  exports.Set("allFinite", Napi::Function::New(env, all_finite_of, "allFinite"));
  exports.Set("Weights", Weights::define(env));
  exports.Set("Session", Session::define(env));
  return exports;
}

NODE_API_MODULE(mobilenet_edge, initialize)

}  // namespace
}  // namespace mobilenet_edge
