/* A plain C face over gnuplot-iostream: a script and its tables go in, one picture comes out.
 *
 * A session is one gnuplot process. It belongs to the caller from `gnuplot_session_start` until
 * `gnuplot_session_finish` or `gnuplot_session_cancel`, either of which ends it and frees it. A session is used by
 * one thread at a time; different sessions are independent.
 *
 * No C++ exception and no SIGPIPE leaves a function of this header. What goes wrong is told by a message, which
 * belongs to the caller (`gnuplot_message_free`). `message` may be NULL where nobody wants to know. */
#ifndef HEADROOM_CGNUPLOT_H
#define HEADROOM_CGNUPLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One running gnuplot. */
typedef struct gnuplot_session gnuplot_session;

/* Bytes that belong to the caller (`gnuplot_bytes_free`). */
typedef struct {
    uint8_t *bytes;
    size_t count;
} gnuplot_bytes;

/* Starts `executable` (a path, or a name to look for on PATH) with its default settings, reading from us.
 * Returns NULL and a message when it cannot be started. */
gnuplot_session *gnuplot_session_start(const char *executable, char **message);

/* Sends script text as it is; the caller ends its lines. False and a message when gnuplot no longer listens. */
bool gnuplot_session_send(gnuplot_session *session, const char *script, char **message);

/* Sends `rows` × `columns` numbers (row by row) as the inline data block `$name`, to be used by later `plot` lines.
 * Not-a-number is sent as `nan`, which gnuplot leaves out. */
bool gnuplot_session_send_table(gnuplot_session *session, const char *name, const double *values, size_t rows,
                                size_t columns, char **message);

/* Says that the script is complete, waits for gnuplot to end, and hands over what it wrote to its standard output:
 * with a `set terminal` and no `set output`, the picture. The session is freed, whatever the outcome.
 * False and gnuplot's own words when it failed or drew nothing; `picture` is empty then. */
bool gnuplot_session_finish(gnuplot_session *session, gnuplot_bytes *picture, char **message);

/* Ends the session and throws away what it drew. NULL is fine. */
void gnuplot_session_cancel(gnuplot_session *session);

/* Frees a message. NULL is fine. */
void gnuplot_message_free(char *message);

/* Frees a picture's bytes and leaves it empty. */
void gnuplot_bytes_free(gnuplot_bytes *picture);

#ifdef __cplusplus
}
#endif

#endif
