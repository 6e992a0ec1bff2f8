@preconcurrency import Glibc

/// Writes to standard error. Where that cannot be written to there is nobody to tell, and the work goes on.
func printError(_ text: String) { fputs(text, stderr) }

/// Where there is no standard error, takes its place: else the next file that is opened would, and have in it what is
/// written there.
func holdStandardError() {
    guard fcntl(STDERR_FILENO, F_GETFD) < 0 else { return }
    let null = open("/dev/null", O_WRONLY)
    guard null >= 0, null != STDERR_FILENO else { return }
    dup2(null, STDERR_FILENO)
    close(null)
}
