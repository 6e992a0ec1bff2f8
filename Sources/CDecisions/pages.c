/* Which tokens open a page. */
#include "CDecisions.h"

#include <stdlib.h>
#include <string.h>

static void open_pages_plain(const uint64_t *merges, size_t tokens, size_t page_slots, int32_t weight, int32_t *opened) {
    size_t slots = 0;
    for (size_t t = 0; t < tokens; t++) {
        if (merges[t / 64] >> t % 64 & 1) continue;
        if (slots % page_slots == 0) opened[t] += weight;
        slots++;
    }
}

#if defined(__x86_64__)

#include <immintrin.h>

/* A word at a time: the appends that open a page are every page_slots-th of them, which one bit deposit finds. */
__attribute__((target("bmi,bmi2,popcnt"))) static void open_pages_bmi2(
    const uint64_t *merges, size_t tokens, size_t page_slots, int32_t weight, int32_t *opened) {
    uint64_t firsts = 0;
    for (size_t rank = 0; rank < 64; rank += page_slots) firsts |= (uint64_t)1 << rank;
    /* Appends before the next that opens a page. */
    size_t before = 0;
    for (size_t first = 0; first < tokens; first += 64) {
        size_t left = tokens - first;
        uint64_t appends = ~merges[first / 64];
        if (left < 64) appends &= ((uint64_t)1 << left) - 1;
        uint64_t opening = before < 64 ? _pdep_u64(firsts << before, appends) : 0;
        for (; opening; opening = _blsr_u64(opening)) opened[first + (size_t)_tzcnt_u64(opening)] += weight;
        size_t count = (size_t)_mm_popcnt_u64(appends);
        before = count <= before ? before - count : page_slots - 1 - (count - before - 1) % page_slots;
    }
}

#endif

hr_open_pages *hr_open_pages_selected(void) {
    const char *wish = getenv("HEADROOM_KERNELS");
    if (wish && strcmp(wish, "plain") == 0) return open_pages_plain;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt"))
        return open_pages_bmi2;
#endif
    return open_pages_plain;
}

hr_open_pages *hr_open_pages_by_token(void) { return open_pages_plain; }
