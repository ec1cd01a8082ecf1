#include "geometry.h"

#include <stdio.h>

namespace mobilenet_edge {

const char* name_of(Q8Packing packing) {
  switch (packing) {
    case Q8Packing::kPairs:
      return "pairs";
    case Q8Packing::kChain:
      return "chain";
    case Q8Packing::kQuads:
      return "quads";
    case Q8Packing::kSixteens:
      return "sixteens";
  }
  return "";
}

namespace {

std::string fields(const Geometry& g) {
  char text[256];
  snprintf(text, sizeof text,
           "\"panel\":%d,\"lastPanel\":%d,\"channelGroup\":%d,\"fuseFromHeight\":%d,\"fuseWeightBytes\":%d", g.panel,
           g.last_panel, g.channel_group, g.fuse_from_height, g.fuse_weight_bytes);
  return text;
}

}  // namespace

std::string geometry_json(const Kernels& kernels) {
  const Q8Geometry& q = kernels.q8_geometry;
  char integers[256];
  snprintf(integers, sizeof integers,
           "{\"type\":\"%s\",\"packing\":\"%s\","
           "\"panel\":%d,\"lastPanel\":%d,\"channelGroup\":%d,\"fuseFromHeight\":%d}",
           q.is_signed ? "int8" : "uint8", name_of(q.packing), q.panel, q.last_panel, q.channel_group,
           q.fuse_from_height);
  std::string json = "{" + fields(kernels.geometry) + ",\"q8\":" + integers;
  if (kernels.f16_gemm) json += ",\"f16\":{" + fields(kernels.f16_geometry) + "}";
  return json + "}";
}

}  // namespace mobilenet_edge
