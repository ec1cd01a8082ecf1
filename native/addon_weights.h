// class Weights of the addon: packs the weights of a program, layer by layer, into memory that JavaScript cannot reach,
// so that they are never in memory twice and what was validated cannot change.
#pragma once

#include <napi.h>

#include "addon_errors.h"
#include "packing/packing.h"

namespace mobilenet_edge {

class Weights : public Napi::ObjectWrap<Weights> {
 public:
  static Napi::Function define(Napi::Env env);

  // new Weights(limitBytes, expectedBytes): of the limit only addresses are taken.
  explicit Weights(const Napi::CallbackInfo& info);
  void Finalize(Napi::Env env) override { report(env, 0); }

  // Takes the memory over. False for what is no Weights, or has been taken over.
  static bool take(const Napi::Value& value, Memory* memory);

 private:
  // add(table: TypedArray): byte offset
  Napi::Value add(const Napi::CallbackInfo& info);
  // panels(filter: Float32Array, bias: Float32Array | undefined, k, panel, lastPanel): byte offset
  Napi::Value panels(const Napi::CallbackInfo& info);
  // or the same of Uint16Arrays, halves as bits
  template <typename Element>
  Napi::Value panels_of(const Napi::CallbackInfo& info);
  // depthwise(filter: Float32Array, bias: Float32Array | undefined, channels, channelGroup): byte offset
  Napi::Value depthwise(const Napi::CallbackInfo& info);
  template <typename Element>
  Napi::Value depthwise_of(const Napi::CallbackInfo& info);
  // q8Panels(layer, geometry) and q8Depthwise(layer, geometry): fields of the op
  Napi::Value q8_panels(const Napi::CallbackInfo& info);
  Napi::Value q8_depthwise(const Napi::CallbackInfo& info);
  Napi::Value byte_length(const Napi::CallbackInfo& info);
  // readMemory(): a copy as an ArrayBuffer, for tests
  Napi::Value read_memory(const Napi::CallbackInfo& info);

  template <auto method>
  Napi::Value guarded(const Napi::CallbackInfo& info) {
    return or_out_of_memory(info.Env(), [&] { return (this->*method)(info); });
  }
  Napi::Value offset_or_throw(Napi::Env env, bool packed, size_t offset);
  void report(Napi::Env env, size_t bytes);

  WeightBlocks blocks_;
  size_t reported_ = 0;
};

}  // namespace mobilenet_edge
