// The vocabulary of f32_gemm_x86.inl in vectors of eight.

using V = __m256;
constexpr size_t kLanes = 8;

inline V load(const float* from) { return _mm256_loadu_ps(from); }
inline void store(float* to, V value) { _mm256_storeu_ps(to, value); }
inline V broadcast(const float* from) { return _mm256_broadcast_ss(from); }
inline V add(V a, V b) { return _mm256_add_ps(a, b); }
inline V multiply_add(V a, V b, V sum) { return _mm256_fmadd_ps(a, b, sum); }
// The value comes second, for then a NaN comes out as a NaN.
inline V clamp(V value, V lo, V hi) { return _mm256_min_ps(hi, _mm256_max_ps(lo, value)); }
