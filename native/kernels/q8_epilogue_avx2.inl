// What the q8 kernels for AVX2 and wider share.
#pragma once

inline __m256i load_256(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }

// Requantized sums, not yet limited to the type, as 16-bit integers: those of `a` and `b` alternate by halves of lanes.
// SMALL_SUMS: see Q8Output.
template <bool SMALL_SUMS>
struct Q8Epilogue {
  __m256 most;
  __m256i zero, lo, hi;
  explicit Q8Epilogue(const Q8Output& to)
      : most(_mm256_set1_ps((float)(to.hi - to.output_zero))),
        zero(_mm256_set1_epi16((int16_t)to.output_zero)),
        lo(_mm256_set1_epi8((char)to.lo)),
        hi(_mm256_set1_epi8((char)to.hi)) {}

  // The limit comes before the conversion, which would make a huge float a negative integer; one far below zero becomes
  // that too, and is right. Small ones can wait until they are bytes.
  __m256i round(__m256i sums, __m256 scale) const {
    const __m256 scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), scale);
    return _mm256_cvtps_epi32(SMALL_SUMS ? scaled : _mm256_min_ps(scaled, most));
  }
  __m256i narrow(__m256i a, __m256i b) const { return _mm256_adds_epi16(_mm256_packs_epi32(a, b), zero); }
  __m256i to_bytes(__m256i a, __m256i b) const {
    const __m256i bytes = _mm256_max_epu8(_mm256_packus_epi16(a, b), lo);
    return SMALL_SUMS ? _mm256_min_epu8(bytes, hi) : bytes;
  }
};

// Requantizes 8 values of each of up to four places, `stride` bytes apart.
template <int COUNT>
ALWAYS_INLINE void q8_store_vectors(const Q8Epilogue<false>& epilogue, const __m256i* sums, __m256 scale,
                                    uint8_t* output, size_t stride) {
  static_assert(COUNT <= 4, "four vectors of bytes fill a register");
  __m256i rounded[4];
  UNROLL for (int i = 0; i < 4; ++i) rounded[i] = i < COUNT ? epilogue.round(sums[i], scale) : rounded[0];
  const __m256i first = epilogue.narrow(rounded[0], rounded[1]);
  const __m256i second = COUNT > 2 ? epilogue.narrow(rounded[2], rounded[3]) : first;
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i bytes = _mm256_permutevar8x32_epi32(epilogue.to_bytes(first, second), order);
  const __m128i low = _mm256_castsi256_si128(bytes);
  _mm_storel_epi64(reinterpret_cast<__m128i*>(output), low);
  if (COUNT > 1) _mm_storel_epi64(reinterpret_cast<__m128i*>(output + stride), _mm_unpackhi_epi64(low, low));
  if (COUNT > 2) {
    const __m128i high = _mm256_extracti128_si256(bytes, 1);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(output + 2 * stride), high);
    if (COUNT > 3) _mm_storel_epi64(reinterpret_cast<__m128i*>(output + 3 * stride), _mm_unpackhi_epi64(high, high));
  }
}
