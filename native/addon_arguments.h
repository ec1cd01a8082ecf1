// Reading what JavaScript passes to the addon. Every function returns false for what is not as expected, and where a
// getter has thrown, whose exception then is pending. Values are never converted: that may call JavaScript, and fails
// while the thread is being terminated. Arrays may be over memory of any kind: shared, resizable or detached, at any
// offset. Memory that other threads may be writing holds other values when it is read again, so whatever is checked is
// copied first.
#pragma once

#include <napi.h>
#include <string.h>

#include <string>

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

// 0 for a type that this build does not know.
inline size_t element_bytes(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      return 1;
    case napi_int16_array:
    case napi_uint16_array:
      return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      return 4;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array:
      return 8;
    default:
      return 0;
  }
}

struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

// The bytes of a TypedArray or DataView; no JavaScript may run while they are in use.
inline bool read_bytes(const Napi::Value& value, Bytes* bytes) {
  void* data = nullptr;
  size_t size = 0;
  if (value.IsTypedArray()) {
    auto type = static_cast<napi_typedarray_type>(-1);
    if (napi_get_typedarray_info(value.Env(), value, &type, &size, &data, nullptr, nullptr) != napi_ok) return false;
    if (element_bytes(type) == 0) return false;
    size *= element_bytes(type);
  } else if (!value.IsDataView() ||
             napi_get_dataview_info(value.Env(), value, &size, &data, nullptr, nullptr) != napi_ok) {
    return false;
  }
  *bytes = {static_cast<const uint8_t*>(data), size};
  return true;
}

// Property `name` of an object, which a getter may give.
inline bool read_field(const Napi::Value& object, const char* name, Napi::Value* field) {
  napi_value value;
  if (napi_get_named_property(object.Env(), object, name, &value) != napi_ok) return false;
  *field = Napi::Value(object.Env(), value);
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
inline bool read_size(const Napi::Value& object, const char* name, size_t* size) {
  Napi::Value field;
  return read_field(object, name, &field) && read_size(field, size);
}

inline bool read_int32(const Napi::Value& value, int32_t* integer) {
  if (!value.IsNumber()) return false;
  *integer = value.As<Napi::Number>().Int32Value();
  return value.As<Napi::Number>().DoubleValue() == *integer;
}
inline bool read_int32(const Napi::Value& object, const char* name, int32_t* integer) {
  Napi::Value field;
  return read_field(object, name, &field) && read_int32(field, integer);
}

inline bool read_double(const Napi::Value& object, const char* name, double* number) {
  Napi::Value field;
  if (!read_field(object, name, &field) || !field.IsNumber()) return false;
  *number = field.As<Napi::Number>().DoubleValue();
  return true;
}

// A name of ours; of a longer string the beginning, which is none.
inline bool read_name(const Napi::Value& value, std::string* name) {
  char text[32];
  size_t length = 0;
  if (!value.IsString()) return false;
  if (napi_get_value_string_utf8(value.Env(), value, text, sizeof text, &length) != napi_ok) return false;
  name->assign(text, length);
  return strlen(text) == length;
}

inline bool is_true(const Napi::Value& value) { return value.IsBoolean() && value.As<Napi::Boolean>().Value(); }

}  // namespace mobilenet_edge
