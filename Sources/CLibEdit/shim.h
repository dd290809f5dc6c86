#pragma once
#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

// el_set, el_get and history are variadic, which Swift cannot call: one function for each of their uses.

typedef char *_Nullable (*ce_prompt_function)(EditLine *_Nonnull);
typedef int (*ce_read_function)(EditLine *_Nonnull, wchar_t *_Nonnull);
typedef unsigned char (*ce_key_function)(EditLine *_Nonnull, int);

// An editor on standard input and output, with emacs' keys; NULL where there is no memory.
static inline EditLine *_Nullable ce_start(const char *_Nonnull program) {
    EditLine *editor = el_init(program, stdin, stdout, stderr);
    if (editor == NULL) return NULL;
    el_set(editor, EL_SIGNAL, 0);
    el_set(editor, EL_EDITOR, "emacs");
    return editor;
}

static inline void ce_set_owner(EditLine *_Nonnull editor, void *_Nonnull owner) {
    el_set(editor, EL_CLIENTDATA, owner);
}

static inline void *_Nonnull ce_owner(EditLine *_Nonnull editor) {
    void *owner = NULL;
    el_get(editor, EL_CLIENTDATA, &owner);
    return owner;
}

// The user has chosen vi's keys.
static inline int ce_has_vi_keys(EditLine *_Nonnull editor) {
    const char *keys = NULL;
    el_get(editor, EL_EDITOR, &keys);
    return keys != NULL && strcmp(keys, "vi") == 0;
}

static inline void ce_prompt(EditLine *_Nonnull editor, ce_prompt_function _Nonnull function) {
    el_set(editor, EL_PROMPT, function);
}

static inline void ce_read_with(EditLine *_Nonnull editor, ce_read_function _Nonnull function) {
    el_set(editor, EL_GETCFN, function);
}

static inline void ce_add_function(EditLine *_Nonnull editor, const char *_Nonnull name,
    ce_key_function _Nonnull function) {
    el_set(editor, EL_ADDFN, name, name, function);
}

static inline void ce_bind(EditLine *_Nonnull editor, const char *_Nonnull key, const char *_Nonnull function) {
    el_set(editor, EL_BIND, key, function, NULL);
}

// While a line is edited Ctrl-C, Ctrl-Z and Ctrl-\ are keys and no signals.
static inline void ce_take_signal_keys(EditLine *_Nonnull editor) {
    el_set(editor, EL_SETTY, "-d", "-isig", NULL);
}

static inline void ce_use_terminal(EditLine *_Nonnull editor, int isTaken) {
    el_set(editor, EL_PREP_TERM, isTaken);
}

// Draws prompt and line anew, from where the terminal's cursor is.
static inline void ce_redraw(EditLine *_Nonnull editor) { el_set(editor, EL_REFRESH); }

static inline void ce_use_history(EditLine *_Nonnull editor, History *_Nonnull entries) {
    el_set(editor, EL_HIST, history, entries);
}

static inline void ce_history_bound(History *_Nonnull entries, int count) {
    HistEvent event;
    history(entries, &event, H_SETSIZE, count);
}

static inline void ce_history_clear(History *_Nonnull entries) {
    HistEvent event;
    history(entries, &event, H_CLEAR);
}

static inline void ce_history_add(History *_Nonnull entries, const char *_Nonnull text) {
    HistEvent event;
    history(entries, &event, H_ENTER, text);
}

// What stdio holds back and what is written here keep their order.
static inline void ce_write(const char *_Nonnull text) {
    fputs(text, stdout);
    fflush(stdout);
}

static inline void ce_use_utf8(void) {
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
}

static inline int ce_terminal_size(int *_Nonnull rows, int *_Nonnull columns) {
    struct winsize size;
    if (ioctl(1, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

// A new size of the terminal becomes a byte of a pipe: whichever thread the signal reaches, the editor's own reads it.
static inline int *_Nonnull ce_resize_pipe(void) {
    static int ends[2] = {-1, -1};
    return ends;
}

static inline void ce_resized(int number) {
    int saved = errno;
    if (write(ce_resize_pipe()[1], "w", 1) < 0) {}
    errno = saved;
}

// The end to read from; -1 where there can be none.
static inline int ce_watch_size(void) {
    int *ends = ce_resize_pipe();
    if (ends[0] < 0) {
        if (pipe(ends) != 0) return -1;
        for (int i = 0; i < 2; i++) {
            fcntl(ends[i], F_SETFL, O_NONBLOCK);
            fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        }
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = ce_resized;
    action.sa_flags = SA_RESTART;
    sigaction(SIGWINCH, &action, NULL);
    return ends[0];
}

// Stops the process here and now; goes on when it is told to continue.
static inline void ce_stop_self(void) { raise(SIGSTOP); }
