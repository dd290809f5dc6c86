#pragma once
#define NCURSES_WIDECHAR 1
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

// Globals and macros that Swift cannot import, as functions.
static inline WINDOW *_Nullable cn_screen(void) { return stdscr; }
static inline int cn_colors(void) { return COLORS; }
static inline int cn_pairs(void) { return COLOR_PAIRS; }

// Never initscr, which ends the process where it cannot start.
static inline SCREEN *_Nullable cn_start(const char *_Nullable terminal) {
    return newterm((char *)terminal, stdout, stdin);
}

enum cn_attribute {
    CN_NORMAL = 0, CN_BOLD = 1, CN_DIM = 2, CN_UNDERLINE = 4, CN_REVERSE = 8, CN_ITALIC = 16
};

static inline attr_t cn_attributes(unsigned bits) {
    attr_t result = WA_NORMAL;
    if (bits & CN_BOLD) result |= WA_BOLD;
    if (bits & CN_DIM) result |= WA_DIM;
    if (bits & CN_UNDERLINE) result |= WA_UNDERLINE;
    if (bits & CN_REVERSE) result |= WA_REVERSE;
    if (bits & CN_ITALIC) result |= WA_ITALIC;
    return result;
}

// Writes one cell: a character with its combining marks, its attributes, its colour pair.
static inline int cn_put(int y, int x, const wchar_t *_Nonnull text, unsigned bits, int pair) {
    cchar_t cell;
    if (setcchar(&cell, text, cn_attributes(bits), 0, &pair) == ERR) return ERR;
    return mvadd_wch(y, x, &cell);
}

static inline int cn_terminal_size(int *_Nonnull rows, int *_Nonnull columns) {
    struct winsize size;
    if (ioctl(1, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

static inline void cn_write(const char *_Nonnull text) {
    size_t rest = strlen(text);
    while (rest > 0) {
        ssize_t count = write(1, text, rest);
        if (count <= 0) {
            if (count < 0 && errno == EINTR) continue;
            return;
        }
        text += count;
        rest -= (size_t)count;
    }
}

static inline int cn_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
static inline void cn_ring(int fd) { uint64_t one = 1; if (write(fd, &one, sizeof one) < 0) {} }
static inline void cn_silence(int fd) { uint64_t count; if (read(fd, &count, sizeof count) < 0) {} }

// Signals become bytes of a pipe: whichever thread they reach, the console's own reads them.
static inline int *_Nonnull cn_signal_pipe(void) {
    static int ends[2] = {-1, -1};
    return ends;
}

static inline void cn_signal_arrived(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    if (write(cn_signal_pipe()[1], &byte, 1) < 0) {}
    errno = saved;
}

// The end to read from; -1 where there can be none. Called after ncurses has set handlers of its own.
static inline int cn_catch_signals(void) {
    int *ends = cn_signal_pipe();
    if (ends[0] < 0) {
        if (pipe(ends) != 0) return -1;
        for (int i = 0; i < 2; i++) {
            fcntl(ends[i], F_SETFL, O_NONBLOCK);
            fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        }
    }
    int numbers[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGCONT};
    for (int i = 0; i < 5; i++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = cn_signal_arrived;
        action.sa_flags = SA_RESTART;
        sigaction(numbers[i], &action, NULL);
    }
    return ends[0];
}

static inline int cn_read_signal(int fd) {
    unsigned char byte;
    return read(fd, &byte, 1) == 1 ? byte : 0;
}

// 1 keyboard, 2 wake-up, 4 signal, 8 the terminal is gone; 0 at the end of the time.
static inline int cn_wait(int wake, int signals, int milliseconds) {
    struct pollfd fds[3] = {{0, POLLIN, 0}, {wake, POLLIN, 0}, {signals, POLLIN, 0}};
    int ready = poll(fds, 3, milliseconds);
    if (ready < 0) return errno == EINTR ? 0 : 8;
    int result = 0;
    if (fds[0].revents & POLLIN) result |= 1;
    if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) result |= 8;
    if (fds[1].revents & POLLIN) result |= 2;
    if (fds[2].revents & POLLIN) result |= 4;
    return result;
}

// True when the keyboard can never speak again: its other end is closed.
static inline int cn_keyboard_is_gone(void) {
    struct pollfd fd = {0, POLLIN, 0};
    if (poll(&fd, 1, 0) < 0) return 0;
    if (fd.revents & (POLLHUP | POLLERR | POLLNVAL)) return 1;
    if (!(fd.revents & POLLIN)) return 0;
    int count = 0;
    return ioctl(0, FIONREAD, &count) != 0 || count == 0;
}

// What a crash leaves behind: the way out of the screen, and the terminal's mode from before.
struct cn_crash_state { struct termios before; volatile sig_atomic_t is_open; };

static inline struct cn_crash_state *_Nonnull cn_crash_state(void) {
    static struct cn_crash_state state;
    return &state;
}

static inline void cn_remember(void) {
    tcgetattr(0, &cn_crash_state()->before);
    cn_crash_state()->is_open = 1;
}

static inline void cn_forget(void) { cn_crash_state()->is_open = 0; }

static inline void cn_crash(int signal_number) {
    if (cn_crash_state()->is_open) {
        static const char leave[] = "\033[?2004l\033[?1l\033>\033[?25h\033[0m\033[?1049l";
        if (write(1, leave, sizeof leave - 1) < 0) {}
        tcsetattr(0, TCSANOW, &cn_crash_state()->before);
    }
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static inline void cn_restore_on_crash(void) {
    int signals[] = {SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE};
    for (int i = 0; i < 6; i++) signal(signals[i], cn_crash);
}

static inline void cn_stop_self(void) { raise(SIGSTOP); }
