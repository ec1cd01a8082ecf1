// Exceptions that the addon throws. node-addon-api's own ways to throw end the process where an exception is pending
// already, as it is after a getter has thrown; these calls of Node-API leave that one as it is. They also do nothing
// while the JavaScript thread is being terminated.
#pragma once

#include <napi.h>
#include <string.h>

#include <new>
#include <stdexcept>

#include "memory.h"

namespace mobilenet_edge {

inline void throw_error(Napi::Env env, const char* message) { napi_throw_error(env, nullptr, message); }
inline void throw_type_error(Napi::Env env, const char* expected) { napi_throw_type_error(env, nullptr, expected); }
inline void throw_range_error(Napi::Env env, const char* message) { napi_throw_range_error(env, nullptr, message); }

constexpr const char* kOutOfMemory = "OUT_OF_MEMORY";
constexpr const char* kNoMemory = "The operating system gave no memory";
inline void throw_out_of_memory(Napi::Env env) { napi_throw_error(env, kOutOfMemory, kNoMemory); }

// What `action` returns. No exception of C++ may reach JavaScript's frames; those that the addon can meet say that
// there is no memory, or never could be.
template <typename Action>
auto or_out_of_memory(Napi::Env env, Action action) -> decltype(action()) {
  try {
    return action();
  } catch (const std::bad_alloc&) {
    throw_out_of_memory(env);
  } catch (const std::length_error&) {
    throw_out_of_memory(env);
  }
  return decltype(action())();
}

// An ArrayBuffer of zeros at `*data`; null, and no exception, where there is no memory. V8's own constructor, because
// the call of Node-API that makes one ends the process then.
inline napi_value new_array_buffer(Napi::Env env, size_t bytes, void** data) {
  napi_value global, constructor, length, buffer, refusal;
  size_t size = 0;
  bool made = false;
  if (napi_get_global(env, &global) == napi_ok &&
      napi_get_named_property(env, global, "ArrayBuffer", &constructor) == napi_ok &&
      napi_create_double(env, static_cast<double>(bytes), &length) == napi_ok &&
      napi_new_instance(env, constructor, 1, &length, &buffer) == napi_ok &&
      napi_is_arraybuffer(env, buffer, &made) == napi_ok && made &&
      napi_get_arraybuffer_info(env, buffer, data, &size) == napi_ok && size == bytes) {
    return buffer;
  }
  napi_get_and_clear_last_exception(env, &refusal);
  return nullptr;
}

// The same with a copy of `memory`, or an exception.
inline Napi::Value copy_of(Napi::Env env, const Memory& memory) {
  void* data = nullptr;
  const napi_value copy = new_array_buffer(env, memory.size(), &data);
  if (!copy) throw_out_of_memory(env);
  if (copy && memory.size()) memcpy(data, memory.data(), memory.size());
  return {env, copy};
}

}  // namespace mobilenet_edge
