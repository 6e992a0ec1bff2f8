/* The set over weights of 8 bit for AVX2 with FMA. Its twin is int8_plain.c. */
#include "int8.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define VECTOR __attribute__((target("avx2,fma")))
#define INLINE VECTOR static inline __attribute__((always_inline))

INLINE float sum8(__m256 v) {
    __m128 low = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    low = _mm_add_ps(low, _mm_movehl_ps(low, low));
    return _mm_cvtss_f32(_mm_add_ss(low, _mm_movehdup_ps(low)));
}

INLINE __m256 load(const int8_t *at) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)at)));
}

/* The first `count` < 8 numbers; the other lanes are 0, and nothing behind them is read. */
INLINE __m256 load_part(const int8_t *at, size_t count) {
    int8_t padded[8] = {0};
    memcpy(padded, at, count);
    return load(padded);
}

INLINE __m256 part_of(const float *at, size_t count) {
    float padded[8] = {0};
    memcpy(padded, at, count * sizeof *at);
    return _mm256_loadu_ps(padded);
}

/* ROWS x TOKENS dot products. Each has one running sum of eight lanes within a group, and one over the groups,
   whatever the block's shape: that keeps a result independent of its neighbours. Where there is one token, memory is what
   counts: the rows behind these are asked for, since the processor's own prefetching ends with a row. */
#define DOT_BLOCK(ROWS, TOKENS)                                                                                     \
    do {                                                                                                            \
        __m256 sum[ROWS][TOKENS];                                                                                   \
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) _Pragma("unroll") for (int t = 0; t < TOKENS; t++)         \
            sum[r][t] = _mm256_setzero_ps();                                                                        \
        for (size_t g = 0; g < groups; g++) {                                                                       \
            size_t c = g * group, end = hr_group_end(c, columns, group);                                            \
            __m256 part[ROWS][TOKENS];                                                                              \
            _Pragma("unroll") for (int r = 0; r < ROWS; r++) _Pragma("unroll") for (int t = 0; t < TOKENS; t++)     \
                part[r][t] = _mm256_setzero_ps();                                                                   \
            for (; c + 8 <= end; c += 8) {                                                                          \
                _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                  \
                    if (TOKENS == 1 && c % 64 == 0)                                                                 \
                        _mm_prefetch((const char *)(row + (ROWS + r) * columns + c), _MM_HINT_T1);                  \
                    __m256 w = load(row + r * columns + c);                                                         \
                    _Pragma("unroll") for (int t = 0; t < TOKENS; t++)                                              \
                        part[r][t] = _mm256_fmadd_ps(w, _mm256_loadu_ps(token + t * in_stride + c), part[r][t]);    \
                }                                                                                                   \
            }                                                                                                       \
            if (c < end) {                                                                                          \
                _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                  \
                    __m256 w = load_part(row + r * columns + c, end - c);                                           \
                    _Pragma("unroll") for (int t = 0; t < TOKENS; t++)                                              \
                        part[r][t] = _mm256_fmadd_ps(w, part_of(token + t * in_stride + c, end - c), part[r][t]);   \
                }                                                                                                   \
            }                                                                                                       \
            _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                      \
                __m256 scale = _mm256_set1_ps(row_scales[r * groups + g]);                                          \
                _Pragma("unroll") for (int t = 0; t < TOKENS; t++)                                                  \
                    sum[r][t] = _mm256_fmadd_ps(part[r][t], scale, sum[r][t]);                                      \
            }                                                                                                       \
        }                                                                                                           \
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) _Pragma("unroll") for (int t = 0; t < TOKENS; t++)         \
            target[t * out_stride + r] = sum8(sum[r][t]);                                                           \
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
    DOT_TOKENS(2, 3)
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
            float scale = scales[r * groups + g];
            __m256 wide_scale = _mm256_set1_ps(scale);
            for (; c + 8 <= end; c += 8) _mm256_storeu_ps(out + c, _mm256_mul_ps(load(weights + c), wide_scale));
            for (; c < end; c++) out[c] = (float)weights[c] * scale;
        }
    }
}

const hr_int8_kernels hr_int8_avx2 = {"avx2", dot_rows, widen};

#endif
