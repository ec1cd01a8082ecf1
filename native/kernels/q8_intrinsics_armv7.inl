// Intrinsics of arm64 that the q8 kernels use, made of those of armv7, whose vectors of 128 bits are pairs of 64-bit
// ones.

inline int16x8_t vmlal_high_s8(int16x8_t sum, int8x16_t a, int8x16_t b) {
  return vmlal_s8(sum, vget_high_s8(a), vget_high_s8(b));
}
inline int32x4_t vmlal_high_s16(int32x4_t sum, int16x8_t a, int16x8_t b) {
  return vmlal_s16(sum, vget_high_s16(a), vget_high_s16(b));
}
inline int32x4_t vaddw_high_s16(int32x4_t sum, int16x8_t a) { return vaddw_s16(sum, vget_high_s16(a)); }
inline int8x16_t vqmovn_high_s16(int8x8_t low, int16x8_t high) { return vcombine_s8(low, vqmovn_s16(high)); }

inline int32x4_t vpaddq_s32(int32x4_t a, int32x4_t b) {
  return vcombine_s32(vpadd_s32(vget_low_s32(a), vget_high_s32(a)), vpadd_s32(vget_low_s32(b), vget_high_s32(b)));
}

// The even ones of 16 values.
inline int16x8_t vuzp1q_s16(int16x8_t a, int16x8_t b) {
  return vcombine_s16(vmovn_s32(vreinterpretq_s32_s16(a)), vmovn_s32(vreinterpretq_s32_s16(b)));
}

inline int16_t vmaxvq_s16(int16x8_t values) {
  int16x4_t largest = vmax_s16(vget_low_s16(values), vget_high_s16(values));
  largest = vpmax_s16(largest, largest);
  return vget_lane_s16(vpmax_s16(largest, largest), 0);
}
