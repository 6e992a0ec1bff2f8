@preconcurrency import Glibc

/// Writes what is still held back of standard output, and says whether all that was printed has arrived.
func standardOutputIsWhole() -> Bool { fflush(stdout) == 0 && ferror(stdout) == 0 }

/// Writes to standard output, and holds nothing of it back; what does not arrive shows in `standardOutputIsWhole`.
func printAtOnce(_ text: String) {
    fputs(text, stdout)
    fflush(stdout)
}
