#include "addon_weights.h"

#include <string.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "addon_arguments.h"
#include "geometry.h"

namespace mobilenet_edge {
namespace {

constexpr napi_type_tag kTag = {0x6d6f62696c656e65, 0x742d656467652077};

Napi::Value refuse(Napi::Env env, const char* expected) {
  throw_type_error(env, expected);
  return env.Undefined();
}

// A Float32Array of `length` values, or undefined, which leaves null.
template <typename T>
bool read_optional(const Napi::Value& value, napi_typedarray_type type, size_t length, const T** data) {
  ArrayView<T> view;
  if (value.IsUndefined()) return true;
  if (!read_array(value, type, &view) || view.length != length) return false;
  *data = view.data;
  return true;
}

template <typename Element>
constexpr napi_typedarray_type kArrayType = sizeof(Element) == sizeof(float) ? napi_float32_array : napi_uint16_array;

// Whether a filter is of halves, as bits: a Uint16Array.
bool is_halves(const Napi::CallbackInfo& info) {
  return info.Length() > 0 && info[0].IsTypedArray() &&
         info[0].As<Napi::TypedArray>().TypedArrayType() == napi_uint16_array;
}

// Whether sizes of packed weights can be computed without overflow.
bool is_moderate(size_t outputs, size_t k) {
  return (static_cast<double>(outputs) + 64) * (static_cast<double>(k) + 64) < static_cast<double>(SIZE_MAX / 64);
}

bool read_packing(const Napi::Value& object, Q8Packing* packing) {
  Napi::Value field;
  std::string name;
  if (!read_field(object, "packing", &field) || !read_name(field, &name)) return false;
  for (const auto known : {Q8Packing::kPairs, Q8Packing::kChain, Q8Packing::kQuads, Q8Packing::kSixteens}) {
    if (name == name_of(known)) return *packing = known, true;
  }
  return false;
}

// Of a TypedArray, 1 or `outputs` values.
template <typename T>
bool read_by_output(const Napi::Value& value, napi_typedarray_type type, size_t outputs, const T** data,
                    size_t* count) {
  ArrayView<T> view;
  if (!read_array(value, type, &view) || (view.length != 1 && view.length != outputs)) return false;
  *data = view.data;
  *count = view.length;
  return true;
}

// A copy of 1 or `outputs` zero points that `levels` can have. Others would make weights that no quantization has, with
// more quads beside the panels than there is memory.
bool read_zero_points(const Napi::Value& value, const Q8Layer& layer, std::vector<int32_t>* zero_points) {
  const int32_t *data = nullptr, least = layer.is_signed ? -128 : 0;
  size_t count = 0;
  if (!read_by_output(value, napi_int32_array, layer.outputs, &data, &count)) return false;
  zero_points->assign(data, data + count);
  return std::all_of(zero_points->begin(), zero_points->end(),
                     [least](int32_t zero) { return zero >= least && zero <= least + 255; });
}

struct LayerArgument {
  Q8Layer layer = {};
  std::vector<int32_t> zero_points;
};

// { levels: Int8Array | Uint8Array, zeroPoints: Int32Array, scales: Float64Array, bias?: Int32Array, k, inputScale,
//   outputScale, inputZero, inputLo, inputHi }
bool read_layer(const Napi::Value& object, LayerArgument* argument) {
  Q8Layer* layer = &argument->layer;
  // All properties first: reading one may run a getter, which may do anything to the arrays.
  Napi::Value levels, zero_points, scales, bias;
  if (!object.IsObject() || !read_field(object, "levels", &levels) || !read_field(object, "zeroPoints", &zero_points) ||
      !read_field(object, "scales", &scales) || !read_field(object, "bias", &bias) ||
      !read_size(object, "k", &layer->k) || layer->k == 0 || !read_double(object, "inputScale", &layer->input_scale) ||
      !read_double(object, "outputScale", &layer->output_scale) ||
      !read_int32(object, "inputZero", &layer->input_zero) || !read_int32(object, "inputLo", &layer->input_lo) ||
      !read_int32(object, "inputHi", &layer->input_hi)) {
    return false;
  }
  ArrayView<uint8_t> view;
  layer->is_signed = read_array(levels, napi_int8_array, &view);
  if (!layer->is_signed && !read_array(levels, napi_uint8_array, &view)) return false;
  layer->levels = view.data;
  layer->outputs = view.length / layer->k;
  if (layer->outputs == 0 || layer->outputs * layer->k != view.length || !is_moderate(layer->outputs, layer->k) ||
      !read_zero_points(zero_points, *layer, &argument->zero_points) ||
      !read_by_output(scales, napi_float64_array, layer->outputs, &layer->scales, &layer->scale_count) ||
      !read_optional(bias, napi_int32_array, layer->outputs, &layer->bias)) {
    return false;
  }
  layer->zero_points = argument->zero_points.data();
  layer->zero_point_count = argument->zero_points.size();
  return true;
}

bool read_widths(const Napi::Value& panel, const Napi::Value& last_panel, PanelWidths* widths) {
  return read_size(panel, &widths->panel) && read_size(last_panel, &widths->last_panel) && widths->panel > 0;
}

// An object of numbers.
Napi::Value fields_of(Napi::Env env, std::initializer_list<std::pair<const char*, double>> fields) {
  std::vector<napi_property_descriptor> properties;
  for (const auto& [name, number] : fields) {
    napi_property_descriptor property = {};
    property.utf8name = name;
    property.attributes = napi_default_jsproperty;
    if (napi_create_double(env, number, &property.value) != napi_ok) return {};
    properties.push_back(property);
  }
  napi_value object;
  if (napi_create_object(env, &object) != napi_ok ||
      napi_define_properties(env, object, properties.size(), properties.data()) != napi_ok) {
    return {};
  }
  return {env, object};
}

}  // namespace

Napi::Function Weights::define(Napi::Env env) {
  return DefineClass(env, "Weights",
                     {InstanceMethod<&Weights::guarded<&Weights::add>>("add"),
                      InstanceMethod<&Weights::guarded<&Weights::panels>>("panels"),
                      InstanceMethod<&Weights::guarded<&Weights::depthwise>>("depthwise"),
                      InstanceMethod<&Weights::guarded<&Weights::q8_panels>>("q8Panels"),
                      InstanceMethod<&Weights::guarded<&Weights::q8_depthwise>>("q8Depthwise"),
                      InstanceMethod<&Weights::guarded<&Weights::byte_length>>("byteLength"),
                      InstanceMethod<&Weights::guarded<&Weights::read_memory>>("readMemory")});
}

Weights::Weights(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Weights>(info) {
  const Napi::Env env = info.Env();
  size_t limit = 0, expected = 0;
  if (info.Length() != 2 || !read_size(info[0], &limit) || !read_size(info[1], &expected)) {
    refuse(env, "Expected (limitBytes, expectedBytes)");
    return;
  }
  blocks_ = WeightBlocks(Memory::reserve(limit, expected));
  if (!blocks_.memory().data()) {
    throw_out_of_memory(env);
    return;
  }
  report(env, std::min(limit, expected));
  napi_type_tag_object(env, info.This(), &kTag);
}

bool Weights::take(const Napi::Value& value, Memory* memory) {
  bool is_weights = false;
  if (!value.IsObject() || napi_check_object_type_tag(value.Env(), value, &kTag, &is_weights) != napi_ok) return false;
  Weights* weights = is_weights ? Unwrap(value.As<Napi::Object>()) : nullptr;
  if (!weights || !weights->blocks_.memory().data()) return false;
  *memory = std::move(weights->blocks_.memory());
  memory->trim();
  weights->report(value.Env(), 0);
  return true;
}

// Tells the garbage collector what an object keeps in memory.
void Weights::report(Napi::Env env, size_t bytes) {
  Napi::MemoryManagement::AdjustExternalMemory(env, static_cast<int64_t>(bytes) - static_cast<int64_t>(reported_));
  reported_ = bytes;
}

Napi::Value Weights::offset_or_throw(Napi::Env env, bool packed, size_t offset) {
  if (packed) return Napi::Number::New(env, static_cast<double>(offset));
  throw_out_of_memory(env);
  return env.Undefined();
}

Napi::Value Weights::byte_length(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(blocks_.memory().size()));
}

Napi::Value Weights::read_memory(const Napi::CallbackInfo& info) { return copy_of(info.Env(), blocks_.memory()); }

Napi::Value Weights::add(const Napi::CallbackInfo& info) {
  Bytes bytes;
  if (info.Length() != 1 || !read_bytes(info[0], &bytes)) return refuse(info.Env(), "Expected a TypedArray");
  size_t offset = 0;
  uint8_t* to = blocks_.allocate(bytes.size, &offset);
  if (to && bytes.size) memcpy(to, bytes.data, bytes.size);
  return offset_or_throw(info.Env(), to, offset);
}

Napi::Value Weights::panels(const Napi::CallbackInfo& info) {
  return is_halves(info) ? panels_of<Half>(info) : panels_of<float>(info);
}

template <typename Element>
Napi::Value Weights::panels_of(const Napi::CallbackInfo& info) {
  ArrayView<Element> view;
  FloatFilter<Element> filter = {};
  PanelWidths widths;
  if (info.Length() != 5 || !read_size(info[2], &filter.k) || filter.k == 0 ||
      !read_widths(info[3], info[4], &widths) || !read_array(info[0], kArrayType<Element>, &view) ||
      view.length % filter.k != 0 || !is_moderate(view.length / filter.k, filter.k) ||
      !read_optional(info[1], kArrayType<Element>, view.length / filter.k, &filter.bias)) {
    return refuse(info.Env(), "Expected (filter: Float32Array, bias: Float32Array | undefined, k, panel, lastPanel)");
  }
  filter.weights = view.data;
  filter.outputs = view.length / filter.k;
  size_t offset = 0;
  const bool packed = pack_panels(&blocks_, filter, widths, &offset);
  return offset_or_throw(info.Env(), packed, offset);
}

Napi::Value Weights::depthwise(const Napi::CallbackInfo& info) {
  return is_halves(info) ? depthwise_of<Half>(info) : depthwise_of<float>(info);
}

template <typename Element>
Napi::Value Weights::depthwise_of(const Napi::CallbackInfo& info) {
  ArrayView<Element> filter;
  size_t channels = 0, group = 0, offset = 0;
  const Element* bias = nullptr;
  if (info.Length() != 4 || !read_size(info[2], &channels) || channels == 0 || !read_size(info[3], &group) ||
      group == 0 || !read_array(info[0], kArrayType<Element>, &filter) || filter.length % channels != 0 ||
      !is_moderate(channels + group, filter.length / channels) ||
      !read_optional(info[1], kArrayType<Element>, channels, &bias)) {
    return refuse(info.Env(),
                  "Expected (filter: Float32Array, bias: Float32Array | undefined, channels, channelGroup)");
  }
  const bool packed = pack_depthwise(&blocks_, filter.data, bias, filter.length / channels, channels, group, &offset);
  return offset_or_throw(info.Env(), packed, offset);
}

Napi::Value Weights::q8_panels(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  LayerArgument argument;
  Q8Packing packing;
  PanelWidths widths;
  Q8Packed packed = {};
  if (info.Length() != 2 || !info[1].IsObject() || !read_packing(info[1], &packing) ||
      !read_size(info[1], "panel", &widths.panel) || !read_size(info[1], "lastPanel", &widths.last_panel) ||
      widths.panel == 0 || !read_layer(info[0], &argument)) {
    return refuse(env, "Expected (layer, geometry)");
  }
  if (!pack_q8_panels(&blocks_, argument.layer, packing, widths, &packed))
    return throw_out_of_memory(env), env.Undefined();
  return fields_of(env, {{"weights", static_cast<double>(packed.weights)},
                         {"small_sums", packed.small_sums},
                         {"chain", packed.chain},
                         {"extras", static_cast<double>(packed.extras)}});
}

Napi::Value Weights::q8_depthwise(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  LayerArgument argument;
  size_t group = 0;
  Q8Packed packed = {};
  if (info.Length() != 2 || !info[1].IsObject() || !read_size(info[1], "channelGroup", &group) || group == 0 ||
      !read_layer(info[0], &argument) || !is_moderate(argument.layer.outputs + group, argument.layer.k)) {
    return refuse(env, "Expected (layer, geometry)");
  }
  if (!pack_q8_depthwise(&blocks_, argument.layer, group, &packed)) return throw_out_of_memory(env), env.Undefined();
  return fields_of(env, {{"weights", static_cast<double>(packed.weights)}, {"small_sums", packed.small_sums}});
}

}  // namespace mobilenet_edge
