/* The set over weights of 8 bit for AVX2 with FMA. Its twin is int8_plain.c. */
#include "int8.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define VECTOR __attribute__((target("avx2,fma")))
#define INLINE VECTOR static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE float sum_lanes(__m256 v) {
    __m128 low = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    low = _mm_add_ps(low, _mm_movehl_ps(low, low));
    return _mm_cvtss_f32(_mm_add_ss(low, _mm_movehdup_ps(low)));
}

INLINE __m256 load(const int8_t *at) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)at)));
}

INLINE __m256 some(const int8_t *at, size_t count) {
    int8_t padded[8] = {0};
    memcpy(padded, at, count);
    return load(padded);
}

INLINE __m256 load_x(const float *at) { return _mm256_loadu_ps(at); }

INLINE __m256 some_x(const float *at, size_t count) {
    float padded[8] = {0};
    memcpy(padded, at, count * sizeof *at);
    return load_x(padded);
}

#define floats __m256
#define LANES 8
#define MANY_ROWS 2
#define MANY 3
#define ZERO _mm256_setzero_ps()
#define SPREAD _mm256_set1_ps
#define MULTIPLY _mm256_mul_ps
#define MULTIPLY_ADD _mm256_fmadd_ps
#define STORE _mm256_storeu_ps
#include "int8_dot.h"

const hr_int8_kernels hr_int8_avx2 = {"avx2", dot_rows, widen};

#endif
