#ifndef HEADROOM_GNUPLOT_PROCESS_H
#define HEADROOM_GNUPLOT_PROCESS_H

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

/// An open file descriptor; closed when it goes.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;

    int get() const { return number_; }
    void reset(int number = -1);
    int release();

private:
    int number_;
};

/// A child process that reads its standard input from us and leaves what it writes in memory.
/// gnuplot-iostream's own way to start one goes through a shell, which would hide a missing binary and gnuplot's
/// exit status from us; so the child is ours, and gnuplot-iostream gets the pipe.
class GnuplotProcess {
public:
    /// Starts it. Throws `std::runtime_error` when that fails.
    explicit GnuplotProcess(const std::string &executable);
    /// Ends it, however far it got.
    ~GnuplotProcess();
    GnuplotProcess(const GnuplotProcess &) = delete;
    GnuplotProcess &operator=(const GnuplotProcess &) = delete;

    /// The end of the pipe to write to; the caller's from now on.
    int take_input() { return input_.release(); }
    /// Waits for its end, once the pipe is closed. Returns its exit status, or 128 + the signal that ended it.
    int wait();
    /// What it wrote to standard output.
    std::vector<uint8_t> output() const;
    /// What it complained of, on one line, cut to a few hundred bytes.
    std::string complaint() const;

private:
    Descriptor input_;
    Descriptor output_;
    Descriptor errors_;
    pid_t child_ = -1;
};

#endif
