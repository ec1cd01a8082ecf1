// What the q8 kernels for NEON share.
#pragma once

constexpr int32_t kQ8Panel = 8;
constexpr int32_t kQ8Group = 8;

// Limits requantized 16-bit values to bytes: saturation limits as the clamp would, so only bounds inside the type's
// range take more.
struct Q8Limits {
  int16x8_t zero;
  int8x16_t lo, hi;
  bool inside;
  explicit Q8Limits(const Q8Output& to)
      : zero(vdupq_n_s16((int16_t)to.output_zero)),
        lo(vdupq_n_s8((int8_t)to.lo)),
        hi(vdupq_n_s8((int8_t)to.hi)),
        inside(to.lo > -128 || to.hi < 127) {}

  int8x16_t limit(int8x16_t bytes) const { return vminq_s8(vmaxq_s8(bytes, lo), hi); }
};

// Added to a float of magnitude up to 2^22, rounds it to an integer, ties to even, and leaves that in the low bits.
constexpr float kQ8Round = 12582912.0f;

// Requantizes any sums.
struct Q8Epilogue : Q8Limits {
  using Q8Limits::Q8Limits;
  // What a sum starts from.
  static int32x4_t start(int32x4_t bias) { return bias; }
#if defined(__aarch64__)
  int16x8_t round(int32x4_t a, float32x4_t a_scale, int32x4_t b, float32x4_t b_scale) const {
    const int32x4_t low = vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(a), a_scale));
    const int32x4_t high = vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(b), b_scale));
    return vqaddq_s16(vqmovn_high_s32(vqmovn_s32(low), high), zero);
  }
#else
  // armv7 rounds no other way to the nearest. It takes denormals for zeros, and both round to 0.
  static int16x8_t rounded(int32x4_t sums, float32x4_t scale) {
    const float32x4_t far = vdupq_n_f32(32767.0f);
    const float32x4_t value = vmulq_f32(vcvtq_f32_s32(sums), scale);
    const float32x4_t near = vminq_f32(vmaxq_f32(value, vnegq_f32(far)), far);
    return vreinterpretq_s16_f32(vaddq_f32(near, vdupq_n_f32(kQ8Round)));
  }
  int16x8_t round(int32x4_t a, float32x4_t a_scale, int32x4_t b, float32x4_t b_scale) const {
    return vqaddq_s16(vuzp1q_s16(rounded(a, a_scale), rounded(b, b_scale)), zero);
  }
#endif
};

// Requantizes sums that the program says are small: a sum starts at the bits of 1.5 * 2^23, so that it is a float by
// itself, and that added again rounds, ties to even. Conversions take twice as long.
struct Q8SmallEpilogue : Q8Limits {
  using Q8Limits::Q8Limits;
  static int32x4_t start(int32x4_t bias) { return vaddq_s32(bias, vreinterpretq_s32_f32(vdupq_n_f32(kQ8Round))); }
  static int16x8_t rounded(int32x4_t sums, float32x4_t scale) {
    const float32x4_t round = vdupq_n_f32(kQ8Round);
    const float32x4_t value = vmulq_f32(vsubq_f32(vreinterpretq_f32_s32(sums), round), scale);
    return vreinterpretq_s16_f32(vaddq_f32(value, round));
  }
  int16x8_t round(int32x4_t a, float32x4_t a_scale, int32x4_t b, float32x4_t b_scale) const {
    return vqaddq_s16(vuzp1q_s16(rounded(a, a_scale), rounded(b, b_scale)), zero);
  }
};

// Requantizes 8 values (two vectors) of each of COUNT places, `stride` bytes apart.
template <int COUNT, typename Epilogue>
ALWAYS_INLINE void q8_store_vectors(const Epilogue& epilogue, const int32x4_t (&sums)[COUNT][2],
                                    const float32x4_t (&scale)[2], uint8_t* output, size_t stride) {
  constexpr int kPairs = (COUNT + 1) / 2;
  int8x16_t bytes[kPairs];
  UNROLL for (int i = 0; i < kPairs; ++i) {
    const int32x4_t(&first)[2] = sums[2 * i], (&second)[2] = sums[2 * i + 1 < COUNT ? 2 * i + 1 : 2 * i];
    const int8x8_t low = vqmovn_s16(epilogue.round(first[0], scale[0], first[1], scale[1]));
    bytes[i] = 2 * i + 1 < COUNT ? vqmovn_high_s16(low, epilogue.round(second[0], scale[0], second[1], scale[1]))
                                 : vcombine_s8(low, low);
  }
  if (epilogue.inside) {
    UNROLL for (int i = 0; i < kPairs; ++i) bytes[i] = epilogue.limit(bytes[i]);
  }
  UNROLL for (int i = 0; i < COUNT; ++i) {
    const uint8x16_t pair = vreinterpretq_u8_s8(bytes[i / 2]);
    vst1_u8(output + i * stride, i % 2 ? vget_high_u8(pair) : vget_low_u8(pair));
  }
}
