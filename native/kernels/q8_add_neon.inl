// q8 addition, included by neon.cc.

void q8_add__neon(const Q8AddArguments& s) {
  const int32x4_t bias = vdupq_n_s32(s.bias), shift = vdupq_n_s32(-s.shift);
  const int16x8_t zero = vdupq_n_s16((int16_t)s.to.output_zero);
  const int8x16_t lo = vdupq_n_s8((int8_t)s.to.lo), hi = vdupq_n_s8((int8_t)s.to.hi);
  for (size_t i = 0; i < s.count; i += 16) {
    const auto values = [&](const uint8_t* from, int32x4_t(&to)[4]) INLINE_LAMBDA {
      const int8x16_t bytes = vreinterpretq_s8_u8(vld1q_u8(from + i));
      const int16x8_t low = vmovl_s8(vget_low_s8(bytes)), high = vmovl_s8(vget_high_s8(bytes));
      to[0] = vmovl_s16(vget_low_s16(low)), to[1] = vmovl_s16(vget_high_s16(low));
      to[2] = vmovl_s16(vget_low_s16(high)), to[3] = vmovl_s16(vget_high_s16(high));
    };
    int32x4_t a[4], b[4];
    values(s.a, a);
    values(s.b, b);
    // Saturation at every step limits as the clamp would.
    int16x4_t words[4];
    UNROLL for (int v = 0; v < 4; ++v) {
      const int32x4_t sum = vmlaq_n_s32(vmlaq_n_s32(bias, a[v], s.a_multiplier), b[v], s.b_multiplier);
      words[v] = vqmovn_s32(vshlq_s32(sum, shift));
    }
    const int8x8_t low = vqmovn_s16(vqaddq_s16(vcombine_s16(words[0], words[1]), zero));
    const int8x8_t high = vqmovn_s16(vqaddq_s16(vcombine_s16(words[2], words[3]), zero));
    const int8x16_t bytes = vminq_s8(vmaxq_s8(vcombine_s8(low, high), lo), hi);
    vst1q_u8(s.output + i, vreinterpretq_u8_s8(bytes));
  }
}
