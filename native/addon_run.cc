#include "addon_run.h"

#include <algorithm>
#include <utility>

#include "addon_errors.h"

namespace mobilenet_edge {
namespace {

size_t count_records(const int32_t* ops, size_t words) {
  size_t count = 0;
  for (size_t at = 0; at < words; at += reinterpret_cast<const OpHeader&>(ops[at]).words) ++count;
  return count;
}

// After how many words of ops all ports hold their values.
size_t last_word(const std::vector<Port>& ports) {
  size_t last = 0;
  for (const Port& port : ports) last = std::max(last, port.after_word);
  return last;
}

}  // namespace

SharedRun::SharedRun(std::shared_ptr<Loaded> program, size_t words, bool timed)
    : loaded(std::move(program)),
      times(timed ? count_records(loaded->op_words(), words) + 1 : 0),
      execution({&loaded->kernels, loaded->weights.data(), loaded->arena.data(), /*scratch=*/loaded->arena.data()},
                loaded->scratch_bytes, loaded->threads, loaded->op_words(), words, timed ? &times : nullptr) {}

Run::Run(Napi::Env env, std::shared_ptr<Loaded> loaded, std::vector<Port> outputs, bool timed)
    : env_(env),
      outputs_(std::move(outputs)),
      shared_(std::make_shared<SharedRun>(std::move(loaded), last_word(outputs_), timed)) {
  napi_create_promise(env_, &deferred_, &promise_);
  shared_->execution.hold();
}

Run::~Run() {
  if (answer_) napi_delete_reference(env_, answer_);
}

void Run::input_is_written() {
  shared_->loaded->running = true;
  shared_->execution.release();
  // While the program runs, for it takes the JavaScript thread about as long as waking threads.
  make_answer();
}

void Run::make_answer() {
  const size_t times = shared_->times.size();
  napi_value answer;
  if (napi_create_array_with_length(env_, times ? 1 : outputs_.size(), &answer) != napi_ok) return;
  if (times) {
    if (!add_buffer(answer, (times - 1) * sizeof(double))) return;
  } else {
    for (const Port& port : outputs_) {
      if (!add_buffer(answer, port.pixels * port.channel_bytes)) return;
    }
  }
  napi_create_reference(env_, answer, 1, &answer_);
}

bool Run::add_buffer(napi_value answer, size_t bytes) {
  void* data;
  const napi_value buffer = new_array_buffer(env_, bytes, &data);
  if (!buffer) return false;
  answer_data_.push_back(data);
  return napi_set_element(env_, answer, static_cast<uint32_t>(answer_data_.size() - 1), buffer) == napi_ok;
}

// Calls of Node-API fail here when the JavaScript thread is being terminated; nobody waits for the answer then.
void Run::settle() {
  shared_->loaded->running = false;
  napi_value answer;
  if (!deferred_) return;
  if (shared_->execution.stopped()) {
    if (napi_get_undefined(env_, &answer) != napi_ok) return;
  } else {
    if (!answer_) return reject_out_of_memory();
    if (napi_get_reference_value(env_, answer_, &answer) != napi_ok) return;
    write_answer();
  }
  napi_resolve_deferred(env_, deferred_, answer);
}

void Run::reject_out_of_memory() const {
  napi_value code, message, error;
  if (napi_create_string_utf8(env_, kOutOfMemory, NAPI_AUTO_LENGTH, &code) == napi_ok &&
      napi_create_string_utf8(env_, kNoMemory, NAPI_AUTO_LENGTH, &message) == napi_ok &&
      napi_create_error(env_, code, message, &error) == napi_ok) {
    napi_reject_deferred(env_, deferred_, error);
  }
}

void Run::write_answer() const {
  const Execution::Times& times = shared_->times;
  for (size_t i = 0; i + 1 < times.size(); ++i) {
    static_cast<double*>(answer_data_[0])[i] = static_cast<double>(times[i + 1] - times[i]) / 1e6;
  }
  if (!times.empty()) return;
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const Port& port = outputs_[i];
    const uint8_t* values = shared_->loaded->arena.data() + port.offset;
    copy_pixels(static_cast<uint8_t*>(answer_data_[i]), port.channel_bytes, values, port.stride_bytes, port);
  }
}

Runs::Runs(Napi::Env env) : env_(env) {
  napi_threadsafe_function function;
  const napi_value name = Napi::String::New(env, "mobilenet_edge");
  if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, on_end, &function) !=
      napi_ok) {
    return;
  }
  mailbox_->function = function;
  // Only a run keeps the process alive.
  napi_unref_threadsafe_function(env, function);
  // Hooks are called in the reverse order, so this one comes before the function goes.
  napi_add_env_cleanup_hook(
      env, [](void* runs) { static_cast<Runs*>(runs)->stop_all(); }, this);
}

Runs::~Runs() = default;

Run* Runs::begin(const std::shared_ptr<Loaded>& loaded, std::vector<Port> outputs, bool timed) {
  if (!mailbox_->function) return nullptr;
  auto run = std::make_unique<Run>(env_, loaded, std::move(outputs), timed);
  Run* const key = run.get();
  const Team::Work work = [shared = run->shared(), mailbox = mailbox_, key](int32_t member) {
    shared->execution.work(member);
    if (member == 0) mailbox->post(key);
  };
  const auto place = runs_.emplace(key, std::move(run)).first;
  if (!team_->run(loaded->threads, work)) {
    runs_.erase(place);
    return nullptr;
  }
  if (runs_.size() == 1) napi_ref_threadsafe_function(env_, mailbox_->function);
  return key;
}

void Runs::Mailbox::post(Run* ended) {
  std::lock_guard<std::mutex> lock(mutex);
  if (function) napi_call_threadsafe_function(function, ended, napi_tsfn_nonblocking);
}

// On the JavaScript thread; without an environment where that is being torn down.
void Runs::on_end(napi_env env, napi_value, void* context, void* ended) {
  if (!env) return;
  Runs* const runs = static_cast<Runs*>(context);
  const auto found = runs->runs_.find(static_cast<Run*>(ended));
  if (found == runs->runs_.end()) return;
  const std::unique_ptr<Run> run = std::move(found->second);
  runs->runs_.erase(found);
  if (runs->runs_.empty()) napi_unref_threadsafe_function(env, runs->mailbox_->function);
  run->settle();
}

void Runs::stop_all() {
  {
    std::lock_guard<std::mutex> lock(mailbox_->mutex);
    mailbox_->function = nullptr;
  }
  for (const auto& run : runs_) run.first->shared()->execution.stop();
  runs_.clear();
}

}  // namespace mobilenet_edge
