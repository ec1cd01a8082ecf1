// Reading what JavaScript passes to the addon. Every function returns false for what is not as expected.
#pragma once

#include <napi.h>

namespace mobilenet_edge {

template <typename T>
struct ArrayView {
  const T* data = nullptr;
  size_t length = 0;
};

// A TypedArray of this type; no JavaScript may run while the view is in use.
template <typename T>
bool read_array(const Napi::Value& value, napi_typedarray_type expected, ArrayView<T>* view) {
  if (!value.IsTypedArray()) return false;
  napi_typedarray_type type;
  void* data = nullptr;
  const napi_status status =
      napi_get_typedarray_info(value.Env(), value, &type, &view->length, &data, nullptr, nullptr);
  view->data = static_cast<const T*>(data);
  return status == napi_ok && type == expected;
}

struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

// The bytes of any TypedArray.
inline bool read_bytes(const Napi::Value& value, Bytes* bytes) {
  if (!value.IsTypedArray()) return false;
  const Napi::TypedArray array = value.As<Napi::TypedArray>();
  bytes->data = static_cast<const uint8_t*>(array.ArrayBuffer().Data()) + array.ByteOffset();
  bytes->size = array.ByteLength();
  return true;
}

inline bool read_size(const Napi::Value& value, size_t* size) {
  constexpr double kMaxSafeInteger = 9007199254740991.0;
  if (!value.IsNumber()) return false;
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= 0) || number > kMaxSafeInteger || number > (double)(SIZE_MAX / 2)) return false;
  *size = static_cast<size_t>(number);
  return static_cast<double>(*size) == number;
}

inline bool read_int32(const Napi::Value& value, int32_t* integer) {
  if (!value.IsNumber()) return false;
  *integer = value.As<Napi::Number>().Int32Value();
  return value.As<Napi::Number>().DoubleValue() == *integer;
}

inline void throw_out_of_memory(Napi::Env env) {
  Napi::Error error = Napi::Error::New(env, "The operating system gave no memory");
  error.Set("code", Napi::String::New(env, "OUT_OF_MEMORY"));
  error.ThrowAsJavaScriptException();
}

}  // namespace mobilenet_edge
