/* The set for AVX2 with FMA and F16C. Its twin is plain.c. */
#include "sets.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>

#define VECTOR __attribute__((target("avx2,fma,f16c")))
#define INLINE VECTOR static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE __m256 load_f32(const float *at) { return _mm256_loadu_ps(at); }

INLINE __m256 load_bf16(const uint16_t *at) {
    __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)at));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}

INLINE float one_bf16(uint16_t narrow) { return _mm_cvtss_f32(_mm_castsi128_ps(_mm_cvtsi32_si128((int)narrow << 16))); }

/* Ones in the first `count` lanes. */
INLINE __m256i first8(size_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/* The first `count` numbers of a row, and zeros. */
INLINE __m256 some_f32(const float *at, size_t count) { return _mm256_maskload_ps(at, first8(count)); }

INLINE __m256 some_bf16(const uint16_t *at, size_t count) {
    uint16_t whole[8] = {0};
    for (size_t i = 0; i < count; i++) whole[i] = at[i];
    return load_bf16(whole);
}

INLINE __m256 load_f16(const uint16_t *at) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)at)); }

INLINE __m256 some_f16(const uint16_t *at, size_t count) {
    uint16_t whole[8] = {0};
    for (size_t i = 0; i < count; i++) whole[i] = at[i];
    return load_f16(whole);
}

/* The sums of four vectors' lanes, always in the same order. */
INLINE __m128 sums4(__m256 a, __m256 b, __m256 c, __m256 d) {
    __m256 all = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    return _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1));
}

#define floats __m256
#define MANY 6
#define ZERO _mm256_setzero_ps()
#include "dot.h"

#define HEIGHT (left >= 2 ? 2 : 1)
#define BLOCKS                                           \
    if (height == 2 && some >= 6) DOT_TOKENS(2, 6);      \
    else if (height == 2 && some >= 4) DOT_TOKENS(2, 4); \
    else if (height == 2 && some >= 2) DOT_TOKENS(2, 2); \
    else if (height == 2) DOT_TOKENS(2, 1);              \
    else DOT_TOKENS(1, 1);

#define WEIGHT float
#define INPUT float
#define VALUE __m256
#define STEP 8
#define LOAD_W load_f32
#define SOME_W some_f32
#define LOAD_X load_f32
#define SOME_X some_f32
#define MULTIPLY_ADD _mm256_fmadd_ps
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
#undef LOAD_X
#undef SOME_X
#define INPUT uint16_t
#define LOAD_X load_bf16
#define SOME_X some_bf16
DOT_ROWS(dot_rows_narrow, HEIGHT, BLOCKS)

VECTOR static void widen_bf16(const uint16_t *in, size_t count, float *out) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(out + i, load_bf16(in + i));
    for (; i < count; i++) out[i] = one_bf16(in[i]);
}

/* Adds half of the last kept place, and a bit less where the kept part is even. */
VECTOR static void narrow_bf16(const float *in, size_t count, uint16_t *out) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m256 x = _mm256_loadu_ps(in + i);
        __m256i bits = _mm256_castps_si256(x), odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
        __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
        __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
        __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
        __m256i upper = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, is_nan), 16);
        __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(upper, upper), 0x08);
        _mm_storeu_si128((__m128i *)(out + i), _mm256_castsi256_si128(packed));
    }
    for (; i < count; i++) {
        uint32_t bits = (uint32_t)_mm_cvtsi128_si32(_mm_castps_si128(_mm_set_ss(in[i])));
        out[i] = (uint16_t)((in[i] != in[i] ? bits | 0x400000 : bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }
}

VECTOR static void widen_f16(const uint16_t *in, size_t count, float *out) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(in + i))));
    for (; i < count; i++) out[i] = _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(in[i])));
}

#define LANES 8
#define doubles __m256d
#define SPREAD _mm256_set1_ps
#define ADD _mm256_add_ps
#define SUBTRACT _mm256_sub_ps
#define MULTIPLY _mm256_mul_ps
#define DIVIDE _mm256_div_ps
#define NEGATIVE_ADD _mm256_fnmadd_ps
#define LEAST _mm256_min_ps
#define MOST _mm256_max_ps
#define NEAREST(V) _mm256_round_ps(V, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define STORE _mm256_storeu_ps
#define ZERO_D _mm256_setzero_pd()
#define ADD_D _mm256_add_pd
#define LOW_D(V) _mm256_cvtps_pd(_mm256_castps256_ps128(V))
#define HIGH_D(V) _mm256_cvtps_pd(_mm256_extractf128_ps(V, 1))

INLINE float sum_lanes(__m256 v) {
    __m128 low = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    low = _mm_add_ps(low, _mm_movehl_ps(low, low));
    return _mm_cvtss_f32(_mm_add_ss(low, _mm_movehdup_ps(low)));
}

INLINE float most_of_lanes(__m256 v) {
    __m128 low = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    low = _mm_max_ps(low, _mm_movehl_ps(low, low));
    return _mm_cvtss_f32(_mm_max_ss(low, _mm_movehdup_ps(low)));
}

INLINE double sum_doubles(__m256d v) {
    double lanes[4];
    _mm256_storeu_pd(lanes, v);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

INLINE __m256 POWER(__m256 n) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23));
}

INLINE __m256 below(__m256 x, __m256 limit, __m256 yes, __m256 no) {
    return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(x, limit, _CMP_LT_OQ));
}

INLINE __m256 only(__m256 v, size_t count) { return _mm256_and_ps(v, _mm256_castsi256_ps(first8(count))); }
INLINE void store_some(float *at, size_t count, __m256 v) { _mm256_maskstore_ps(at, first8(count), v); }
#include "elementwise.h"

/* One token's sums of 32 channels. */
INLINE void sum_32(const float *weights, const float *rows, size_t count, size_t width, float keep, float *out) {
    __m256 sums[4];
    UNROLL for (int v = 0; v < 4; v++)
        sums[v] = keep == 0 ? _mm256_setzero_ps() : _mm256_mul_ps(_mm256_set1_ps(keep), _mm256_loadu_ps(out + 8 * v));
    for (size_t s = 0; s < count; s++) {
        __m256 w = _mm256_broadcast_ss(weights + s);
        UNROLL for (int v = 0; v < 4; v++)
            sums[v] = _mm256_fmadd_ps(w, _mm256_loadu_ps(rows + s * width + 8 * v), sums[v]);
    }
    UNROLL for (int v = 0; v < 4; v++) _mm256_storeu_ps(out + 8 * v, sums[v]);
}

VECTOR static void weighted_sums(const float *weights, size_t weight_stride, size_t tokens, const float *rows,
                                 size_t count, size_t width, const float *keep, float *out, size_t out_stride) {
    for (size_t t = 0; t < tokens; t++, weights += weight_stride, out += out_stride) {
        size_t d = 0;
        for (; d + 32 <= width; d += 32) sum_32(weights, rows + d, count, width, keep[t], out + d);
        for (; d < width; d++) {
            float sum = keep[t] == 0 ? 0 : keep[t] * out[d];
            for (size_t s = 0; s < count; s++) sum = fmaf(weights[s], rows[s * width + d], sum);
            out[d] = sum;
        }
    }
}

#include "attend.h"

const hr_kernels hr_avx2_set = {
    "avx2", dot_rows_f32, dot_rows_f16, dot_rows_bf16, dot_rows_narrow, widen_bf16, widen_f16, narrow_bf16,
    softmax, softmax_step, weighted_sums, attend, rms_norm, swiglu, log_sum_exp,
};

#endif
