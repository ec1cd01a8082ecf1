// The bridge to JavaScript: isas(), geometry(isa), allFinite(values), class Session, and class Weights
// (addon_weights.h). The addon loads
// in any number of JavaScript threads: each holds the process's Team as its instance data, and nothing else is kept
// outside the objects. Everything that comes from JavaScript is checked, for a mistake there must be an exception and
// not a crash. lib/engines/native.ts is the only caller.
#include <napi.h>
#include <string.h>

#include <memory>
#include <string>
#include <vector>

#include "addon_arguments.h"
#include "addon_weights.h"
#include "cpu.h"
#include "execute.h"
#include "finite.h"
#include "geometry.h"
#include "memory.h"
#include "team.h"
#include "validate.h"

namespace mobilenet_edge {
namespace {

constexpr size_t kMaxThreads = 64;

// A program and its memory, kept alive by the Session and by a run in progress.
struct Loaded {
  Kernels kernels;
  Memory ops, weights, arena;
  int32_t threads;
  size_t scratch_bytes;  // how far each thread's scratch lies behind the one before
  bool running = false;

  const int32_t* op_words() const { return reinterpret_cast<const int32_t*>(ops.data()); }
  size_t op_word_count() const { return ops.size() / sizeof(int32_t); }
  size_t bytes() const { return ops.size() + weights.size() + arena.size(); }
};

// Pixels of a picture in the arena: `channel_bytes` at each of `pixels` places `stride_bytes` apart.
struct Port {
  size_t offset, pixels, channel_bytes, stride_bytes, words;
  bool flips;  // JavaScript has int8 where the arena has uint8, or the reverse: 128 less or more, which is the top bit
};

void copy_bytes(uint8_t* to, const uint8_t* from, size_t bytes, bool flips) {
  if (!flips) return (void)memcpy(to, from, bytes);
  for (size_t i = 0; i < bytes; ++i) to[i] = from[i] ^ 0x80;
}

void copy_pixels(uint8_t* to, size_t to_stride, const uint8_t* from, size_t from_stride, const Port& port) {
  if (to_stride == from_stride && to_stride == port.channel_bytes) {
    return copy_bytes(to, from, port.pixels * port.channel_bytes, port.flips);
  }
  for (size_t i = 0; i < port.pixels; ++i) {
    copy_bytes(to + i * to_stride, from + i * from_stride, port.channel_bytes, port.flips);
  }
}

bool read_port(const Napi::Value& object, const Loaded& loaded, Port* port) {
  if (!object.IsObject()) return false;
  Napi::Value flips;
  if (!read_size(object, "offset", &port->offset) || !read_size(object, "pixels", &port->pixels) ||
      !read_size(object, "channelBytes", &port->channel_bytes) ||
      !read_size(object, "strideBytes", &port->stride_bytes) || !read_size(object, "words", &port->words) ||
      !read_field(object, "flips", &flips)) {
    return false;
  }
  port->flips = is_true(flips);
  if (port->pixels == 0 || port->channel_bytes == 0 || port->stride_bytes < port->channel_bytes) return false;
  // In double, which cannot overflow.
  const double end = (double)port->offset + (port->pixels - 1.0) * port->stride_bytes + port->channel_bytes;
  return end <= (double)loaded.arena.size() && port->words <= loaded.op_word_count() &&
         is_record_boundary(loaded.op_words(), loaded.op_word_count(), port->words);
}

// What a JavaScript thread holds as long as it may run anything.
struct Instance {
  std::shared_ptr<Team> team = Team::of_process();
};

size_t count_records(const int32_t* ops, size_t words) {
  size_t count = 0;
  for (size_t at = 0; at < words; at += reinterpret_cast<const OpHeader&>(ops[at]).words) ++count;
  return count;
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

// What the threads of a run share. A helper may come late, so each has a share of its own.
struct SharedRun {
  const std::shared_ptr<Loaded> loaded;
  Execution::Times times;
  Execution execution;

  SharedRun(std::shared_ptr<Loaded> program, size_t words, bool timed)
      : loaded(std::move(program)),
        times(timed ? count_records(loaded->op_words(), words) + 1 : 0),
        execution({&loaded->kernels, loaded->weights.data(), loaded->arena.data(), /*scratch=*/loaded->arena.data()},
                  loaded->scratch_bytes, loaded->threads, loaded->op_words(), words, timed ? &times : nullptr) {}
};

class Run : public Napi::AsyncWorker {
 public:
  Run(Napi::Env env, std::shared_ptr<Loaded> loaded, const Port& output, bool timed)
      : Napi::AsyncWorker(env, "mobilenet_edge"),
        team_(env.GetInstanceData<Instance>()->team),
        loaded_(loaded),
        output_(output),
        shared_(std::make_shared<SharedRun>(std::move(loaded), output.words, timed)) {
    napi_create_promise(env, &deferred_, &promise_);
  }

  ~Run() override {
    end();
    if (answer_) napi_delete_reference(Env(), answer_);
  }

  // Wakes all threads; they wait for the input, which input_is_written() says is there.
  Napi::Value start() {
    loaded_->running = true;
    shared_->execution.hold();
    team_->begin(loaded_->threads, [shared = shared_](int32_t member) { shared->execution.work(member); });
    begun_ = true;
    Queue();
    return {Env(), promise_};
  }
  void input_is_written() {
    shared_->execution.release();
    make_answer();
  }

 protected:
  void Execute() override {
    shared_->execution.work(0);
    end();
  }

  // Calls of Node-API fail here when the JavaScript thread is being terminated; nobody waits for the answer then.
  void OnOK() override {
    loaded_->running = false;
    if (!answer_) return reject_out_of_memory();
    napi_value answer;
    if (napi_get_reference_value(Env(), answer_, &answer) != napi_ok) return;
    const Execution::Times& times = shared_->times;
    if (times.empty()) {
      copy_pixels(static_cast<uint8_t*>(answer_data_), output_.channel_bytes, loaded_->arena.data() + output_.offset,
                  output_.stride_bytes, output_);
    }
    for (size_t i = 0; i + 1 < times.size(); ++i) {
      static_cast<double*>(answer_data_)[i] = static_cast<double>(times[i + 1] - times[i]) / 1e6;
    }
    napi_resolve_deferred(Env(), deferred_, answer);
  }

 private:
  // While the program runs, for it takes the JavaScript thread about as long as waking threads.
  void make_answer() {
    const Execution::Times& times = shared_->times;
    const size_t bytes = times.empty() ? output_.pixels * output_.channel_bytes : (times.size() - 1) * sizeof(double);
    const napi_value answer = new_array_buffer(Env(), bytes, &answer_data_);
    if (answer) napi_create_reference(Env(), answer, 1, &answer_);
  }

  void reject_out_of_memory() {
    napi_value code, message, error;
    if (napi_create_string_utf8(Env(), kOutOfMemory, NAPI_AUTO_LENGTH, &code) == napi_ok &&
        napi_create_string_utf8(Env(), kNoMemory, NAPI_AUTO_LENGTH, &message) == napi_ok &&
        napi_create_error(Env(), code, message, &error) == napi_ok) {
      napi_reject_deferred(Env(), deferred_, error);
    }
  }

  // Also where Execute() is never called.
  void end() {
    if (begun_) team_->end();
    begun_ = false;
  }

  const std::shared_ptr<Team> team_;
  const std::shared_ptr<Loaded> loaded_;
  const Port output_;
  const std::shared_ptr<SharedRun> shared_;
  bool begun_ = false;
  napi_deferred deferred_ = nullptr;
  napi_value promise_ = nullptr;
  napi_ref answer_ = nullptr;  // an ArrayBuffer; null where there is no memory, or JavaScript is being terminated
  void* answer_data_ = nullptr;
};

class Session : public Napi::ObjectWrap<Session> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Session",
                       {InstanceMethod<&Session::guarded<&Session::add_port>>("addPort"),
                        InstanceMethod<&Session::guarded<&Session::run>>("run"),
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

  // run(input: TypedArray, inputPort, outputPort, timed?: boolean): Promise<ArrayBuffer> of the output or, if timed, of
  // the milliseconds that each op took.
  Napi::Value run(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!idle(env)) return env.Undefined();
    const std::shared_ptr<Loaded> loaded = loaded_;
    const Port* const input = port(info[1]);
    const Port* const output = port(info[2]);
    Bytes bytes;
    if (!input || !output || !read_bytes(info[0], &bytes) || bytes.size != input->pixels * input->channel_bytes) {
      throw_type_error(env, "Expected (input: TypedArray, input port, output port) with ports of addPort()");
      return env.Undefined();
    }
    auto* worker = new Run(env, loaded, *output, /*timed=*/is_true(info[3]));  // deletes itself, on this thread
    const Napi::Value promise = worker->start();
    // Here and not in the worker, because JavaScript may change or detach the input while that runs; but while threads
    // wake.
    copy_pixels(loaded->arena.data() + input->offset, input->stride_bytes, bytes.data, input->channel_bytes, *input);
    worker->input_is_written();
    return promise;
  }

  Napi::Value close(const Napi::CallbackInfo& info) {
    release(info.Env());
    return info.Env().Undefined();
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
  env.SetInstanceData(new Instance());
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
