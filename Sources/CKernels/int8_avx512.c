/* The set over weights of 8 bit for AVX-512. Its twin is int8_plain.c. */
#include "int8.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define VECTOR __attribute__((target("avx512f,avx512bw,avx512vl")))
#define INLINE VECTOR static inline __attribute__((always_inline))

INLINE __m512 widened(__m128i numbers) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(numbers)); }

INLINE __m512 load(const int8_t *at) { return widened(_mm_loadu_si128((const __m128i *)at)); }

/* The first of `mask`'s lanes; the others are 0, and not read. */
INLINE __m512 load_part(const int8_t *at, __mmask16 mask) { return widened(_mm_maskz_loadu_epi8(mask, at)); }

/* ROWS x TOKENS dot products. Each has one running sum of sixteen lanes within a group, and one over the groups,
   whatever the block's shape: that keeps a result independent of its neighbours. Where there is one token, memory is what
   counts: the rows behind these are asked for, since the processor's own prefetching ends with a row. */
#define DOT_BLOCK(ROWS, TOKENS)                                                                                     \
    do {                                                                                                            \
        __m512 sum[ROWS][TOKENS];                                                                                   \
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) _Pragma("unroll") for (int t = 0; t < TOKENS; t++)         \
            sum[r][t] = _mm512_setzero_ps();                                                                        \
        for (size_t g = 0; g < groups; g++) {                                                                       \
            size_t c = g * group, end = hr_group_end(c, columns, group);                                            \
            __m512 part[ROWS][TOKENS];                                                                              \
            _Pragma("unroll") for (int r = 0; r < ROWS; r++) _Pragma("unroll") for (int t = 0; t < TOKENS; t++)     \
                part[r][t] = _mm512_setzero_ps();                                                                   \
            for (; c + 16 <= end; c += 16) {                                                                        \
                _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                  \
                    if (TOKENS == 1 && c % 64 == 0)                                                                 \
                        _mm_prefetch((const char *)(row + (ROWS + r) * columns + c), _MM_HINT_T1);                  \
                    __m512 w = load(row + r * columns + c);                                                         \
                    _Pragma("unroll") for (int t = 0; t < TOKENS; t++)                                              \
                        part[r][t] = _mm512_fmadd_ps(w, _mm512_loadu_ps(token + t * in_stride + c), part[r][t]);    \
                }                                                                                                   \
            }                                                                                                       \
            if (c < end) {                                                                                          \
                __mmask16 mask = (__mmask16)((1u << (end - c)) - 1);                                                \
                _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                  \
                    __m512 w = load_part(row + r * columns + c, mask);                                              \
                    _Pragma("unroll") for (int t = 0; t < TOKENS; t++)                                              \
                        part[r][t] = _mm512_fmadd_ps(                                                               \
                            w, _mm512_maskz_loadu_ps(mask, token + t * in_stride + c), part[r][t]);                 \
                }                                                                                                   \
            }                                                                                                       \
            _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                      \
                __m512 scale = _mm512_set1_ps(row_scales[r * groups + g]);                                          \
                _Pragma("unroll") for (int t = 0; t < TOKENS; t++)                                                  \
                    sum[r][t] = _mm512_fmadd_ps(part[r][t], scale, sum[r][t]);                                      \
            }                                                                                                       \
        }                                                                                                           \
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) _Pragma("unroll") for (int t = 0; t < TOKENS; t++)         \
            target[t * out_stride + r] = _mm512_reduce_add_ps(sum[r][t]);                                           \
    } while (0)

#define DOT_ROWS_OF(ROWS, TOKENS)                                                                        \
    for (; rows - r0 >= ROWS; r0 += ROWS) {                                                              \
        const int8_t *row = weights + r0 * columns;                                                      \
        const float *row_scales = scales + r0 * groups;                                                  \
        float *target = out + t0 * out_stride + r0;                                                      \
        DOT_BLOCK(ROWS, TOKENS);                                                                         \
    }

/* All rows of `weights` with TOKENS tokens. */
#define DOT_TOKENS(ROWS, TOKENS)                       \
    for (; tokens - t0 >= TOKENS; t0 += TOKENS) {      \
        const float *token = in + t0 * in_stride;      \
        size_t r0 = 0;                                 \
        DOT_ROWS_OF(ROWS, TOKENS)                      \
        DOT_ROWS_OF(1, TOKENS)                         \
    }

/* Some rows at a time, so that they stay in the first-level cache for all tokens. */
static const size_t some_rows = 4;

VECTOR static void dot_some(const int8_t *weights, const float *scales, size_t rows, size_t columns, size_t group,
                            const float *in, size_t in_stride, size_t tokens, float *out, size_t out_stride) {
    size_t groups = hr_groups(columns, group), t0 = 0;
    DOT_TOKENS(2, 6)
    DOT_TOKENS(4, 1)
}

VECTOR static void dot_rows(const int8_t *weights, const float *scales, size_t rows, size_t columns, size_t group,
                            const float *in, size_t in_stride, size_t tokens, float *out, size_t out_stride) {
    size_t groups = hr_groups(columns, group);
    for (size_t r0 = 0; r0 < rows; r0 += some_rows) {
        size_t some = rows - r0 < some_rows ? rows - r0 : some_rows;
        dot_some(weights + r0 * columns, scales + r0 * groups, some, columns, group, in, in_stride, tokens, out + r0,
                 out_stride);
    }
}

VECTOR static void widen(const int8_t *weights, const float *scales, size_t rows, size_t columns, size_t group,
                         float *out) {
    size_t groups = hr_groups(columns, group);
    for (size_t r = 0; r < rows; r++, weights += columns, out += columns) {
        for (size_t g = 0; g < groups; g++) {
            size_t c = g * group, end = hr_group_end(c, columns, group);
            __m512 scale = _mm512_set1_ps(scales[r * groups + g]);
            for (; c + 16 <= end; c += 16) _mm512_storeu_ps(out + c, _mm512_mul_ps(load(weights + c), scale));
            if (c < end) {
                __mmask16 mask = (__mmask16)((1u << (end - c)) - 1);
                _mm512_mask_storeu_ps(out + c, mask, _mm512_mul_ps(load_part(weights + c, mask), scale));
            }
        }
    }
}

const hr_int8_kernels hr_int8_avx512 = {"avx512", dot_rows, widen};

#endif
