#ifndef HEADROOM_SIGNAL_GUARD_H
#define HEADROOM_SIGNAL_GUARD_H

#include <csignal>
#include <ctime>

/// While it lives, a write to a gnuplot that has gone is an error on this thread, and no signal to the process.
class SignalGuard {
public:
    SignalGuard() {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }

    ~SignalGuard() {
        // A SIGPIPE of ours would fire as soon as it is let through again; one that waited before us is not ours.
        const timespec now = {0, 0};
        if (!was_pending_) {
            while (sigtimedwait(&pipe_, nullptr, &now) == SIGPIPE) {}
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

    SignalGuard(const SignalGuard &) = delete;
    SignalGuard &operator=(const SignalGuard &) = delete;

private:
    sigset_t pipe_;
    sigset_t before_;
    bool was_pending_;
};

#endif
