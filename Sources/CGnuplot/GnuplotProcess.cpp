#include "GnuplotProcess.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

extern char **environ;

namespace {

constexpr size_t longest_complaint = 300;

std::runtime_error failure(const std::string &what, int code) {
    return std::runtime_error(what + ": " + std::strerror(code));
}

int memory_file(const char *name) {
    const int number = memfd_create(name, MFD_CLOEXEC);
    if (number < 0) throw failure("no memory for gnuplot's output", errno);
    return number;
}

std::vector<uint8_t> contents(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) throw failure("gnuplot's output cannot be read", errno);
    std::vector<uint8_t> bytes(static_cast<size_t>(status.st_size));
    size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = pread(descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) throw failure("gnuplot's output cannot be read", errno);
        done += static_cast<size_t>(count);
    }
    return bytes;
}

/// The child's three standard descriptors, and signals as a fresh program expects them.
class SpawnSettings {
public:
    SpawnSettings(int input, int output, int errors) {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
        sigset_t none, broken_pipe;
        sigemptyset(&none);
        sigemptyset(&broken_pipe);
        sigaddset(&broken_pipe, SIGPIPE);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &broken_pipe);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }

    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
};

}  // namespace

void Descriptor::reset(int number) {
    if (number_ >= 0) close(number_);
    number_ = number;
}

int Descriptor::release() {
    const int number = number_;
    number_ = -1;
    return number;
}

GnuplotProcess::GnuplotProcess(const std::string &executable) {
    int ends[2];
    // Close-on-exec, or a child started beside this one would hold the pipe open and gnuplot never see its end.
    if (pipe2(ends, O_CLOEXEC) != 0) throw failure("no pipe to gnuplot", errno);
    Descriptor read_end(ends[0]);
    input_.reset(ends[1]);
    output_.reset(memory_file("gnuplot-output"));
    errors_.reset(memory_file("gnuplot-errors"));

    SpawnSettings settings(read_end.get(), output_.get(), errors_.get());
    // Standard input by its name: given "-" or nothing, gnuplot goes on after an error as if a person could see it.
    std::string name = executable, defaults = "--default-settings", standard_input = "/dev/stdin";
    char *arguments[] = {name.data(), defaults.data(), standard_input.data(), nullptr};
    const int code = posix_spawnp(&child_, name.c_str(), &settings.actions, &settings.attributes, arguments, environ);
    if (code != 0) {
        child_ = -1;
        throw failure(executable + " cannot be started", code);
    }
}

GnuplotProcess::~GnuplotProcess() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    try {
        wait();
    } catch (...) {
    }
}

int GnuplotProcess::wait() {
    int status = 0;
    pid_t ended;
    do {
        ended = waitpid(child_, &status, 0);
    } while (ended < 0 && errno == EINTR);
    child_ = -1;
    if (ended < 0) throw failure("gnuplot's end was missed", errno);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<uint8_t> GnuplotProcess::output() const { return contents(output_.get()); }

std::string GnuplotProcess::complaint() const {
    std::string line;
    for (const uint8_t byte : contents(errors_.get())) {
        const char character = byte < ' ' ? ' ' : static_cast<char>(byte);
        if (character != ' ' || (!line.empty() && line.back() != ' ')) line.push_back(character);
        if (line.size() >= longest_complaint) break;
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line;
}
