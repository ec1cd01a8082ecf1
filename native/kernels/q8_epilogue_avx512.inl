// What the q8 kernels for AVX-512 share.
#pragma once

#include "q8_epilogue_avx2.inl"

inline __m512i load_512(const void* from) { return _mm512_loadu_si512(from); }

inline __m512i broadcast_quad_512(const uint8_t* from) {
  int32_t quad;
  __builtin_memcpy(&quad, from, sizeof quad);
  return _mm512_set1_epi32(quad);
}

// Requantizes four vectors of 16 sums to 64 bytes.
template <bool SMALL_SUMS>
struct Q8Epilogue512 {
  __m512 most;
  __m512i zero, lo, hi;
  explicit Q8Epilogue512(const Q8Output& to)
      : most(_mm512_set1_ps((float)(to.hi - to.output_zero))),
        zero(_mm512_set1_epi16((int16_t)to.output_zero)),
        lo(_mm512_set1_epi8((char)to.lo)),
        hi(_mm512_set1_epi8((char)to.hi)) {}

  // See Q8Epilogue.
  __m512i round(__m512i sums, __m512 scale) const {
    const __m512 scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), scale);
    return _mm512_cvtps_epi32(SMALL_SUMS ? scaled : _mm512_min_ps(scaled, most));
  }
  __m512i narrow(__m512i a, __m512i b) const { return _mm512_adds_epi16(_mm512_packs_epi32(a, b), zero); }
  // Lane by lane: 16 bytes of four lanes of sums.
  __m512i lanes(__m512i a, __m512i b, __m512i c, __m512i d) const {
    const __m512i bytes = _mm512_max_epu8(_mm512_packus_epi16(narrow(a, b), narrow(c, d)), lo);
    return SMALL_SUMS ? _mm512_min_epu8(bytes, hi) : bytes;
  }
  __m512i bytes(__m512i a, __m512i b, __m512i c, __m512i d) const {
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(order, lanes(a, b, c, d));
  }
};
