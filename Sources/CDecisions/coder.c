/* Compressed decisions: rANS (Duda, 2013) with 32-bit states, renewed 16 bits at a time, in four lanes that share one
   stream. A head's share of merges is learnt as its decisions go by (Krichevsky and Trofimov, 1981). */
#include "CDecisions.h"

#include <string.h>

enum { LANES = 4, SHARE_BITS = 12, MOST_SEEN = 1023 };

static const uint32_t whole = 1u << SHARE_BITS;
static const uint32_t least_state = 1u << 16;

/* 2^40 / (2 * all + 2), rounded up: a product with it, shifted, is the quotient for every numerator that can come,
   all below 2^23. */
static const uint64_t reciprocals[MOST_SEEN] = {
#define R(N) ((((uint64_t)1 << 40) + 2 * (N) + 1) / (2 * (N) + 2))
#define R4(N) R(N), R(N + 1), R(N + 2), R(N + 3)
#define R16(N) R4(N), R4(N + 4), R4(N + 8), R4(N + 12)
#define R64(N) R16(N), R16(N + 16), R16(N + 32), R16(N + 48)
#define R256(N) R64(N), R64(N + 64), R64(N + 128), R64(N + 192)
    R256(0), R256(256), R256(512), R64(768), R64(832), R64(896), R16(960), R16(976), R16(992),
    R4(1008), R4(1012), R4(1016), R(1020), R(1021), R(1022)
};

/* whole * (ones + 1/2) / (all + 1), rounded down: at least 2, at most whole - 2. */
static inline uint32_t merge_share(uint32_t ones, uint32_t all) {
    return (uint32_t)(whole * (2 * ones + 1) * reciprocals[all] >> 40);
}

uint32_t hr_merge_share(uint32_t ones, uint32_t all) { return merge_share(ones, all); }

/* The little-endian number of `bytes` bytes. */
static inline uint32_t number(const uint8_t *at, int bytes) {
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++) value |= (uint32_t)at[i] << 8 * i;
    return value;
}

typedef struct {
    const uint8_t *next, *end;
    uint32_t states[LANES];
    /* Words that were asked for beyond the end. */
    size_t missing;
} decoder;

/* Decodes one token of a group's heads. Without a branch that a decision could turn the wrong way; `counts` says
   whether the stream may end here. */
static inline __attribute__((always_inline)) void decode_token(decoder *d, int lanes, int counts, uint32_t all,
                                                               uint32_t *ones, uint64_t *merged, size_t bit) {
    _Pragma("unroll") for (int lane = 0; lane < lanes; lane++) {
        uint32_t share = merge_share(ones[lane], all);
        uint32_t state = d->states[lane], place = state & (whole - 1);
        /* All ones where the head merges: the sign of the difference. */
        uint32_t mask = (uint32_t)((int32_t)(place - share) >> 31);
        uint32_t width = (share & mask) | ((whole - share) & ~mask);
        state = width * (state >> SHARE_BITS) + place - (share & ~mask);
        uint32_t low = (uint32_t)((uint64_t)((int64_t)state - least_state) >> 63);
        /* What would lie behind the end reads as zeros, and is counted. */
        uint32_t there = !counts || d->next < d->end;
        uint32_t word = there ? number(d->next, 2) : 0;
        d->missing += low & !there;
        d->states[lane] = state << (16 * low) | (word & -low);
        d->next += 2 * (low & there);
        ones[lane] -= mask;
        merged[lane] |= (uint64_t)(mask & 1) << bit;
    }
}

/* Decodes the heads of a group, token by token, lane by lane; the first token of a head always appends and has no
   code. */
static inline __attribute__((always_inline)) void decode_group(decoder *all_lanes, int lanes, size_t tokens,
                                                               uint64_t *words) {
    size_t stride = (tokens + 63) / 64;
    uint32_t ones[LANES] = {0}, all = 0;
    /* A copy that can live in registers. */
    decoder d = *all_lanes;
    for (size_t word = 0; word < stride; word++) {
        uint64_t merged[LANES] = {0};
        size_t last = tokens - word * 64 < 64 ? tokens - word * 64 : 64;
        for (size_t bit = word == 0; bit < last; bit++) {
            if (d.end - d.next >= 2 * LANES) decode_token(&d, lanes, 0, all, ones, merged, bit);
            else decode_token(&d, lanes, 1, all, ones, merged, bit);
            if (++all == MOST_SEEN) {
                all /= 2;
                for (int lane = 0; lane < lanes; lane++) ones[lane] /= 2;
            }
        }
        for (int lane = 0; lane < lanes; lane++) words[(size_t)lane * stride + word] = merged[lane];
    }
    *all_lanes = d;
}

int hr_decode_decisions(const uint8_t *contents, size_t bytes, size_t heads, size_t tokens, uint64_t *words) {
    if (bytes < 4 * LANES || bytes % 2 != 0) return 0;
    decoder d = {.next = contents + 4 * LANES, .end = contents + bytes};
    for (int lane = 0; lane < LANES; lane++) {
        d.states[lane] = number(contents + 4 * lane, 4);
        if (d.states[lane] < least_state) return 0;
    }
    size_t stride = (tokens + 63) / 64, head = 0;
    for (; head + LANES <= heads; head += LANES) decode_group(&d, LANES, tokens, words + head * stride);
    switch (heads - head) {
    case 1: decode_group(&d, 1, tokens, words + head * stride); break;
    case 2: decode_group(&d, 2, tokens, words + head * stride); break;
    case 3: decode_group(&d, 3, tokens, words + head * stride); break;
    default: break;
    }
    int ends = d.next == d.end && d.missing == 0;
    for (int lane = 0; lane < LANES; lane++) ends = ends && d.states[lane] == least_state;
    return ends;
}
