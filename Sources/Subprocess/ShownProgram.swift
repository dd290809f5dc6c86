import Glibc

/// Runs a program in the foreground and shows what it prints, in the user's pager where that is longer than the screen.
package enum ShownProgram {
    /// The program's errors are shown too. Afterwards Enter is awaited, so that a short answer can be read. Blocks; Ctrl-C is
    /// the program's alone.
    package static func run(_ command: [String]) {
        let (interrupt, quit) = (signal(SIGINT, SIG_IGN), signal(SIGQUIT, SIG_IGN))
        defer {
            signal(SIGINT, interrupt)
            signal(SIGQUIT, quit)
        }
        guard let process = ForegroundShell.start(script, command) else { return }
        _ = ForegroundShell.wait(for: process)
    }

    /// `less -F` ends by itself where all fits on the screen.
    private static let script = """
        pager=${PAGER:-less -FX}
        command -v ${pager%% *} >/dev/null 2>&1 || pager=cat
        "$@" 2>&1 | $pager
        printf '\\nPress Enter to go back to the console. '
        read -r _
        """
}
