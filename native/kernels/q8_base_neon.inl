// What the q8 kernels for NEON share, included by neon.cc and neondot.cc.

constexpr int32_t kQ8Panel = 8;
constexpr int32_t kQ8Group = 8;

// Requantizes sums. Every step saturates, which limits as the clamp would.
struct Q8Epilogue {
  int16x8_t zero;
  int8x16_t lo, hi;
  explicit Q8Epilogue(const Q8Output& to)
      : zero(vdupq_n_s16((int16_t)to.output_zero)), lo(vdupq_n_s8((int8_t)to.lo)), hi(vdupq_n_s8((int8_t)to.hi)) {}

  int16x8_t round(int32x4_t a, float32x4_t a_scale, int32x4_t b, float32x4_t b_scale) const {
    const int32x4_t low = vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(a), a_scale));
    const int32x4_t high = vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(b), b_scale));
    return vqaddq_s16(vqmovn_high_s32(vqmovn_s32(low), high), zero);
  }
  int8x16_t to_bytes(int16x8_t a, int16x8_t b) const {
    return vminq_s8(vmaxq_s8(vqmovn_high_s16(vqmovn_s16(a), b), lo), hi);
  }
};

// Requantizes 8 values (two vectors) of each of COUNT places, `stride` bytes apart.
template <int COUNT, typename Epilogue>
ALWAYS_INLINE void q8_store_vectors(const Epilogue& epilogue, const int32x4_t (&sums)[COUNT][2],
                                    const float32x4_t (&scale)[2], uint8_t* output, size_t stride) {
  UNROLL for (int i = 0; i < COUNT; i += 2) {
    const int16x8_t first = epilogue.round(sums[i][0], scale[0], sums[i][1], scale[1]);
    int16x8_t second = first;
    if (i + 1 < COUNT) second = epilogue.round(sums[i + 1][0], scale[0], sums[i + 1][1], scale[1]);
    const uint8x16_t bytes = vreinterpretq_u8_s8(epilogue.to_bytes(first, second));
    vst1_u8(output + i * stride, vget_low_u8(bytes));
    if (i + 1 < COUNT) vst1_u8(output + (i + 1) * stride, vget_high_u8(bytes));
  }
}
