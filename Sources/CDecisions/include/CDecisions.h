/* The inner loops over recorded decisions: a bit a token, 1 for merge, token t in bit t % 64 of word t / 64. What the
   numbers mean stands in Sources/Traces/Format.md. No function allocates or keeps state. */
#ifndef HEADROOM_CDECISIONS_H
#define HEADROOM_CDECISIONS_H

#include <stddef.h>
#include <stdint.h>

/* Adds `weight` to opened[t] for each of the head's `tokens` tokens that opens a page: an append whose slot is the
   first of `page_slots` > 0 slots, counted from the head's first. What lies behind the last token in its word is not
   looked at. */
typedef void hr_open_pages(const uint64_t *merges, size_t tokens, size_t page_slots, int32_t weight, int32_t *opened);

/* The way that suits this machine: token by token where HEADROOM_KERNELS=plain is in the environment. */
hr_open_pages *hr_open_pages_selected(void);

/* Token by token, to hold the other to. */
hr_open_pages *hr_open_pages_by_token(void);

/* Decodes compressed decisions of `heads` heads of `tokens` > 0 tokens each from `bytes` bytes into `words`,
   [heads, ceil(tokens / 64)], all of which it sets. 1 where the contents are whole and nothing is left of them, else 0. */
int hr_decode_decisions(const uint8_t *contents, size_t bytes, size_t heads, size_t tokens, uint64_t *words);

/* The model of compressed decisions: the share of 4096 that a merge has in a head that merged `ones` of `all` coded
   tokens, all < 1023. */
uint32_t hr_merge_share(uint32_t ones, uint32_t all);

#endif
