/* The set for AVX-512 with its bfloat16 dot products (Zen 4, Cooper Lake, Sapphire Rapids and their successors).
   Its twin is plain.c. What is left over at the end of a row is a masked vector, never a loop of its own. */
#include "sets.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>

#define VECTOR __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
#define INLINE VECTOR static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

/* The lowest `count` of 16 or 32 lanes. */
INLINE __mmask16 first16(size_t count) { return (__mmask16)((1u << count) - 1); }
INLINE __mmask32 first32(size_t count) { return (__mmask32)((1ull << count) - 1); }

INLINE __m512 widened(__m256i narrow) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(narrow), 16));
}

/* Sixteen numbers of a row, or the first of them and zeros. */
INLINE __m512 load_f32(const float *at) { return _mm512_loadu_ps(at); }
INLINE __m512 some_f32(const float *at, size_t count) { return _mm512_maskz_loadu_ps(first16(count), at); }
INLINE __m512 load_bf16(const uint16_t *at) { return widened(_mm256_loadu_si256((const __m256i *)at)); }
INLINE __m512 some_bf16(const uint16_t *at, size_t count) {
    return widened(_mm256_maskz_loadu_epi16(first16(count), at));
}
INLINE __m512 load_f16(const uint16_t *at) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)at)); }
INLINE __m512 some_f16(const uint16_t *at, size_t count) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first16(count), at));
}
/* Thirty-two bfloat16 numbers that stay narrow. */
INLINE __m512i load_pairs(const uint16_t *at) { return _mm512_loadu_si512(at); }
INLINE __m512i some_pairs(const uint16_t *at, size_t count) { return _mm512_maskz_loadu_epi16(first32(count), at); }

/* The sums of four vectors' lanes, always in the same order. */
INLINE __m128 sums4(__m512 a, __m512 b, __m512 c, __m512 d) {
    __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    __m512d low = _mm512_unpacklo_pd(_mm512_castps_pd(ab), _mm512_castps_pd(cd));
    __m512d high = _mm512_unpackhi_pd(_mm512_castps_pd(ab), _mm512_castps_pd(cd));
    __m512 all = _mm512_add_ps(_mm512_castpd_ps(low), _mm512_castpd_ps(high));
    __m256 half = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
    return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

#define floats __m512
#define MANY 6
#define ZERO _mm512_setzero_ps()
#include "dot.h"

#define HEIGHT (left >= 8 && tokens <= 3 ? 8 : left >= 4 ? 4 : 1)
#define BLOCKS                                           \
    if (height == 8 && some == 3) DOT_TOKENS(8, 3);      \
    else if (height == 8) DOT_TOKENS(8, 2);              \
    else if (height == 4 && some >= 6) DOT_TOKENS(4, 6); \
    else if (height == 4 && some >= 4) DOT_TOKENS(4, 4); \
    else if (height == 4 && some >= 2) DOT_TOKENS(4, 2); \
    else if (height == 4) DOT_TOKENS(4, 1);              \
    else DOT_TOKENS(1, 1);

#define WEIGHT float
#define INPUT float
#define VALUE __m512
#define STEP 16
#define LOAD_W load_f32
#define SOME_W some_f32
#define LOAD_X load_f32
#define SOME_X some_f32
#define MULTIPLY_ADD _mm512_fmadd_ps
#define AHEAD 1024
DOT_ROWS(dot_rows_f32, HEIGHT, BLOCKS)

#undef WEIGHT
#undef LOAD_W
#undef SOME_W
#undef AHEAD
#define WEIGHT uint16_t
#define AHEAD 0
#define LOAD_W load_f16
#define SOME_W some_f16
DOT_ROWS(dot_rows_f16, HEIGHT, BLOCKS)

#undef LOAD_W
#undef SOME_W
#define LOAD_W load_bf16
#define SOME_W some_bf16
DOT_ROWS(dot_rows_bf16, HEIGHT, BLOCKS)

#undef INPUT
#undef VALUE
#undef STEP
#undef LOAD_W
#undef SOME_W
#undef LOAD_X
#undef SOME_X
#undef MULTIPLY_ADD
#undef AHEAD
#define INPUT uint16_t
#define AHEAD 1024
#define VALUE __m512i
#define STEP 32
#define LOAD_W load_pairs
#define SOME_W some_pairs
#define LOAD_X load_pairs
#define SOME_X some_pairs
#define MULTIPLY_ADD(A, B, SUM) _mm512_dpbf16_ps(SUM, (__m512bh)(A), (__m512bh)(B))
DOT_ROWS(dot_rows_narrow, HEIGHT, BLOCKS)

VECTOR static void widen_bf16(const uint16_t *in, size_t count, float *out) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) _mm512_storeu_ps(out + i, load_bf16(in + i));
    if (i < count) _mm512_mask_storeu_ps(out + i, first16(count - i), some_bf16(in + i, count - i));
}

VECTOR static void widen_f16(const uint16_t *in, size_t count, float *out) {
    for (size_t i = 0; i < count; i += 16) {
        __mmask16 mask = first16(count - i < 16 ? count - i : 16);
        _mm512_mask_storeu_ps(out + i, mask, _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, in + i)));
    }
}

VECTOR static void narrow_bf16(const float *in, size_t count, uint16_t *out) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        _mm256_storeu_si256((__m256i *)(out + i), (__m256i)_mm512_cvtneps_pbh(load_f32(in + i)));
    if (i < count)
        _mm256_mask_storeu_epi16(out + i, first16(count - i), (__m256i)_mm512_cvtneps_pbh(some_f32(in + i, count - i)));
}

#define LANES 16
#define doubles __m512d
#define SPREAD _mm512_set1_ps
#define ADD _mm512_add_ps
#define SUBTRACT _mm512_sub_ps
#define MULTIPLY _mm512_mul_ps
#define DIVIDE _mm512_div_ps
#undef MULTIPLY_ADD
#define MULTIPLY_ADD _mm512_fmadd_ps
#define NEGATIVE_ADD _mm512_fnmadd_ps
#define LEAST _mm512_min_ps
#define MOST _mm512_max_ps
#define NEAREST(V) _mm512_roundscale_ps(V, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define STORE _mm512_storeu_ps
#define sum_lanes _mm512_reduce_add_ps
#define most_of_lanes _mm512_reduce_max_ps
#define ZERO_D _mm512_setzero_pd()
#define ADD_D _mm512_add_pd
#define LOW_D(V) _mm512_cvtps_pd(_mm512_castps512_ps256(V))
#define HIGH_D(V) _mm512_cvtps_pd(_mm512_extractf32x8_ps(V, 1))
#define sum_doubles _mm512_reduce_add_pd

INLINE __m512 POWER(__m512 n) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127)), 23));
}
INLINE __m512 below(__m512 x, __m512 limit, __m512 yes, __m512 no) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, limit, _CMP_LT_OQ), no, yes);
}
INLINE __m512 only(__m512 v, size_t count) { return _mm512_maskz_mov_ps(first16(count), v); }
INLINE void store_some(float *at, size_t count, __m512 v) { _mm512_mask_storeu_ps(at, first16(count), v); }
#include "elementwise.h"

/* TOKENS sums of up to 64 channels from `d` on, in VECTORS vectors of which the last is `last` wide. */
#define SUM_BLOCK(VECTORS, TOKENS)                                                                            \
    do {                                                                                                      \
        __m512 sums[TOKENS][VECTORS];                                                                         \
        __mmask16 mask[VECTORS];                                                                              \
        UNROLL for (int v = 0; v < VECTORS; v++) mask[v] = v + 1 < VECTORS ? 0xffff : last;                   \
        UNROLL for (int t = 0; t < TOKENS; t++) UNROLL for (int v = 0; v < VECTORS; v++) {                    \
            __m512 old = _mm512_maskz_loadu_ps(mask[v], out + (t0 + t) * out_stride + d + 16 * v);            \
            float factor = keep[t0 + t];                                                                      \
            sums[t][v] = factor == 0 ? _mm512_setzero_ps() : _mm512_mul_ps(_mm512_set1_ps(factor), old);      \
        }                                                                                                     \
        for (size_t s = 0; s < count; s++) {                                                                  \
            __m512 row[VECTORS];                                                                              \
            UNROLL for (int v = 0; v < VECTORS; v++)                                                          \
                row[v] = _mm512_maskz_loadu_ps(mask[v], rows + s * width + d + 16 * v);                       \
            UNROLL for (int t = 0; t < TOKENS; t++) {                                                         \
                __m512 w = _mm512_set1_ps(weights[(t0 + t) * weight_stride + s]);                             \
                UNROLL for (int v = 0; v < VECTORS; v++) sums[t][v] = _mm512_fmadd_ps(w, row[v], sums[t][v]); \
            }                                                                                                 \
        }                                                                                                     \
        UNROLL for (int t = 0; t < TOKENS; t++) UNROLL for (int v = 0; v < VECTORS; v++)                      \
            _mm512_mask_storeu_ps(out + (t0 + t) * out_stride + d + 16 * v, mask[v], sums[t][v]);             \
    } while (0)

#define SUM_TOKENS(VECTORS)                                  \
    do {                                                     \
        size_t t0 = 0;                                       \
        for (; t0 + 4 <= tokens; t0 += 4) SUM_BLOCK(VECTORS, 4); \
        for (; t0 < tokens; t0++) SUM_BLOCK(VECTORS, 1);     \
    } while (0)

VECTOR static void weighted_sums(const float *weights, size_t weight_stride, size_t tokens, const float *rows,
                                 size_t count, size_t width, const float *keep, float *out, size_t out_stride) {
    for (size_t d = 0; d < width; d += 64) {
        size_t left = width - d < 64 ? width - d : 64;
        __mmask16 last = first16(left - (left - 1) / 16 * 16);
        switch ((left + 15) / 16) {
            case 1: SUM_TOKENS(1); break;
            case 2: SUM_TOKENS(2); break;
            case 3: SUM_TOKENS(3); break;
            case 4: SUM_TOKENS(4); break;
        }
    }
}

#include "attend.h"

const hr_kernels hr_avx512_set = {
    "avx512", dot_rows_f32, dot_rows_f16, dot_rows_bf16, dot_rows_narrow, widen_bf16, widen_f16, narrow_bf16,
    softmax, softmax_step, weighted_sums, attend, rms_norm, swiglu, log_sum_exp,
};

#endif
