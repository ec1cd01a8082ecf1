// What the q8 kernels for AVX2 share, included by avx2.cc.

inline __m256i load_256(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }

// Requantized sums, not yet limited to the type, as 16-bit integers: those of `a` and `b` alternate by halves of lanes.
struct Q8Epilogue {
  __m256 most;
  __m256i zero, lo;
  explicit Q8Epilogue(const Q8Output& to)
      : most(_mm256_set1_ps((float)(to.hi - to.output_zero))),
        zero(_mm256_set1_epi16((int16_t)to.output_zero)),
        lo(_mm256_set1_epi8((char)to.lo)) {}

  // The limit comes before the conversion, which would make a huge float a negative integer; one far below zero becomes
  // that too, and is right.
  __m256i round(__m256i sums, __m256 scale) const {
    return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sums), scale), most));
  }
  __m256i narrow(__m256i a, __m256i b) const { return _mm256_adds_epi16(_mm256_packs_epi32(a, b), zero); }
  __m256i to_bytes(__m256i a, __m256i b) const { return _mm256_max_epu8(_mm256_packus_epi16(a, b), lo); }
};
