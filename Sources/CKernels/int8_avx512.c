/* The set over weights of 8 bit for AVX-512. Its twin is int8_plain.c. */
#include "int8.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define VECTOR __attribute__((target("avx512f,avx512bw,avx512vl")))
#define INLINE VECTOR static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE __mmask16 first16(size_t count) { return (__mmask16)((1u << count) - 1); }

INLINE __m512 widened(__m128i numbers) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(numbers)); }

INLINE __m512 load(const int8_t *at) { return widened(_mm_loadu_si128((const __m128i *)at)); }
INLINE __m512 some(const int8_t *at, size_t count) { return widened(_mm_maskz_loadu_epi8(first16(count), at)); }
INLINE __m512 load_x(const float *at) { return _mm512_loadu_ps(at); }
INLINE __m512 some_x(const float *at, size_t count) { return _mm512_maskz_loadu_ps(first16(count), at); }

#define floats __m512
#define LANES 16
#define MANY_ROWS 4
#define MANY 4
#define ZERO _mm512_setzero_ps()
#define SPREAD _mm512_set1_ps
#define MULTIPLY _mm512_mul_ps
#define MULTIPLY_ADD _mm512_fmadd_ps
#define STORE _mm512_storeu_ps
#define sum_lanes _mm512_reduce_add_ps
#include "int8_dot.h"

const hr_int8_kernels hr_int8_avx512 = {"avx512", dot_rows, widen};

#endif
