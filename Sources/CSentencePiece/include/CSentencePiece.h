#ifndef HEADROOM_CSENTENCEPIECE_H
#define HEADROOM_CSENTENCEPIECE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A C face over the C++ library SentencePiece. No exception leaves it: a function that fails returns NULL and puts a
 * message in *message, which the caller frees with csp_free. A loaded model never changes, so that any number of
 * threads may use one at once. */

typedef struct CSPModel CSPModel;

typedef enum {
    CSP_NORMAL = 0,  /* text */
    CSP_UNKNOWN = 1, /* stands for what the vocabulary lacks */
    CSP_CONTROL = 2, /* begin and end of sequence: no text */
    CSP_BYTE = 3,    /* one byte of UTF-8 */
    CSP_UNUSED = 4
} CSPKind;

/* Loads a model from a tokenizer.model's bytes, which it copies. The caller owns it and ends it with csp_close. */
CSPModel *csp_open(const void *bytes, size_t count, char **message);
void csp_close(CSPModel *model);

/* Pieces in the vocabulary; ids run from 0. */
int32_t csp_vocabulary_size(const CSPModel *model);

/* The ids that begin and end a sequence; -1 where the model has none. */
int32_t csp_begin_id(const CSPModel *model);
int32_t csp_end_id(const CSPModel *model);

/* A piece's UTF-8, owned by the model and ended by a 0 byte beyond *count; NULL for an id out of range. */
const char *csp_piece(const CSPModel *model, int32_t id, size_t *count);

/* What an id stands for; CSP_UNUSED out of range. */
CSPKind csp_kind(const CSPModel *model, int32_t id);

/* The byte of a CSP_BYTE piece; -1 for any other. */
int32_t csp_byte(const CSPModel *model, int32_t id);

/* The ids of a text of UTF-8, neither begun nor ended. The caller frees them with csp_free. */
int32_t *csp_encode(const CSPModel *model, const char *text, size_t count, size_t *ids_count, char **message);

/* The text of ids, of *text_count bytes of UTF-8. The caller frees it with csp_free. */
char *csp_decode(const CSPModel *model, const int32_t *ids, size_t count, size_t *text_count, char **message);

/* Frees what the functions above returned for the caller to keep; NULL is fine. */
void csp_free(void *memory);

#ifdef __cplusplus
}
#endif

#endif
