// q8 addition, included by avx2.cc.

void q8_add__avx2(const Q8AddArguments& s) {
  const __m256i a_multiplier = _mm256_set1_epi32(s.a_multiplier), b_multiplier = _mm256_set1_epi32(s.b_multiplier);
  const __m256i bias = _mm256_set1_epi32(s.bias), zero = _mm256_set1_epi32(s.to.output_zero);
  const __m128i shift = _mm_cvtsi32_si128(s.shift);
  const __m256i lo = _mm256_set1_epi32(s.to.lo), hi = _mm256_set1_epi32(s.to.hi);
  for (size_t i = 0; i < s.count; i += 16) {
    __m256i halves[2];
    UNROLL for (int h = 0; h < 2; ++h) {
      const auto values = [&](const uint8_t* from) {
        return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + i + 8 * h)));
      };
      const __m256i sum = _mm256_add_epi32(_mm256_mullo_epi32(values(s.a), a_multiplier),
                                           _mm256_mullo_epi32(values(s.b), b_multiplier));
      const __m256i shifted = _mm256_sra_epi32(_mm256_add_epi32(sum, bias), shift);
      halves[h] = _mm256_min_epi32(_mm256_max_epi32(_mm256_add_epi32(shifted, zero), lo), hi);
    }
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(halves[0], halves[1]), 0xd8);
    const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(s.output + i), bytes);
  }
}
